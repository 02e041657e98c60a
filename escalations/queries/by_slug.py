"""Rows by the names that people type. Raises NotFound with a sentence that names what does not exist."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model

from escalations.errors import NotFound
from escalations.models import Dataset, Queue, Workflow


def workflows_by_slug(slugs: Iterable[str]) -> list[Workflow]:
    """These workflows, in the order given."""
    return _by_slug(Workflow, slugs)


def queues_by_slug(slugs: Iterable[str]) -> list[Queue]:
    """These queues, in the order given."""
    return _by_slug(Queue, slugs)


def dataset_by_slug(slug: str) -> Dataset:
    """This dataset."""
    return _by_slug(Dataset, [slug])[0]


def _by_slug(model: type[Model], slugs: Iterable[str]) -> list[Any]:
    wanted = list(dict.fromkeys(slugs))
    found = model.objects.in_bulk(wanted, field_name="slug")
    if missing := [slug for slug in wanted if slug not in found]:
        raise NotFound(f"There is no {model._meta.verbose_name} {', '.join(missing)}.")
    return [found[slug] for slug in wanted]
