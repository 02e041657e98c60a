"""In a real Chromium: a reviewer's day by keyboard, and the same with scripts off."""

import re

import pytest
from playwright.sync_api import Page, expect

from escalations.models import Claim, Decision, Skip
from tests.cast import PASSWORD, make_world
from tests.pages import hand_over

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    return make_world()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains about: errors, and everything that the content policy stopped."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def sign_in(page, server, name):
    page.goto(f"{server.url}/accounts/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Desk")).to_be_attached()


def test_a_case_is_claimed_corrected_and_followed_by_the_next_by_keyboard(world, server, page, complaints):
    first, second = hand_over(world), hand_over(world, flags=[{"code": "b", "detail": "The second one"}])
    sign_in(page, server, "ada")
    page.keyboard.press("w")
    expect(page.get_by_role("heading", level=1)).to_have_text("Says where a bag is")
    page.keyboard.press("e")
    page.keyboard.press("1")
    page.get_by_label("Corrected output").fill("Your bag is in Faro.")
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    page.keyboard.type("It is in Faro, are you well?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The second one")
    decision = Decision.objects.get(escalation=first)
    assert (decision.verdict, decision.failure_categories) == ("correct", ["hallucination"])
    assert decision.review.text.read()["output"] == "Your bag is in Faro."
    assert Claim.objects.get(escalation=second, ended_at=None).reviewer == world.ada
    assert complaints == []


def test_skip_by_key_gives_it_back_and_offers_to_take_it_again(world, server, page, complaints):
    escalation = hand_over(world)
    sign_in(page, server, "ada")
    page.keyboard.press("w")
    expect(page.get_by_label("Approve")).to_be_visible()
    page.keyboard.press("s")
    expect(page.get_by_text(f"You skipped #{escalation.number}.")).to_be_visible()
    assert Skip.objects.get().reviewer == world.ada
    page.get_by_role("button", name="Take it again").click()
    expect(page.get_by_label("Approve")).to_be_visible()
    assert complaints == []


def test_what_is_typed_survives_a_reload(world, server, page):
    hand_over(world)
    sign_in(page, server, "ada")
    page.get_by_role("button", name="Claim next").click()
    page.get_by_label("Reject").check()
    page.get_by_role("textbox", name="Reasoning").fill("Half a thought")
    expect(page.locator("#draft")).to_contain_text("Draft kept")
    page.reload()
    expect(page.get_by_label("Reject")).to_be_checked()
    expect(page.get_by_role("textbox", name="Reasoning")).to_have_value("Half a thought")


def test_letters_typed_into_a_field_are_not_commands(world, server, page):
    hand_over(world)
    sign_in(page, server, "ada")
    page.keyboard.press("w")
    expect(page.get_by_label("Reject")).to_be_visible()
    page.keyboard.press("r")
    page.get_by_role("textbox", name="Reasoning").press_sequentially("was ear s ?")
    expect(page.get_by_label("Reject")).to_be_checked()
    expect(page.get_by_role("textbox", name="Reasoning")).to_have_value("was ear s ?")
    assert not Skip.objects.exists()


def test_the_map_of_keys_opens_and_single_keys_can_be_turned_off(world, server, page):
    hand_over(world)
    sign_in(page, server, "ada")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    expect(page).to_have_url(f"{server.url}/")
    assert not Claim.objects.exists()


def test_the_theme_changes_at_once_and_stays(world, server, page, complaints):
    sign_in(page, server, "ada")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state("networkidle")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert complaints == []


def test_reading_and_deciding_work_without_scripts(world, server, browser):
    hand_over(world)
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, server, "ada")
    page.get_by_role("button", name="Claim next").click()
    page.get_by_label("Correct", exact=True).check()
    page.get_by_label("Corrected output").fill("Your bag is in Faro.")
    page.get_by_role("button", name="Submit decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one failure category.")
    page.get_by_label("Hallucination").check()
    page.get_by_role("textbox", name="Reasoning").fill("It is in Faro.")
    page.get_by_role("button", name="Submit decision").click()
    expect(page).to_have_url(re.compile(r"/$"))
    assert Decision.objects.get().review.text.read()["output"] == "Your bag is in Faro."


def test_hostile_text_does_nothing_in_a_real_browser(world, server, page, complaints):
    hostile = "<script>document.title='owned'</script><img src=/x onerror=\"document.title='owned'\">"
    moving = '<div hx-get="/claims" hx-trigger="load">{{ 7|add:7 }}</div></textarea></title>'
    hand_over(world, output=hostile + moving, input=hostile, flags=[{"code": "a", "detail": hostile}])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, server, "ada")
    page.keyboard.press("w")
    expect(page.get_by_text("onerror=").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert "owned" not in page.title().replace(hostile[:40], "").split("·")[-1]
    assert not [url for url in asked if url.endswith("/x")]
    assert complaints == []
