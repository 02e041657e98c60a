"""Processes that outlived the program which started them, found by a mark in their environment."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

MARK = "REVIEWAPP_STARTED_FROM"  # the state folder of the program that started the process


def mark_children(folder: Path) -> None:
    """Everything that this process starts from now on carries the mark."""
    os.environ[MARK] = str(folder)


def marked(folder: Path) -> Iterator[psutil.Process]:
    """The living processes with the mark of a folder, this one and its parents excepted."""
    excepted = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    for process in psutil.process_iter(["environ", "status"]):
        dead = process.info["status"] == psutil.STATUS_ZOMBIE
        if (process.info["environ"] or {}).get(MARK) == str(folder) and process.pid not in excepted and not dead:
            yield process


def stop_marked(folder: Path, patience: float = 5.0) -> int:
    """Stop them: politely, after `patience` seconds by force. Returns how many there were."""
    processes = list(marked(folder))
    for process in processes:
        signal_quietly(process)
    _gone, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        signal_quietly(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=2)
    return len(processes)


def signal_quietly(process: psutil.Process, number: int | None = None) -> None:
    """Send a signal, by default the one that ends this program soonest in good order."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number or (signal.SIGINT if process.name() == "postgres" else signal.SIGTERM))
