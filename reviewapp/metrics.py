"""Prometheus metrics: one address, one collector, numbers from the database. Every web process answers the same."""

import multiprocessing
import platform
from collections.abc import Iterable, Iterator
from datetime import datetime

import django
import psutil
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from escalations.queries.operations import Due, Load, Operations, operations


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For who holds the token. Without a token in the settings there is no such address."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token.strip(), settings.METRICS_TOKEN):
        return HttpResponse("Send the token.\n", "text/plain", 401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(OperationsCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class OperationsCollector(Collector):
    """Reads the database once per scrape."""

    def describe(self) -> Iterable[Metric]:
        return []  # so that registering reads nothing

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        state = operations(now=now)
        yield from of_queues(state.loads, now)
        yield from of_due_rows(state.due, now)
        yield from totals(state)
        yield from of_processes()


def of_queues(loads: list[Load], now: datetime) -> Iterator[Metric]:
    labels = ["queue", "status"]
    cases = GaugeMetricFamily("reviewapp_escalations", "Open cases.", labels=labels)
    overdue = GaugeMetricFamily("reviewapp_escalations_overdue", "Open cases past their due instant.", labels=labels)
    oldest = GaugeMetricFamily(
        "reviewapp_oldest_waiting_seconds", "Age of the case that waits longest; 0 if none waits.", labels=["queue"]
    )
    for load in loads:
        cases.add_metric([load.queue, load.status], load.count)
        overdue.add_metric([load.queue, load.status], load.overdue)
        if load.status == "waiting":
            oldest.add_metric([load.queue], age(load.oldest, now))
    return iter((cases, overdue, oldest))


def of_due_rows(due: list[Due], now: datetime) -> Iterator[Metric]:
    rows = GaugeMetricFamily("reviewapp_due_rows", "Rows whose time has come and that no job took up.", labels=["kind"])
    oldest = GaugeMetricFamily("reviewapp_oldest_due_seconds", "For how long the oldest is due.", labels=["kind"])
    for one in due:
        rows.add_metric([one.kind], one.count)
        oldest.add_metric([one.kind], age(one.oldest, now))
    return iter((rows, oldest))


def totals(state: Operations) -> Iterator[Metric]:
    yield CounterMetricFamily("reviewapp_escalations_received", "Numbers given to cases.", value=state.received)
    yield CounterMetricFamily("reviewapp_decisions", "Places given in the feed of decisions.", value=state.decisions)
    yield GaugeMetricFamily("reviewapp_open_claims", "Cases that a reviewer holds.", value=state.open_claims)
    releases = GaugeMetricFamily("reviewapp_releases", "Builds of dataset releases.", labels=["state"])
    for name, count in state.releases.items():
        releases.add_metric([name], count)
    yield releases


def of_processes() -> Iterator[Metric]:
    """All web processes of this container together: which one answers is chance."""
    info = GaugeMetricFamily("reviewapp_info", "What runs.", labels=["python", "django"])
    info.add_metric([platform.python_version(), django.get_version()], 1)
    yield info
    web = web_processes()
    memory = sum(one.memory_info().rss for one in web)
    cpu = sum(sum(one.cpu_times()[:2]) for one in web)
    yield GaugeMetricFamily("reviewapp_web_processes", "Web processes.", value=len(web))
    yield GaugeMetricFamily("reviewapp_web_resident_memory_bytes", "Their memory, shared pages twice.", value=memory)
    yield CounterMetricFamily("reviewapp_web_cpu_seconds", "Their CPU time, user and system.", value=cpu)


def web_processes() -> list[psutil.Process]:
    """This process and its siblings under the same supervisor."""
    me = psutil.Process()
    parent = me.parent()
    if multiprocessing.parent_process() is None or parent is None:
        return [me]
    return [one for one in parent.children() if one.cmdline()[1:] and "spawn_main" in " ".join(one.cmdline())]


def age(since: datetime | None, now: datetime) -> float:
    """Seconds since then; 0 where there is nothing."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
