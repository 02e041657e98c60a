"""Guardian's permission rows with direct foreign keys: one table per object and holder, so a join finds them."""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class QueueUserObjectPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey("Queue", models.CASCADE)


class QueueGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey("Queue", models.CASCADE)


class WorkflowUserObjectPermission(UserObjectPermissionBase):
    content_object = models.ForeignKey("Workflow", models.CASCADE)


class WorkflowGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey("Workflow", models.CASCADE)
