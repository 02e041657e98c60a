"""Files in the state folder `var/`: where they are, how secrets are kept, how commands find running servers.

Knows nothing of Django, so that settings can use it.
"""

import os
import secrets
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("REVIEWAPP_VAR") or REPOSITORY / "var").expanduser().absolute()
SERVERS_FILE = VAR / "servers.env"  # addresses of the servers of a running `up`; gone when it stops
DEMO_FILE = VAR / "demo.env"  # what a guest of the demo world needs; written last
DEMO_KEY_FILE = VAR / "demo.key"  # the demo sender's API key, written by `seed_demo`
SECRET_KEY_FILE = VAR / "secret.key"


def alive_file(process: str) -> Path:
    """The file that worker or beat touches while it works."""
    return VAR / f"{process}.alive"


def read_pairs(path: Path) -> dict[str, str]:
    """Read `NAME=value` lines. A missing or unreadable file is an empty dictionary."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def write_pairs(path: Path, pairs: dict[str, str]) -> None:
    """Write `NAME=value` lines into a private file."""
    write_private(path, "".join(f"{name}={value}\n" for name, value in pairs.items()))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_text(path: Path) -> str:
    """The stripped text of a small file, or "" where there is none."""
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def make_secret_key() -> str:
    """The secret key kept in the state folder; generated the first time."""
    if not read_text(SECRET_KEY_FILE):
        write_private(SECRET_KEY_FILE, secrets.token_urlsafe(64) + "\n")
    return read_text(SECRET_KEY_FILE)
