"""The formats in the hands of the real tools, each installed for the test and thrown away after it."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from escalations.records.formats import FORMATS
from tests.examples import HOSTILE, examples_of, hostile_examples

pytestmark = pytest.mark.slow
INSPECT, PROMPTFOO = "inspect-ai==0.3.285", "promptfoo@0.121.20"
MOST_SECONDS = 900
QUIET = {
    "PROMPTFOO_DISABLE_TELEMETRY": "1",
    "PROMPTFOO_DISABLE_UPDATE": "1",
    "PROMPTFOO_DISABLE_REMOTE_GENERATION": "true",
    "PROMPTFOO_DISABLE_DEBUG_LOG": "1",  # its log files can break off a run at the very end ("write after end")
    "PROMPTFOO_DISABLE_ERROR_LOG": "1",
}
READ_BY_INSPECT = """
import json, sys
from inspect_ai import Task, eval
from inspect_ai.dataset import json_dataset
from inspect_ai.log import read_eval_log
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import includes
from inspect_ai.solver import solver

@solver
def answer_as_expected():
    async def solve(state, generate):
        state.output = ModelOutput.from_content("none", state.target.text)
        return state
    return solve

dataset = json_dataset(sys.argv[1])
(log,) = eval(Task(dataset=dataset, solver=answer_as_expected(), scorer=includes()), model="mockllm/model",
              display="none", log_dir=sys.argv[2])
told = [{"id": one.id, "target": one.target, "metadata": one.metadata,
         "input": [json.loads(turn.model_dump_json(exclude_none=True)) for turn in one.input]} for one in dataset]
print(json.dumps({"samples": told, "status": log.status, "logged": len(read_eval_log(log.location).samples)}))
"""
READ_BY_PROMPTFOO = """
prompts: ["{{case.messages | dump}}", "{{case.input}}"]
providers: [echo]
defaultTest: {options: {provider: "file://grader.js"}}
tests: %s
"""
GRADER = """
const { appendFileSync } = require("fs");
module.exports = class {
  id() { return "grader"; }
  async callApi(prompt) {
    appendFileSync("graded.jsonl", JSON.stringify(prompt) + "\\n");
    return { output: '{"pass": true, "score": 1, "reason": "read"}' };
  }
};
"""


def installed(*command, cwd):
    """Runs an installer, or skips with its own last words."""
    told = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=MOST_SECONDS)
    if told.returncode:
        pytest.skip(f"{command[-1]} could not be installed: {(told.stderr or told.stdout).strip()[-300:]}")


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)  # hundreds of megabytes, which pytest would keep for three runs


@pytest.fixture
def inspect_python(folder):
    """A Python that has Inspect AI."""
    subprocess.run([sys.executable, "-m", "venv", "venv"], cwd=folder, check=True)
    installed("venv/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", INSPECT, cwd=folder)
    return folder / "venv/bin/python"


def libsql_beside(folder):
    """promptfoo needs this one of its optional packages, which are 1.1 GB; Node looks for it in the parent, too."""
    told = json.loads((folder / "promptfoo/node_modules/libsql/package.json").read_text())
    return f"libsql@{told['version']}"


@pytest.fixture
def promptfoo(folder):
    """The promptfoo command."""
    if not shutil.which("npm"):
        pytest.skip("npm is not on PATH")
    (folder / "promptfoo").mkdir()
    quick = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=peer", "--prefix", ".")
    installed(*quick, "--omit=optional", PROMPTFOO, cwd=folder / "promptfoo")
    installed(*quick, libsql_beside(folder), cwd=folder)
    return folder / "promptfoo/node_modules/.bin/promptfoo"


def test_inspect_loads_the_file_and_runs_it(inspect_python, folder):
    path = folder / "release.inspect.jsonl"
    path.write_bytes(b"".join(FORMATS["inspect"].write(examples_of(hostile_examples()))))
    script = folder / "read.py"
    script.write_text(READ_BY_INSPECT)
    raw = subprocess.run(
        [inspect_python, script, path, folder / "logs"], capture_output=True, cwd=folder, check=True, timeout=300
    ).stdout
    told = json.loads(raw.splitlines()[-1])
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]
    assert (told["status"], told["logged"]) == ("success", len(HOSTILE))
    for sample, row in zip(told["samples"], rows, strict=True):
        assert {name: sample[name] for name in ("id", "target", "metadata")} == {
            name: row[name] for name in ("id", "target", "metadata")
        }
        for turn, written in zip(sample["input"], row["input"], strict=True):
            assert {name: turn[name] for name in written} == written


def evaluated(promptfoo, folder, config):
    """What `promptfoo eval` writes."""
    options = ("--no-cache", "--no-table", "--no-progress-bar", "--no-share", "-o", "results.json", "-c", config)
    keys = {name: "" for name in os.environ if name.endswith(("_API_KEY", "_TOKEN"))}
    told = subprocess.run(
        [promptfoo, "eval", *options],
        cwd=folder,
        env={**os.environ, **keys, **QUIET, "PROMPTFOO_CONFIG_DIR": str(folder / "config")},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Eval complete" in told.stdout, told.stdout + told.stderr
    return json.loads((folder / "results.json").read_text())["results"]


def output_of(one):
    """What echo gave back: promptfoo shows an output that is JSON as what it says."""
    output = one["response"]["output"]
    return json.loads(output) if one["promptIdx"] == 0 and isinstance(output, str) else output


def graded_in(folder: Path):
    lines = (folder / "graded.jsonl").read_text("utf-8").split("\n")[:-1]
    (folder / "graded.jsonl").unlink()
    return [json.loads(json.loads(line))[-1]["content"] for line in lines]


def test_promptfoo_runs_the_folder_and_executes_nothing_of_it(promptfoo, folder):
    raw = b"".join(FORMATS["promptfoo"].write(examples_of(hostile_examples())))
    zipfile.ZipFile(io.BytesIO(raw)).extractall(folder)
    tests = [json.loads(line) for line in (folder / "tests.jsonl").read_text("utf-8").split("\n")[:-1]]
    cases = {one["metadata"]["id"]: one["vars"]["case"] for one in tests}

    found = evaluated(promptfoo, folder, "promptfooconfig.yaml")
    assert (found["stats"]["failures"], found["stats"]["errors"]) == (len(HOSTILE), 0)  # no model grades yet
    assert {one["testCase"]["metadata"]["id"] for one in found["results"]} == cases.keys()
    for one in found["results"]:
        assert output_of(one) == cases[one["testCase"]["metadata"]["id"]]["messages"]
        assert "does not name a model" in one["gradingResult"]["reason"]

    (folder / "grader.js").write_text(GRADER)
    for named in ("file://tests.jsonl", '["file://tests.jsonl"]'):  # the second is not ours, but easily written
        (folder / "graded.yaml").write_text(READ_BY_PROMPTFOO % named)
        found = evaluated(promptfoo, folder, "graded.yaml")
        assert (found["stats"]["successes"], found["stats"]["errors"]) == (2 * len(HOSTILE), 0)
        for one in found["results"]:
            case = cases[one["testCase"]["metadata"]["id"]]
            assert output_of(one) == (case["messages"] if one["promptIdx"] == 0 else case["input"])
        graded = graded_in(folder)
        assert [case["id"] for case in cases.values() if not any(case["rubric"] in text for text in graded)] == []
