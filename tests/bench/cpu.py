"""CPU seconds of processes, from the operating system."""

from collections.abc import Iterable

import psutil


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time of these processes and all their children, ended ones included."""
    total = 0.0
    for root in roots:
        process = psutil.Process(root)
        own = process.cpu_times()
        total += own.children_user + own.children_system
        for one in [process, *process.children(recursive=True)]:
            try:
                times = one.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
    return total


def resident_bytes(root: int) -> int:
    """Memory that a process and its children hold, shared pages counted once where the system tells (PSS)."""
    process = psutil.Process(root)
    return sum(one.memory_full_info().pss for one in [process, *process.children(recursive=True)])
