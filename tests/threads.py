"""Several things at once, each on a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start all calls at the same instant; their answers, or the exceptions they raised, in order."""
    answers: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(at: int, call: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            answers[at] = call()
        except Exception as error:  # noqa: BLE001 - handed to the test
            answers[at] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads), "a thread hangs"
    return answers


def refusals(answers: list[Any]) -> list[str]:
    """The codes of those answers that are refusals, sorted; any other exception is raised."""
    wrong = [one for one in answers if isinstance(one, Exception) and not hasattr(one, "code")]
    if wrong:
        raise wrong[0]
    return sorted(one.code for one in answers if isinstance(one, Exception))
