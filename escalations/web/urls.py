"""URLs of the pages: nouns."""

from django.urls import path

from escalations.web import cases, datasets, desk, lead, preferences, queues, reports, workflows

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("claims", desk.claims, name="claims"),
    path("queues/<slug:slug>/", queues.queue, name="queue"),
    path("queues/<slug:slug>/claims", desk.claims_of_queue, name="queue_claims"),
    path("escalations/<uuid:escalation_id>/", cases.case, name="case"),
    path("escalations/<uuid:escalation_id>/claim", cases.claim, name="case_claim"),
    path("escalations/<uuid:escalation_id>/claim/extension", cases.extend, name="case_extension"),
    path("escalations/<uuid:escalation_id>/claim/return", cases.give_back, name="case_return"),
    path("escalations/<uuid:escalation_id>/skip", cases.skip, name="case_skip"),
    path("escalations/<uuid:escalation_id>/decision", cases.decide, name="case_decision"),
    path("escalations/<uuid:escalation_id>/move", lead.move, name="case_move"),
    path("escalations/<uuid:escalation_id>/assignment", lead.assign, name="case_assignment"),
    path("escalations/<uuid:escalation_id>/reopening", lead.reopen, name="case_reopening"),
    path("reports/", reports.reports, name="reports"),
    path("reports/cases/", reports.cases, name="report_cases"),
    path("reports/<slug:kind>/", reports.report, name="report"),
    path("reports/<slug:kind>/table.csv", reports.table, name="report_table"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/<slug:slug>/", datasets.dataset, name="dataset"),
    path("datasets/<slug:slug>/releases", datasets.releases, name="dataset_releases"),
    path("datasets/<slug:slug>/releases/<str:version>/<slug:name>", datasets.release_file, name="release_file"),
    path("workflows/", workflows.workflows, name="workflows"),
    path("workflows/<slug:slug>/", workflows.workflow, name="workflow"),
    path("preferences", preferences.preferences, name="preferences"),
]
