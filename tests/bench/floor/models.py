"""The one table."""

from django.db import models


class Item(models.Model):
    workflow = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, null=True)  # noqa: DJ001 - as a toy would
    status = models.CharField(max_length=10, default="waiting", db_index=True)
    output = models.TextField()
    body = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.workflow
