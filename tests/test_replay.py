import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command


class Intake(BaseHTTPRequestHandler):
    """Stands for a running server: asks for patience once, accepts what has an output."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        if self.server.bodies.count(body) == 1 and b"busy" in body:
            self.answer(429, {"title": "Too many", "retry_after": 0})
        elif b"output" in body:
            self.answer(201, {"id": "1"})
        else:
            self.answer(422, {"title": "A field is not as it must be", "errors": [{"pointer": "/output"}]})

    def answer(self, status, document):
        raw = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def intake():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Intake)
    server.bodies = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def replay(path, intake, *options):
    call_command("replay", str(path), "--url", f"http://127.0.0.1:{intake.server_port}", "--key", "k", *options)


def test_every_line_is_sent_as_it_stands(tmp_path, intake, capfd):
    lines = [json.dumps({"output": f"é {n}"}, ensure_ascii=False).encode() for n in range(30)]
    (tmp_path / "f.jsonl").write_bytes(b"\n".join(lines) + b"\n\n")
    replay(tmp_path / "f.jsonl", intake)
    assert sorted(intake.bodies) == sorted(lines)
    assert capfd.readouterr().out == ""


def test_a_busy_server_is_asked_again(tmp_path, intake):
    (tmp_path / "f.jsonl").write_text('{"output": "busy"}\n')
    replay(tmp_path / "f.jsonl", intake, "--rate", "50")
    assert len(intake.bodies) == 2


def test_refused_lines_are_named_with_their_problem(tmp_path, intake, capsys):
    (tmp_path / "f.jsonl").write_text('{"output": "x"}\n{"input": "y"}\n')
    with pytest.raises(CommandError, match="1 of 2 were refused"):
        replay(tmp_path / "f.jsonl", intake)
    assert "line 2: 422 A field is not as it must be (/output)" in capsys.readouterr().err


def test_a_missing_file_is_one_sentence(tmp_path, intake):
    with pytest.raises(CommandError, match="The file can not be read"):
        replay(tmp_path / "none.jsonl", intake)
