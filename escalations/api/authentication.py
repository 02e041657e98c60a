"""Who calls: `Authorization: Bearer rvk_<prefix>_<secret>`, for senders and for people by personal key."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from escalations.access import Caller
from escalations.actions.keys import note_use_of_key
from escalations.api.limits import take
from escalations.errors import Unauthenticated
from escalations.models import Person
from escalations.queries.keys import FoundKey, find_key


class KeyAuthentication(BaseAuthentication):
    """Every address of the API needs a key; what is wrong with a bad one is not said."""

    def authenticate(self, request: Request) -> tuple[Caller, FoundKey]:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        now = timezone.now()
        key = find_key(token.strip(), now=now) if scheme.lower() == "bearer" else None
        if key is None:
            raise Unauthenticated("Send a valid key as `Authorization: Bearer rvk_…`.")
        take(key.id, per_second=key.requests_per_second)
        if key.is_use_to_be_noted(now):
            note_use_of_key(key.id, now=now)
        return _caller(key), key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _caller(key: FoundKey) -> Caller:
    if key.person_id:
        return Caller(person=Person.objects.get(pk=key.person_id), key_id=key.id)
    return Caller(sender_id=key.sender_id, key_id=key.id, scopes=key.scopes, workflows=key.workflows)
