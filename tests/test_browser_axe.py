"""axe finds nothing on any page, in both themes, narrow and wide."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from escalations.access.reporting import reporter
from escalations.actions.release import build_release, request_release
from escalations.actions.submit import submit
from tests.cast import make_world
from tests.pages import BODY, claimed, decided, hand_over
from tests.test_browser_desk import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REPORTS = [f"/reports/{name}" for name in ("failures/", "sla/", "volume/", "cases/", "sla/?workflow=clinical-notes")]
SETTINGS = ["/settings/", "/settings/senders/", "/settings/people/"]
LOOKS = [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)]


@pytest.fixture
def pages(transactional_db):
    """Who looks at what."""
    world = make_world()
    hand_over(world, output="Hidden \u202e text", tool_calls=[{"name": "t", "arguments": {"a": [1]}, "error": "no"}])
    held, _ = claimed(world, world.ada, context=[{"title": "Rules", "text": "Bags."}])
    done = decided(world, world.ada)
    build_release(
        request_release(world.dataset, requested_by="system", note="", now=timezone.now()).pk, now=timezone.now()
    )
    reported = submit(json.dumps(BODY).encode(), caller=reporter(world.olga), now=timezone.now()).escalation
    return {
        "ada": ["/", f"/escalations/{held.pk}/", "/nothing-here/"],
        "cleo": ["/queues/support/", f"/escalations/{done.pk}/", "/datasets/", "/datasets/all-corrections/"],
        "admin": [*SETTINGS, f"/settings/senders/{world.sender.pk}/", f"/settings/people/{world.cleo.pk}/"],
        "olga": ["/workflows/airline-support/description/", "/report/", f"/report/{reported.pk}/"],
        "mona": ["/workflows/", "/workflows/airline-support/", "/datasets/", *REPORTS],
    }


def faults_on(page):
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing(pages, server, browser: Browser, theme, width):
    found = {}
    for name, paths in pages.items():
        page = browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}).new_page()
        if name == "ada":
            page.goto(f"{server.url}/accounts/login/")
            found["login"] = faults_on(page)
        sign_in(page, server, name)
        for path in paths:
            page.goto(server.url + path)
            found[path] = faults_on(page)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found[f"{path} is too wide"] = [str(wide)] if wide > 0 else []
            if "/escalations/" in path and name == "ada":
                page.keyboard.press("e")
                found["correcting"] = faults_on(page)
    assert {path: faults for path, faults in found.items() if faults} == {}
