"""The API's OpenAPI document: keys, records as pydantic has them, and what a refusal looks like."""

from typing import Any

from drf_spectacular.contrib.pydantic import PydanticExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from pydantic import BaseModel

from escalations.records.shapes import Problem

REFUSALS = {
    "400": "The request is not one strict JSON document, or can not be read",
    "401": "No key, or a key that is not good",
    "403": "You may see it, but not do this",
    "404": "It does not exist, or you may not see it",
    "409": "It was true a moment ago",
    "413": "The body is too large",
    "415": "The body is not of this media type in UTF-8, as it stands",
    "422": "A field is at fault; `errors` says which",
    "429": "Over the key's limit",
}
ALWAYS = ("401", "403", "404", "422", "429")
WITH_BODY = ("400", "409", "413", "415")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Same key and same bytes: the first answer again. Bare or quoted, at most 255 characters.",
)
WAIT = OpenApiParameter("wait", {"type": "integer", "minimum": 0, "maximum": 60}, description="Seconds to wait.")


class KeyScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer rvk_…`."""

    target_class = "escalations.api.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A sender's key, or a person's own."}


class RecordSchema(PydanticExtension):
    """A pydantic record: as it is validated where it comes in, as it is written where it leaves."""

    target_class = "pydantic.BaseModel"
    match_subclasses = True
    priority = 1

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        mode = "validation" if direction == "request" else "serialization"
        schema = self.target.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
        for name, part in schema.pop("$defs", {}).items():
            component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=part)
            auto_schema.registry.register_on_missing(component)
        return schema


def json_of(record: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """A request body of JSON."""
    return {"application/json": record}


def query(record: type[BaseModel]) -> list[OpenApiParameter]:
    """The fields of a record as query parameters."""
    schema = record.model_json_schema(by_alias=True)
    needed = schema.get("required", ())
    return [OpenApiParameter(name, part, required=name in needed) for name, part in schema["properties"].items()]


def add_refusals(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Name, on every operation, the problems that it can answer with."""
    schemas = result["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= {**problem.pop("$defs"), "Problem": problem}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for operation in path.values():
            codes = sorted(ALWAYS + (WITH_BODY if "requestBody" in operation else ()))
            refusals = {code: {"description": REFUSALS[code], "content": content} for code in codes}
            operation["responses"] |= refusals
    return result
