import json

import pytest
from django.utils import timezone

from escalations.actions.release import build_release
from escalations.models import Release
from tests.cast import make_world
from tests.pages import browser_of, decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def test_build_release_is_asked_for_once_and_its_progress_is_shown(world):
    decided(world, world.ada)
    client = browser_of(world.cleo)
    for _ in range(2):
        client.post("/datasets/all-corrections/releases", {"note": "First"})
    release = Release.objects.get()
    shown = client.get("/datasets/all-corrections/").text
    assert "<progress" in shown
    assert 'hx-trigger="every 1s"' in shown
    build_release(release.pk, now=timezone.now())
    part = client.get("/datasets/all-corrections/", headers={"HX-Request": "true"}).text
    assert "1.0.0" in part
    assert "1 added<" in part
    assert "hx-trigger" not in part


def test_the_native_file_is_downloaded_line_by_line(world):
    decided(world, world.ada)
    client = browser_of(world.cleo)
    client.post("/datasets/all-corrections/releases")
    build_release(Release.objects.get().pk, now=timezone.now())
    answer = client.get("/datasets/all-corrections/releases/1.0.0/native")
    assert json.loads(answer.getvalue())["corrected_output"].startswith("Your bag is in Faro")
    assert client.get("/datasets/all-corrections/releases/9.9.9/native").status_code == 404
    assert client.get("/datasets/all-corrections/releases/x/native").status_code == 404


def test_who_may_not_build_gets_no_button(world):
    shown = browser_of(world.mona).get("/datasets/all-corrections/").text
    assert "Build release" not in shown
    assert browser_of(world.mona).post("/datasets/all-corrections/releases").status_code == 403


def test_outsiders_see_no_datasets(world):
    assert browser_of(world.mallory).get("/datasets/").status_code == 403
    assert browser_of(world.ada).get("/datasets/all-corrections/").status_code == 403


def test_the_shelf_shows_the_newest_version(world):
    client = browser_of(world.cleo)
    assert "none yet" in client.get("/datasets/").text
    client.post("/datasets/all-corrections/releases")
    build_release(Release.objects.get().pk, now=timezone.now())
    assert "1.0.0" in client.get("/datasets/").text


def test_a_workflow_says_who_answers_for_it_and_what_its_policy_does(world):
    shown = browser_of(world.olga).get("/workflows/airline-support/").text
    for words in ("Refunds above the limit need a person.", "it used refund", "Specialists", "16 h", "Hallucination"):
        assert words in shown
    assert browser_of(world.mallory).get("/workflows/airline-support/").status_code == 404
    assert "No workflow to show" in browser_of(world.mallory).get("/workflows/").text
