"""Processes that outlived the program which started them.

Ours carry a mark in their environment. PostgreSQL and Valkey write their titles over it; they work inside the folder.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "REVIEWAPP_STARTED_FROM"  # the state folder of the program that started the process
SERVERS = ("postgres", "valkey-server")


def mark_children(folder: Path) -> None:
    """Everything that this process starts from now on carries the mark."""
    os.environ[MARK] = str(folder)


def left_in(folder: Path) -> Iterator[psutil.Process]:
    """The living processes that were started from a folder, this one and its parents excepted."""
    excepted = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter(["environ", "status", "name", "cwd"]):
        mine = process.pid not in excepted and process.info["status"] != psutil.STATUS_ZOMBIE
        if mine and (is_marked(process, folder) or is_server_in(process, folder)):
            yield process


def is_marked(process: psutil.Process, folder: Path) -> bool:
    return (process.info["environ"] or {}).get(MARK) == str(folder)


def is_server_in(process: psutil.Process, folder: Path) -> bool:
    inside = Path(process.info["cwd"] or "/").is_relative_to(folder.resolve())
    return inside and process.info["name"] in SERVERS


def stop_left_in(folder: Path, patience: float = 5.0) -> None:
    """Stop them: politely, after `patience` seconds by force."""
    processes = list(left_in(folder))
    for process in processes:
        signal_quietly(process)
    _gone, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        signal_quietly(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=2)


def signal_quietly(process: psutil.Process, number: int | None = None) -> None:
    """Send a signal, by default the one that ends this program soonest in good order."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number or (signal.SIGINT if process.name() == "postgres" else signal.SIGTERM))
