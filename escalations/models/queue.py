"""Where escalations wait."""

from django.conf import settings
from django.db import models


class Queue(models.Model):
    """A line of escalations with a role that works in it, an accountable lead and a calendar."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=30, default="reviewer")
    lead = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="led_queues")
    calendar = models.ForeignKey("CalendarVersion", models.PROTECT, related_name="queues")

    class Meta:
        ordering = ["name"]
        default_permissions = ()
        permissions = [
            ("view_queue", "May see the cases of the queue"),
            ("review_queue", "May claim and decide in the queue"),
            ("lead_queue", "May assign, move and reopen in the queue"),
        ]

    def __str__(self):
        return self.name
