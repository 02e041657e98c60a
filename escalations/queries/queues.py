"""What a queue holds."""

from escalations.models import Queue, Status


def leased_count(queue: Queue) -> int:
    """How many cases of the queue somebody holds now."""
    return queue.escalations.filter(status=Status.CLAIMED).count()
