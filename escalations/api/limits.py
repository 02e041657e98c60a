"""How often a key may ask: a token bucket per key and web process, in memory, because no request waits for Redis."""

import threading
import time
from uuid import UUID

from escalations.errors import TooMany

BURST_SECONDS = 2
MOST_KEYS = 10_000
_buckets: dict[UUID, tuple[float, float]] = {}
_lock = threading.Lock()


def take(key_id: UUID, *, per_second: int) -> None:
    """Take one request from the key's bucket, which holds two seconds' worth. Raises TooMany with `retry_after`."""
    size, now = per_second * BURST_SECONDS, time.monotonic()
    with _lock:
        left, since = _buckets.get(key_id, (float(size), now))
        left = min(size, left + (now - since) * per_second)
        if len(_buckets) >= MOST_KEYS:
            _buckets.clear()
        _buckets[key_id] = (left - 1 if left >= 1 else left, now)
    if left < 1:
        raise TooMany(
            f"This key may ask {per_second} times a second.", retry_after=1, extra={"limit_per_second": per_second}
        )
