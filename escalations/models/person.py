"""A person who may sign in: reviewer, lead, workflow owner, manager, auditor or admin."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.core.validators import MinValueValidator
from django.db import models

ROLES = ("reviewer", "lead", "manager", "workflow_owner", "auditor", "admin")


class Person(AbstractUser):
    """Somebody with a name and roles (groups). `capacity` is how many claims they may hold at once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    capacity = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(1)])
    time_zone = models.CharField(max_length=64, default="UTC")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(capacity__gte=1), name="capacity_is_at_least_one")]

    @property
    def name(self) -> str:
        """The name that others see."""
        return self.get_full_name() or self.username

    def has_role(self, *roles: str) -> bool:
        """Whether the person has one of the roles; asked once per request, then remembered."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(self.groups.values_list("name", flat=True))
        return not self._roles.isdisjoint(roles)
