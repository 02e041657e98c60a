"""URLs of the API."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from escalations.api import schema  # noqa: F401 - registers the security scheme
from escalations.api.views import claims, datasets, decisions, escalations, reports, workflows

urlpatterns = [
    path("escalations", escalations.Escalations.as_view()),
    path("escalations/batch", escalations.Batch.as_view()),
    path("escalations/<uuid:escalation_id>", escalations.OneEscalation.as_view()),
    path("escalations/<uuid:escalation_id>/snapshot", escalations.SnapshotBytes.as_view()),
    path("escalations/<uuid:escalation_id>/events", escalations.Events.as_view()),
    path("escalations/<uuid:escalation_id>/withdrawal", escalations.Withdrawal.as_view()),
    path("escalations/<uuid:escalation_id>/claim", claims.EscalationClaim.as_view()),
    path("escalations/<uuid:escalation_id>/skips", claims.Skips.as_view()),
    path("escalations/<uuid:escalation_id>/queue", claims.EscalationQueue.as_view()),
    path("escalations/<uuid:escalation_id>/owner", claims.EscalationOwner.as_view()),
    path("escalations/<uuid:escalation_id>/reopenings", claims.Reopenings.as_view()),
    path("escalations/<uuid:escalation_id>/decision", decisions.EscalationDecision.as_view()),
    path("decisions", decisions.Decisions.as_view()),
    path("decisions/verify", decisions.Verification.as_view()),
    path("queues/<slug:slug>/claims", claims.QueueClaims.as_view()),
    path("workflows/<slug:slug>/policy", workflows.WorkflowPolicy.as_view()),
    path("datasets", datasets.Datasets.as_view()),
    path("datasets/<slug:slug>/releases", datasets.Releases.as_view()),
    path("datasets/<slug:slug>/releases/<str:version>", datasets.OneRelease.as_view()),
    path("datasets/<slug:slug>/releases/<str:version>/file", datasets.ReleaseFile.as_view()),
    path("reports/sla", reports.SlaReport.as_view()),
    path("reports/failures", reports.FailuresReport.as_view()),
    path("reports/volume", reports.VolumeReport.as_view()),
    path("openapi.json", SpectacularJSONAPIView.as_view(authentication_classes=[]), name="openapi"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="openapi", authentication_classes=[])),
    re_path(r"", workflows.Nowhere.as_view()),
]
