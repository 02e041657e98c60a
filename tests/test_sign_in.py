"""Signing in with a real browser against the real server."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(transactional_db):
    return get_user_model().objects.create_user("ada", password="demo-review-1")


def sign_in(page: Page, url: str, password: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.locator("[name=login]").fill("ada")
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")


def test_a_person_signs_in_and_lands_on_the_desk(page, server, ada):
    sign_in(page, server.url, "demo-review-1")
    expect(page).to_have_url(f"{server.url}/")


def test_a_wrong_password_stays_on_the_page(page, server, ada):
    sign_in(page, server.url, "not-this-one")
    expect(page).to_have_url(f"{server.url}/accounts/login/")
    expect(page.locator("form[action*=login], form[method=post]").first).to_be_visible()
