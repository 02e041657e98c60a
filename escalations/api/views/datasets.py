"""Datasets and their releases."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import dataset_seen_by, dataset_to_build, dataset_to_read, datasets_seen_by
from escalations.actions.release import request_release
from escalations.api.answers import base_url_of, json_answer
from escalations.api.body import query_of, record_of
from escalations.api.schema import json_of, query
from escalations.errors import Fault, Invalid, NotFound
from escalations.queries.releases import built_release, built_releases, latest_versions
from escalations.records.formats import FORMATS
from escalations.records.listing import PageQuery
from escalations.records.manifest import exported, release_record
from escalations.records.requests import FileQuery, ReleaseBody
from escalations.records.shapes import DatasetPage, ReleasePage, ReleaseRecord


class Datasets(APIView):
    @extend_schema(
        operation_id="list_datasets", parameters=query(PageQuery), responses={200: DatasetPage}, summary="The datasets"
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        query_of(request, PageQuery)
        found = list(datasets_seen_by(request.user))
        latest = latest_versions(found)
        shown = [{"slug": one.slug, "name": one.name, "latest": latest.get(one.pk)} for one in found]
        return json_answer({"results": shown, "next": None})


class Releases(APIView):
    @extend_schema(
        operation_id="list_releases",
        parameters=query(PageQuery),
        responses={200: ReleasePage},
        summary="A dataset's releases, newest first",
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        query_of(request, PageQuery)
        dataset = dataset_seen_by(request.user, slug)
        return json_answer({"results": [release_record(one) for one in built_releases(dataset)], "next": None})

    @extend_schema(
        operation_id="build_release",
        request=json_of(ReleaseBody),
        responses={202: ReleaseRecord},
        summary="Build the next release",
    )
    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        dataset = dataset_to_build(request.user, slug)
        note = record_of(request, ReleaseBody).note if request.META.get("CONTENT_LENGTH") not in (None, "", "0") else ""
        release = request_release(dataset, requested_by=request.user.actor, note=note, now=timezone.now())
        location = f"{base_url_of(request)}/api/v1/datasets/{slug}/releases/{release.pk}"
        return json_answer(release_record(release), status=202, Location=location)


class OneRelease(APIView):
    @extend_schema(
        operation_id="get_release",
        responses={200: ReleaseRecord},
        summary="A release's manifest, by version (or a running build, by id)",
    )
    def get(self, request: HttpRequest, slug: str, version: str) -> HttpResponse:
        dataset = dataset_seen_by(request.user, slug)
        return json_answer(release_record(built_release(dataset, version)))


class ReleaseFile(APIView):
    @extend_schema(
        operation_id="get_release_file",
        parameters=query(FileQuery),
        responses={(200, "application/octet-stream"): bytes},
        summary="A release as a file",
    )
    def get(self, request: HttpRequest, slug: str, version: str) -> HttpResponse:
        release = built_release(dataset_to_read(request.user, slug), version)
        if not release.version:
            raise NotFound("This release is not built; its record says why.")
        asked = query_of(request, FileQuery)
        if asked.format not in FORMATS:
            fault = Fault("/format", "unknown_format", f"Known are: {', '.join(FORMATS)}.")
            raise Invalid("This format is not offered.", faults=[fault])
        found = FORMATS[asked.format]
        headers = {"Content-Disposition": f'attachment; filename="{slug}-{release.version}.{found.suffix}"'}
        return StreamingHttpResponse(exported(release, asked.format), content_type=found.media_type, headers=headers)
