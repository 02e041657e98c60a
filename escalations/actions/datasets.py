"""Named sets of corrections."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from escalations.models import Dataset, Workflow
from escalations.rules.identifiers import uuid7

SALT_BYTES = 32


@transaction.atomic
def create_dataset(
    slug: str, *, name: str, purpose: str = "", workflows: Sequence[Workflow] = (), now: datetime
) -> Dataset:
    """A dataset of some workflows' corrections; with no workflow named, of all."""
    salt = secrets.token_bytes(SALT_BYTES)
    dataset = Dataset.objects.create(id=uuid7(now), slug=slug, name=name, purpose=purpose, salt=salt, created_at=now)
    dataset.workflows.set(workflows)
    return dataset
