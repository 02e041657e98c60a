"""Is a process of this container well? `python -m reviewapp.probe web|worker|beat`: exit 0, or 1 and a sentence."""

import http.client
import os
import sys
import time

from reviewapp import state

STALE_SECONDS = 30  # worker and beat give a sign of life every few seconds
ANSWER_SECONDS = 5


def fault_of_web() -> str:
    """Empty if the web can serve."""
    hosts = os.environ.get("ALLOWED_HOSTS", "").split(",")
    host = hosts[0].strip().removeprefix(".").replace("*", "") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": host})
        answer = connection.getresponse()
        return "" if answer.status == 200 else f"/readyz answers {answer.status}: {answer.read(200)!r}"
    except (OSError, http.client.HTTPException) as error:
        return f"/readyz does not answer: {error!r}"
    finally:
        connection.close()


def fault_of_background(process: str) -> str:
    """Empty if the worker takes jobs, or beat sends them."""
    try:
        age = time.time() - state.alive_file(process).stat().st_mtime
    except OSError:
        return f"The {process} has given no sign of life yet."
    return "" if age < STALE_SECONDS else f"The {process} gave its last sign of life {age:.0f} seconds ago."


def main(process: str) -> None:
    sys.exit((fault_of_web() if process == "web" else fault_of_background(process)) or 0)


if __name__ == "__main__":
    main(sys.argv[1])
