"""Paths that read the store, and those by which an operator acts."""

import json
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from engine.api import acts, facts
from engine.api.children.reporting import Kind, Reporter
from engine.api.evidence import evidence as evidence_of
from engine.api.facts import MOST_EVENTS, MOST_POINTS, Desk
from engine.api.faults import FaultError
from engine.api.metrics import CONTENT_TYPE, exposition
from engine.api.routes.common import Operating, Reader, TheStore, faults

router = APIRouter(tags=["machines"])

Machine = Annotated[str, Path(description="Name of a machine.", max_length=200)]
Which = Annotated[str, Path(description="Ring number or key of an alarm.", max_length=500)]

POLL = 1.0
"""Time between two looks for new events [s]."""

QUIET = 15.0
"""Time after which a stream without events shows that it lives [s]."""

STREAMS = 100
"""Streams at once at most."""


class Act(BaseModel):
    """An act of an operator."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Acknowledgement(Act):
    """The acknowledgement of a ring."""

    ring: int = Field(description="Number of the ring that the operator saw.", ge=0, lt=2**63, examples=[42])
    comment: str = Field("", max_length=2000)


class Note(Act):
    """A note."""

    text: str = Field(max_length=2000, examples=["grease added, still warm"])


class Shelf(Act):
    """A shelf."""

    ring: int = Field(description="Number of the ring that the operator saw.", ge=0, lt=2**63)
    hours: float = Field(gt=0, le=10_000, examples=[4])
    reason: str = Field(max_length=2000, examples=["spare part ordered"])


@router.get("/v1/machines", responses=faults(503))
async def machines(_: Reader, store: TheStore) -> list[dict[str, Any]]:
    """List the machines of the store."""
    return await store.ask(facts.machines)


@router.get("/v1/machines/{machine}/components", responses=faults(404, 422, 503))
async def components(_: Reader, store: TheStore, machine: Machine) -> list[dict[str, Any]]:
    """List the components of a machine with their newest severity."""
    return await store.at(machine, facts.components)


@router.get(
    "/v1/machines/{machine}/report",
    response_class=Response,
    responses=faults(404, 422, 503)
    | {200: {"content": {"text/html": {}, "application/pdf": {}}, "description": "The report."}},
)
async def report(
    request: Request,
    _: Reader,
    store: TheStore,
    machine: Machine,
    kind: Annotated[Kind, Query(alias="format", description="Format of the file.")] = Kind.HTML,
) -> Response:
    """Write the report of a machine as one file."""
    name = await store.at(machine, lambda desk: desk.assessment.machine)
    reporter: Reporter | None = request.app.state.reporter
    if reporter is None:
        raise FaultError(503, "this service writes no reports")
    content = await reporter.report(name, kind)
    headers = {
        "Content-Disposition": f'attachment; filename="raceway-report.{kind.value}"',
        # The file may hold styles and pictures of its own, and never a script.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=kind.media_type, headers=headers)


@router.get("/v1/machines/{machine}/severities", responses=faults(404, 422, 503))
async def severities(
    _: Reader,
    store: TheStore,
    machine: Machine,
    begin: Annotated[datetime | None, Query(alias="from", description="First recording time.")] = None,
    end: Annotated[datetime | None, Query(alias="to", description="Last recording time.")] = None,
    most: Annotated[int, Query(ge=1, le=MOST_POINTS, description="Snapshots in the answer at most.")] = 1000,
) -> dict[str, Any]:
    """Return severities over time; a long span keeps the highest of each group of snapshots."""
    return await store.at(machine, lambda desk: facts.severities(desk, begin, end, most))


@router.get("/v1/machines/{machine}/alarms", responses=faults(404, 422, 503))
async def alarms(
    _: Reader,
    store: TheStore,
    machine: Machine,
    over: Annotated[bool, Query(alias="all", description="Include alarms that are over.")] = False,
    priority: Annotated[str | None, Query(pattern="^(low|medium|high)$")] = None,
    component: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """List alarms, the most urgent first."""
    return await store.at(
        machine, lambda desk: facts.alarms(desk, over=over, priority=priority, component=component)
    )


@router.get("/v1/machines/{machine}/alarms/{which}", responses=faults(404, 422, 503))
async def story(_: Reader, store: TheStore, machine: Machine, which: Which) -> dict[str, Any]:
    """Return one alarm with its history and evidence."""
    return await store.at(machine, lambda desk: facts.story(desk, which))


@router.get("/v1/machines/{machine}/events", responses=faults(404, 422, 503))
async def events(
    _: Reader,
    store: TheStore,
    machine: Machine,
    after: Annotated[int, Query(ge=0, lt=2**63, description="Only events after this number.")] = 0,
    most: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = MOST_EVENTS,
) -> dict[str, Any]:
    """List events in order."""
    return await store.at(machine, lambda desk: facts.events(desk, after, most))


@router.get("/v1/machines/{machine}/evidence", responses=faults(404, 422, 503))
async def evidence(
    _: Reader,
    store: TheStore,
    machine: Machine,
    component: Annotated[str | None, Query(max_length=200)] = None,
    after: Annotated[int, Query(ge=0, lt=2**63, description="Only events after this number.")] = 0,
    most: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = MOST_EVENTS,
) -> dict[str, Any]:
    """List diagnoses and rings with their evidence: fault lines, bands, errors."""
    return await store.at(machine, lambda desk: evidence_of(desk, component, after, most))


@router.get("/v1/machines/{machine}/spectrum", responses=faults(404, 422, 503))
async def spectrum(
    _: Reader, store: TheStore, machine: Machine, at: Annotated[datetime | None, Query()] = None
) -> dict[str, Any]:
    """Return spectrum, reconstruction and envelope of the newest snapshot up to an instant."""
    return await store.at(machine, lambda desk: facts.picture(desk, at))


@router.get("/v1/machines/{machine}/kpis", responses=faults(404, 422, 503))
async def kpis(_: Reader, store: TheStore, machine: Machine) -> dict[str, Any]:
    """Return the metrics of the alarm system: rates, floods, stale alarms, time to acknowledge."""
    return await store.at(machine, facts.figures)


@router.post("/v1/machines/{machine}/alarms/{which}/acknowledge", responses=faults(404, 409, 422, 503))
async def acknowledge(
    caller: Operating, store: TheStore, machine: Machine, which: Which, act: Acknowledgement
) -> dict[str, Any]:
    """Acknowledge the ring that the operator saw; refused where the alarm has rung again."""
    return await store.at(machine, lambda desk: acts.acknowledge(desk, which, act.ring, caller, act.comment))


@router.post("/v1/machines/{machine}/alarms/{which}/note", responses=faults(404, 422, 503))
async def note(
    caller: Operating, store: TheStore, machine: Machine, which: Which, act: Note
) -> dict[str, Any]:
    """Add a note to an alarm."""
    return await store.at(machine, lambda desk: acts.note(desk, which, caller, act.text))


@router.post("/v1/machines/{machine}/alarms/{which}/shelve", responses=faults(404, 409, 422, 503))
async def shelve(
    caller: Operating, store: TheStore, machine: Machine, which: Which, act: Shelf
) -> dict[str, Any]:
    """Shelve an alarm for some hours, with a reason."""
    span = timedelta(hours=act.hours)
    return await store.at(machine, lambda desk: acts.shelve(desk, which, act.ring, caller, span, act.reason))


@router.get(
    "/metrics",
    tags=["service"],
    responses=faults(503) | {200: {"content": {"text/plain": {}}, "description": "The metrics."}},
    response_class=Response,
)
async def metrics(_: Reader, store: TheStore) -> Response:
    """Return the metrics for Prometheus."""
    return Response(await store.ask(exposition), media_type=CONTENT_TYPE)


@router.get(
    "/v1/machines/{machine}/stream",
    responses={**faults(404, 422, 503), 200: {"content": {"text/event-stream": {}}}},
    response_class=StreamingResponse,
)
async def stream(
    request: Request,
    _: Reader,
    store: TheStore,
    machine: Machine,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> StreamingResponse:
    """Send every event after a number as it is stored, as server-sent events; it never ends."""
    await store.at(machine, lambda _desk: None)
    if getattr(request.app.state, "streams", 0) >= STREAMS:
        raise FaultError(503, f"{STREAMS} streams are open; close one")
    last = request.headers.get("last-event-id", "")
    begin = int(last) if last.isascii() and last.isdigit() else after
    return StreamingResponse(_events(request, store, machine, begin), media_type="text/event-stream")


def _followed(desk: Desk) -> int:
    """Let the store listen for hints; return the machine's id."""
    desk.store.follow(desk.assessment.machine_id)
    return desk.assessment.machine_id


async def _events(request: Request, store: facts.Facts, machine: str, after: int) -> AsyncIterator[str]:
    def newer(desk: Desk) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = facts.events(desk, after, MOST_EVENTS)["events"]
        return found

    state, quiet = request.app.state, 0.0
    state.streams = getattr(state, "streams", 0) + 1
    try:
        machine_id = await store.at(machine, _followed)
        while not await request.is_disconnected():
            began, heard = time.monotonic(), store.heard(machine_id)
            for event in await store.at(machine, newer):
                after, quiet = event["seq"], 0.0
                yield f"id: {after}\nevent: {event['kind']}\ndata: {json.dumps(event)}\n\n"
            await store.await_hint(machine_id, heard, POLL)
            quiet += time.monotonic() - began
            if quiet >= QUIET:
                quiet = 0.0
                yield ": quiet\n\n"
    except FaultError as fault:
        yield f"event: error\ndata: {json.dumps(fault.plain())}\n\n"
    finally:
        state.streams -= 1
