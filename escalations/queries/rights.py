"""What people may do, read from their roles and permissions: one right per role and queue or workflow."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from escalations.models import ROLES, Person, Queue, QueueUserObjectPermission, Workflow, WorkflowUserObjectPermission

PERMISSIONS = {
    "reviewer": "review_queue",
    "lead": "lead_queue",
    "workflow_owner": "own_workflow",
    "manager": "view_workflow",
}
LOOKING = "view"  # may look at a queue or workflow, by no role
ORDER = (*ROLES, LOOKING)


@dataclass(frozen=True)
class Right:
    """A role of somebody, on one queue or one workflow, or everywhere."""

    role: str
    of: Queue | Workflow | None = None

    @property
    def name(self) -> str:
        """The name of its form, and of what is at fault with it."""
        return f"{self.role}-{self.of.slug}" if self.of else self.role

    @property
    def permission(self) -> str:
        """What guardian calls it."""
        looking = "view_queue" if isinstance(self.of, Queue) else "view_workflow"
        return PERMISSIONS.get(self.role, looking)


def queues_reviewed(person: Person) -> list[Queue]:
    """The queues in which the person may claim, as it stands in the database."""
    rows = QueueUserObjectPermission.objects.filter(user=person, permission__codename="review_queue")
    return [row.content_object for row in rows.select_related("content_object")]


def rights_of(people: Sequence[Person]) -> dict[UUID, list[Right]]:
    """{person: their rights, in the order of the roles}, for many at once. A lead's reviewing is not told apart."""
    groups = {one.pk: [group.name for group in one.groups.all()] for one in people}
    found: dict[UUID, list[Right]] = defaultdict(list)
    for pk, held in _held(people).items():
        found[pk] = [
            _right(permission, of, groups[pk]) for permission, of in held if (permission, of) not in _led(held)
        ]
    for pk, names in groups.items():
        told = {right.role for right in found[pk]}
        found[pk] += [Right(name) for name in names if name not in told]
        found[pk].sort(key=lambda right: (ORDER.index(right.role), right.of.name if right.of else ""))
    return found


def _held(people: Sequence[Person]) -> dict[UUID, list[tuple[str, Queue | Workflow]]]:
    held: dict[UUID, list[tuple[str, Queue | Workflow]]] = defaultdict(list)
    for model in (QueueUserObjectPermission, WorkflowUserObjectPermission):
        rows = model.objects.filter(user__in=people).select_related("permission", "content_object")
        for row in rows:
            held[row.user_id].append((row.permission.codename, row.content_object))
    return held


def _led(held: list[tuple[str, Queue | Workflow]]) -> set[tuple[str, Queue | Workflow]]:
    """The reviewing that comes with leading a queue."""
    return {("review_queue", of) for permission, of in held if permission == "lead_queue"}


def _right(permission: str, of: Queue | Workflow, groups: list[str]) -> Right:
    role = next((role for role, one in PERMISSIONS.items() if one == permission), LOOKING)
    return Right(role if role in groups else LOOKING if permission.startswith("view") else role, of)
