"""Which Chromium the browser tests and the pictures use."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def launch_arguments() -> dict[str, object]:
    """For Playwright's `launch`: the browser named in CHROMIUM or found on PATH, else Playwright's own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    arguments = ["--disable-gpu", "--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {"args": arguments, **({"executable_path": found} if found else {})}
