import pytest
from django.test import Client, RequestFactory

from escalations.web.errors import bad_request, failed, forbidden


def test_a_page_that_is_not_there_says_so_and_names_an_id(client):
    answer = client.get("/nothing-here/", headers={"X-Request-ID": "abc-1"})
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "abc-1" in answer.text
    assert "<style" not in answer.text


def asked(path="/"):
    request = RequestFactory().get(path)
    request.request_id = "abc-1"  # as the middleware gives it
    return request


def test_a_failure_is_said_without_the_database():
    answer = failed(asked())
    assert answer.status_code == 500
    assert "That went wrong on our side" in answer.text


@pytest.mark.parametrize(("handler", "status"), [(bad_request, 400), (forbidden, 403)])
def test_other_errors_have_a_page(handler, status):
    assert handler(asked(), Exception("secret")).status_code == status
    assert "secret" not in handler(asked(), Exception("secret")).text


def test_a_request_id_from_outside_is_text(client):
    answer = client.get("/nothing-here/", headers={"X-Request-ID": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.text


@pytest.mark.django_db
def test_a_form_from_an_old_page_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "ada"})
    assert answer.status_code == 403
    assert "This page was open too long" in answer.text
