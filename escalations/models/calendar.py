"""Working hours of a queue, in versions that never change."""

from django.db import models


class Calendar(models.Model):
    """A named set of working hours; its newest version is in force."""

    id = models.UUIDField(primary_key=True)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)

    def __str__(self):
        return self.name


class CalendarVersion(models.Model):
    """Time zone, weekly windows and holidays as they stood: `{"tz", "weekly", "holidays"}`."""

    id = models.UUIDField(primary_key=True)
    calendar = models.ForeignKey(Calendar, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "version"], name="one_calendar_per_version")]

    def __str__(self):
        return f"{self.calendar_id} v{self.version}"
