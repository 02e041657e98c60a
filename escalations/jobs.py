"""The Celery door: a job fetches by id, calls one action, and is safe to run twice."""

import logging
from uuid import UUID

from celery import current_app, shared_task
from django.utils import timezone

from escalations.actions.expire import find_breaches, forget_keys, lapse_claims
from escalations.actions.expire_holds import apply_due_holds
from escalations.actions.lead import hand_over_cases, hand_over_in_new_hands
from escalations.actions.release import build_release, fail_release
from escalations.queries.releases import releases_to_build

log = logging.getLogger(__name__)


@shared_task(name="escalations.sweep")
def sweep() -> None:
    """Turn what is due into rows, and wake jobs whose message was lost."""
    now = timezone.now()
    apply_due_holds(now=now)
    lapse_claims(now=now)
    find_breaches(now=now)
    hand_over_in_new_hands(now=now)
    for release_id in releases_to_build():
        current_app.send_task("escalations.build_release", args=[str(release_id)], retry=False)


@shared_task(name="escalations.forget")
def forget() -> None:
    """Drop what is kept for a while only."""
    forget_keys(now=timezone.now())


@shared_task(name="escalations.build_release")
def build_requested_release(release_id: str) -> None:
    """Build one requested release; a failure is said in its row."""
    try:
        build_release(UUID(release_id), now=timezone.now())
    except Exception:
        fail_release(UUID(release_id), reason="The build failed; the operator's log says why. Build it again.")
        raise


@shared_task(name="escalations.hand_over_cases")
def hand_over_cases_of(queue_id: str) -> None:
    """Make the new lead of a queue the owner of what waits in it."""
    hand_over_cases(UUID(queue_id), now=timezone.now())
