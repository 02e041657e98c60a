"""The pictures of the README, taken of a fresh demo world in a real browser."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from reviewapp.up import DEMO_PASSWORD
from tests.browser import launch_arguments
from tests.up import REPOSITORY, Up

FOLDER = REPOSITORY / "docs" / "images"
SIZE = {"width": 1440, "height": 900}
MOST_BYTES = 300_000


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_arguments())
        ada, mona = signed_in(browser, url, "ada"), signed_in(browser, url, "mona")
        take(ada, "desk")
        open_urgent_case(ada, url)
        take(ada, "case")
        ada.emulate_media(color_scheme="dark")
        take(ada, "case-dark")
        mona.goto(f"{url}/reports/failures/")
        take(mona, "failures")
        cleo = signed_in(browser, url, "cleo")
        cleo.goto(f"{url}/datasets/all-corrections/")
        take(cleo, "dataset")


@contextmanager
def demo() -> Iterator[str]:
    """A demo of its own on a free port, in a folder that goes away; its address."""
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        up = Up(Path(folder) / "var").start()
        try:
            yield up.until_ready().demo["REVIEWAPP_URL"]
        finally:
            up.stop()


def signed_in(browser: Browser, url: str, name: str) -> Page:
    """A page of somebody who has signed in and is at the desk."""
    page = browser.new_context(viewport=SIZE, color_scheme="light", reduced_motion="reduce").new_page()
    page.goto(url)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")
    return page


def open_urgent_case(page: Page, url: str) -> None:
    """Claim the first critical case and begin to correct it, by keys."""
    page.goto(f"{url}/queues/clinical/?severity=critical")
    page.locator("main .list a.t").first.click()
    page.get_by_text("Nobody holds this case.").wait_for()
    page.keyboard.press("w")
    page.locator("#decision").wait_for()
    for key in ("e", "1"):
        page.keyboard.press(key)
    page.evaluate("document.activeElement.blur()")
    page.get_by_text("Why this is here").scroll_into_view_if_needed()


def take(page: Page, name: str) -> None:
    """Write one picture. Exits when it is too heavy for a README."""
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"{name}.png"
    size = len(page.screenshot(path=file))
    sys.stdout.write(f"{file.relative_to(REPOSITORY)}  {size // 1000} kB\n")
    if size > MOST_BYTES:
        sys.exit(f"{file.name} has {size} bytes; at most {MOST_BYTES} are fine.")


if __name__ == "__main__":
    main()
