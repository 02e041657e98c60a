"""People: add, give and take roles, capacity, password, disable. A password that was made is shown once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from escalations.access.settings import need_admin, person_to_change
from escalations.actions.disable import disable_person, enable_person
from escalations.actions.keys import Grant, issue_key
from escalations.actions.people import add_person, give_role, set_capacity, set_password
from escalations.actions.roles import take_role
from escalations.errors import Fault, Invalid, Refusal
from escalations.models import ROLES
from escalations.queries.by_slug import queues_by_slug, workflows_by_slug
from escalations.queries.settings import held_count, keys_of, person_shown, places_to_choose
from escalations.records.forms import OVERLAPS, CapacityForm, OnceForm, PasswordForm, PersonForm, RoleForm
from escalations.rules.identifiers import uuid7
from escalations.web.door import caller_of, door
from escalations.web.forms import Typed, form_of
from escalations.web.settings import admin_page, shown_once


def show_new_person(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    """The form for a person and their first role."""
    form = Typed({"role": "reviewer", "queues": [], "workflows": [], "capacity": 10})
    shown = {"choices": {**places_to_choose(), "roles": ROLES}, "form": form}
    return admin_page(request, "settings/new_person.html", shown, refusal=refusal)


@door("GET", "POST", again=show_new_person)
def people(request: HttpRequest) -> HttpResponse:
    """Add a person; a password that was made for them is shown."""
    admin = need_admin(caller_of(request))
    if request.method != "POST":
        return show_new_person(request)
    asked = form_of(PersonForm, request.POST)
    made, password = add_person(asked, **places_of(asked), by=admin, now=timezone.now())
    messages.success(request, f"{made.name} is added.")
    return _then(request, made.pk, password="" if asked.password else password)


def show_person(
    request: HttpRequest, refusal: Refusal | None = None, *, person_id: UUID, key_id: UUID | None = None
) -> HttpResponse:
    """A person with their roles and keys; `key_id` is the key that was asked to change."""
    found, now = person_to_change(caller_of(request), person_id), timezone.now()
    shown = {
        "row": person_shown(found),
        "keys": [(key, key.is_good(now)) for key in keys_of(found)],
        "held_count": held_count(found, now=now),
        "choices": {**places_to_choose(), "roles": ROLES},
        "overlaps": OVERLAPS.items(),
        "form": Typed({"capacity": found.capacity, "queues": [], "workflows": []}),
        "once": uuid7(now),
        "at_fault": key_id,
    }
    return admin_page(request, "settings/person.html", shown, refusal=refusal)


@door("GET")
def person(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    return show_person(request, person_id=person_id)


@door("POST", again=show_person)
def roles(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Give the person a role on queues or workflows."""
    caller = caller_of(request)
    found, asked = person_to_change(caller, person_id), form_of(RoleForm, request.POST)
    give_role(found, asked.role, **places_of(asked), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} has the role now.")
    return redirect(person_address(found.pk))


@door("POST", again=show_person)
def taking(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Take one role of the person away."""
    caller = caller_of(request)
    found = person_to_change(caller, person_id)
    right = next((one for one in person_shown(found).rights if one.name == request.POST.get("right")), None)
    if right is None:
        raise Invalid("The person does not have this role.", faults=[Fault("/right", "missing", "Choose a role.")])
    take_role(found, right, by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} does not have the role any more. What they held by it waits again.")
    return redirect(person_address(found.pk))


@door("POST", again=show_person)
def capacity(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Say how many cases the person may hold at once."""
    caller = caller_of(request)
    found, asked = person_to_change(caller, person_id), form_of(CapacityForm, request.POST)
    set_capacity(found, asked.capacity, by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} may hold {asked.capacity} cases at once.")
    return redirect(person_address(found.pk))


@door("POST", again=show_person)
def password(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Give the person another password; one that was made is shown."""
    caller = caller_of(request)
    found, asked = person_to_change(caller, person_id), form_of(PasswordForm, request.POST)
    made = set_password(found, asked.password, by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} has another password, and is signed out everywhere.")
    return _then(request, found.pk, password="" if asked.password else made)


@door("POST", again=show_person)
def keys(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Make a personal key for the API, and show it."""
    caller = caller_of(request)
    found, asked = person_to_change(caller, person_id), form_of(OnceForm, request.POST)
    secret = issue_key(found, Grant(scopes=()), by=need_admin(caller), key_id=asked.once, now=timezone.now())
    return shown_once(request, secret=secret, what=f"A personal key of {found.name}", back=person_address(found.pk))


@door("POST", again=show_person)
def disabling(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Shut the person out at once."""
    caller = caller_of(request)
    found = disable_person(person_to_change(caller, person_id), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} is disabled. What they held waits again.")
    return redirect(person_address(found.pk))


@door("POST", again=show_person)
def enabling(request: HttpRequest, *, person_id: UUID) -> HttpResponse:
    """Let the person sign in again."""
    caller = caller_of(request)
    found = enable_person(person_to_change(caller, person_id), by=need_admin(caller), now=timezone.now())
    messages.success(request, f"{found.name} may sign in again.")
    return redirect(person_address(found.pk))


def places_of(asked: RoleForm) -> dict[str, list]:
    """The queues and workflows that were chosen."""
    return {"queues": queues_by_slug(asked.queues), "workflows": workflows_by_slug(asked.workflows)}


def person_address(person_id: UUID) -> str:
    """A person's page in the settings."""
    return reverse("person", args=[person_id])


def _then(request: HttpRequest, person_id: UUID, *, password: str) -> HttpResponse:
    """A password that was made, once; else the person's page."""
    if not password:
        return redirect(person_address(person_id))
    return shown_once(request, secret=password, what="The password to sign in with", back=person_address(person_id))
