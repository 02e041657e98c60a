"""One AI feature whose outputs are reviewed, with its versioned policy and rubric."""

from django.conf import settings
from django.db import models

FAILURE_CATEGORIES = {
    "hallucination": "Hallucination",
    "overconfidence": "Overconfidence",
    "incomplete_reasoning": "Incomplete reasoning",
    "missed_escalation": "Missed escalation",
    "policy_violation": "Policy violation",
    "missing_context": "Missing context",
    "stale_or_wrong_source": "Stale or wrong source",
    "out_of_scope": "Out of scope",
    "format_violation": "Format violation",
    "privacy_leak": "Privacy leak",
    "unsafe_action": "Unsafe action",
    "tone": "Tone",
}


class Workflow(models.Model):
    """An AI feature with a business owner and a technical owner; `policy` and `rubric` are the standing versions."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    purpose = models.TextField(blank=True)
    success = models.TextField(blank=True)
    business_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="owned_workflows", null=True, blank=True
    )
    technical_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="operated_workflows", null=True, blank=True
    )
    policy = models.ForeignKey("Policy", models.PROTECT, related_name="+", null=True, blank=True)
    rubric = models.ForeignKey("Rubric", models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [
            ("view_workflow", "May see the workflow, its cases and its reports"),
            ("own_workflow", "May change the workflow's policy and rubric"),
        ]

    def __str__(self):
        return self.name


class Policy(models.Model):
    """One version of a workflow's rules; see `records.policy` for the document. Never edited."""

    id = models.UUIDField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="policies")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    queues = models.ManyToManyField("Queue", related_name="policies")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workflow", "version"], name="one_policy_per_version")]

    def __str__(self):
        return f"{self.workflow_id} policy v{self.version}"


class Rubric(models.Model):
    """One version of the failure categories that a review may name: `[{"code", "name"}]`. Never edited."""

    id = models.UUIDField(primary_key=True)
    workflow = models.ForeignKey(Workflow, models.PROTECT, related_name="rubrics")
    version = models.PositiveIntegerField()
    categories = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workflow", "version"], name="one_rubric_per_version")]

    def __str__(self):
        return f"{self.workflow_id} rubric v{self.version}"

    def codes(self) -> list[str]:
        """The codes of the categories, in the rubric's order."""
        return [category["code"] for category in self.categories]
