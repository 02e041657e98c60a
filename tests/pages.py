"""What the tests of pages share: people who are signed in, and cases to look at."""

import json

from django.test import Client
from django.utils import timezone

from escalations.actions.claim import claim_escalation
from escalations.actions.decide import submit_review
from escalations.actions.submit import submit
from escalations.records.decision import DecisionBody

BODY = {
    "workflow": "airline-support",
    "input": "Where is my bag?",
    "output": "Your bag is in Porto. It comes tomorrow.",
    "flags": [{"code": "low_confidence", "detector": "threshold", "score": 0.4, "detail": "Says where a bag is"}],
}


def hand_over(world, *, now=None, **changed):
    """One more case that waits."""
    body = json.dumps({**BODY, **changed}).encode()
    return submit(body, caller=world.bot, now=now or timezone.now()).escalation


def browser_of(person):
    """A browser in which the person is signed in."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def claimed(world, person, **changed):
    """A case that the person holds, and its claim."""
    escalation = hand_over(world, **changed)
    return escalation, claim_escalation(escalation.pk, reviewer=person, now=timezone.now())[0]


def decided(world, person, *, verdict="correct", **changed):
    """A case that the person has decided."""
    escalation, claim = claimed(world, person, **changed)
    answers = {"verdict": verdict, "claim_token": claim.token}
    if verdict != "approve":
        answers |= {"failure_categories": ["hallucination"], "reasoning": "Nobody looked."}
    if verdict == "correct":
        answers["output"] = "Your bag is in Faro. It comes tomorrow."
    submit_review(escalation.pk, body=DecisionBody(**answers), reviewer=person, now=timezone.now())
    return escalation
