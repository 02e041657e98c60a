"""A workflow's standing policy, and addresses that do not exist."""

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.views import APIView

from escalations.access import workflow_seen_by
from escalations.api.answers import is_known, json_answer, no_content
from escalations.errors import NotFound
from escalations.records.shapes import PolicyRecord
from escalations.rules.ledger import instant


class WorkflowPolicy(APIView):
    @extend_schema(
        operation_id="get_policy", responses={200: PolicyRecord, 304: None}, summary="What to escalate and hold"
    )
    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        policy = workflow_seen_by(request.user, slug).policy
        if policy is None:
            raise NotFound("This workflow has no policy yet.")
        etag = f'"v{policy.version}"'
        if is_known(etag, request):
            return no_content({"ETag": etag}, status=304)
        named = {"workflow": slug, "version": policy.version, "active_since": instant(policy.created_at)}
        return json_answer(named | policy.document, ETag=etag)


class Nowhere(APIView):
    """Everything else under the API: a problem, not a page."""

    authentication_classes = ()
    schema = None

    def initial(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        raise NotFound("There is no such address in this API.")
