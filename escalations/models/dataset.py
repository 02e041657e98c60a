"""Corrections as eval cases: a named dataset, its examples with revisions, and immutable releases."""

from django.db import models
from django.db.models import Q


class Dataset(models.Model):
    """A named set of examples. With no workflows named it takes every workflow's corrections."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    purpose = models.TextField(blank=True)
    workflows = models.ManyToManyField("Workflow", related_name="datasets", blank=True)
    salt = models.BinaryField(help_text="For splits and pseudonyms; random, kept for the dataset's life.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "slug"]

    def __str__(self):
        return self.name


class Example(models.Model):
    """One correction as an eval case. `example_id` comes from the input: another correction of it is a revision."""

    id = models.UUIDField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="examples", db_index=False)
    example_id = models.CharField(max_length=19)
    content_sha256 = models.CharField(max_length=64)
    decision = models.ForeignKey("Decision", models.PROTECT, related_name="examples")
    document = models.TextField(help_text="The JSON that its line in `native` begins with.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "decision"], name="one_example_per_dataset_and_decision")
        ]

    def __str__(self):
        return self.example_id


class Release(models.Model):
    """An immutable, hashed version of a dataset (SemVer), built by a job that shows its progress."""

    class State(models.TextChoices):
        PENDING = "pending"
        BUILDING = "building"
        BUILT = "built"
        UNCHANGED = "unchanged"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="releases")
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    major = models.PositiveIntegerField(null=True)
    minor = models.PositiveIntegerField(null=True)
    patch = models.PositiveIntegerField(null=True)
    parent = models.ForeignKey("self", models.PROTECT, related_name="children", null=True)
    note = models.TextField(blank=True)
    requested_by = models.CharField(max_length=80)
    requested_at = models.DateTimeField()
    through_sequence = models.BigIntegerField(null=True, help_text="The last decision that it took into account.")
    built_at = models.DateTimeField(null=True)
    total_count = models.PositiveIntegerField(null=True)
    done_count = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    release_sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "major", "minor", "patch"],
                condition=Q(state="built"),
                name="one_release_per_version",
            ),
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state__in=["pending", "building"]), name="one_build_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="built")
                | Q(major__isnull=False, minor__isnull=False, patch__isnull=False, built_at__isnull=False)
                & ~Q(release_sha256=""),
                name="a_built_release_has_a_version",
            ),
        ]

    def __str__(self):
        return f"{self.dataset_id} {self.version}"

    @property
    def version(self) -> str:
        """SemVer, or nothing while it is not built."""
        return f"{self.major}.{self.minor}.{self.patch}" if self.major is not None else ""

    @property
    def is_running(self) -> bool:
        """Whether the job still has work to do."""
        return self.state in (self.State.PENDING, self.State.BUILDING)


class ReleaseExample(models.Model):
    """An example's revision as a member of a release, with the cases that it stands for."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="members", db_index=False)
    example = models.ForeignKey(Example, models.PROTECT, related_name="memberships")
    duplicates_of = models.JSONField(default=list, help_text="Ids of other corrected cases with the same input.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "example"], name="one_membership_per_example")]

    def __str__(self):
        return f"{self.release_id} {self.example_id}"
