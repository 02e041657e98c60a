"""The docs, held against the code."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from escalations.api.views.workflows import Nowhere
from escalations.records.manifest import FORMATS

TOP = Path(__file__).parent.parent
DOCS = [*TOP.glob("*.md"), *TOP.glob("docs/**/*.md")]
SENDER, OPERATE = TOP / "docs" / "sender.md", TOP / "docs" / "operate.md"
CODE = "\n".join(
    path.read_text()
    for folder in ("reviewapp", "escalations", "bin")
    for path in sorted((TOP / folder).rglob("*"))
    if path.is_file() and (path.suffix == ".py" or folder == "bin")
)
LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
COMMAND = re.compile(r"(?<!un)manage\.py ([a-z_]+)")
NOT_YET = {"due_at"}  # named in limits.md as missing
CALL = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (?!/metrics)(?:/api/v1)?(/[a-z][^\s`?)]*)")
PARTS = {"{id}": "01a1f84c-eb0e-72c3-917f-9029b195eab7", "{slug}": "support", "{version}": "1.0.0"}
READ = re.compile(r"(?:env\.\w+\(|environ(?:ment)?\.get\(|environ\[)\"([A-Z_]+)\"")


def each(docs):
    return pytest.mark.parametrize("doc", docs, ids=lambda doc: str(doc.relative_to(TOP)))


def anchors_of(doc):
    """Where a link into a page may lead: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.+)$", doc.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def variables_named():
    """The environment variables in the first column of the operator's table."""
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", OPERATE.read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[A-Z_]+", row)}


@each(DOCS)
def test_every_link_leads_somewhere(doc):
    for path, anchor in LINK.findall(doc.read_text()):
        target = (doc.parent / path).resolve() if path else doc
        assert target.exists(), path
        assert not anchor or anchor in anchors_of(target), f"{path}#{anchor}"


@each(DOCS)
def test_every_command_named_is_there(doc):
    named = set(COMMAND.findall(doc.read_text()))
    assert named - NOT_YET <= set(get_commands())


def test_what_is_said_to_be_missing_is_missing():
    assert NOT_YET.isdisjoint(get_commands()), "it is there now: take it out of docs/limits.md and of NOT_YET"


@each(DOCS)
def test_every_script_named_is_there(doc):
    for script in re.findall(r"`(?:[A-Z_]+=\S+ )?(bin/\w+|\.ci/\w+)", doc.read_text()):
        assert (TOP / script).exists(), script


@each(DOCS)
def test_every_api_call_named_is_answered(doc):
    for method, path in CALL.findall(doc.read_text()):
        view = resolve("/api/v1" + re.sub(r"\{\w+\}", lambda part: PARTS[part[0]], path)).func.view_class
        assert view is not Nowhere, path
        assert hasattr(view, method.lower()), f"{method} {path}"


def test_every_problem_type_named_can_happen():
    table = SENDER.read_text().split("## When it is refused")[1]
    for row in re.findall(r"^\| \d{3} \| ([^|]+) \|", table, re.MULTILINE):
        for code in re.findall(r"`(\w+)`", row):
            assert f'"{code}"' in CODE, code


def test_every_format_offered_is_described():
    evals = (TOP / "docs" / "evals.md").read_text()
    assert [name for name in FORMATS if f"`{name}`" not in evals] == []


def test_formats_stand_where_the_guide_for_contributors_says():
    path = re.search(r"`FORMATS` in \[[^\]]+\]\(([^)]+)\)", (TOP / "CONTRIBUTING.md").read_text())[1]
    assert re.search(r"^FORMATS\b", (TOP / path).read_text(), re.MULTILINE)


def test_every_environment_variable_in_the_table_is_read():
    assert variables_named()
    for name in variables_named():
        assert f'"{name}"' in CODE, name


def test_every_environment_variable_that_is_read_is_in_the_table():
    sources = [(TOP / "reviewapp" / f"{name}.py").read_text() for name in ("settings", "processes", "state")]
    read = {name for source in sources for name in READ.findall(source)}
    assert "SECRET_KEY" in read
    assert read <= variables_named()
