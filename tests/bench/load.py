"""A load on a server of our own: bounded, from threads, over connections that stay open."""

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Request = tuple[str, str, bytes, dict[str, str]]


@dataclass(frozen=True)
class Load:
    """What a load took: requests, seconds, and the latencies in order."""

    count: int
    seconds: float
    latencies: list[float]

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


def run(url: str, make: Callable[[int], Request], *, count: int, connections: int = 1) -> Load:
    """Send `count` requests over `connections` connections; any answer that is not a success stops the run."""
    latencies: list[float] = []
    failures: list[str] = []
    host = urlsplit(url).netloc

    def work(first: int) -> None:
        line = http.client.HTTPConnection(host, timeout=60)
        for at in range(first, count, connections):
            method, path, body, headers = make(at)
            started = time.perf_counter()
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            text = answer.read()
            latencies.append(time.perf_counter() - started)
            if answer.status >= 300:
                failures.append(f"{method} {path}: {answer.status} {text[:300]!r}")
                return
        line.close()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(connections)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    if failures:
        raise RuntimeError(failures[0])
    return Load(count, seconds, sorted(latencies))
