"""`raceway report`: the handover of a shift."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import median_span, wall_clock
from engine.records.picker import newest_of_each, of_machine
from tui.commands.options import UNUSABLE, Config, Json, Machine, State, fail, sentences, settings_of
from tui.durations import EXAMPLES, span_of

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.reports.shift import Shift
    from engine.store.store import Store

SHIFT = timedelta(hours=8)
"""Length of a shift where none is given."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(
    shift: Annotated[bool, typer.Option("--shift", help="Print the handover of the last 8 hours.")] = False,
    since: Annotated[
        str | None, typer.Option(help="Print the handover of this span: 8h, 30m, 1d.", show_default=False)
    ] = None,
    as_json: Json = False,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
) -> None:
    """Print the handover of a shift: what rang, what was done, what stands, what is not watched."""
    if not shift and since is None:
        fail("say what to report: --shift, or --since 8h", UNUSABLE)
    span = SHIFT if since is None else span_of(since)
    if span is None or not span:
        fail(f"--since {since!r} is no span of time; write it like {EXAMPLES}", UNUSABLE)
    with sentences():
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.reports.alarm_records import shift_record
        from engine.store.store import Store
        from tui.output.shift_text import shift_text

        with Store.open(folder, read_only=True) as store:
            chosen = newest_of_each(of_machine(store.assessments(), machine, folder))
            found = [shift_in(store, one, span, wall_clock()) for one in chosen]
    if as_json:
        print(json.dumps([shift_record(one) for one in found]))
    else:
        print("\n\n".join(map(shift_text, found)))


def shift_in(store: "Store", assessment: "Assessment", span: timedelta, now: datetime) -> "Shift":
    """Return the handover of the newest span of a record.

    Args:
        store: holds the record.
        assessment: the record.
        span: its length.
        now: the wall clock.
    """
    from engine.clock import shifted
    from engine.operator.alarm_actions import playhead_of
    from engine.reports.latest import latest_of, newest_of
    from engine.reports.shift import shift_of

    with store.reading():
        events = store.events(assessment)
        newest = newest_of(store, assessment)
        stamps = sorted(store.times(assessment))
        end = playhead_of(store, assessment, events, now) or assessment.created_at
        latest = latest_of(store, assessment, newest, end)
    return shift_of(
        assessment,
        events,
        latest,
        shifted(end, -span),
        end,
        rules=assessment.settings.fold,
        interval=median_span(stamps),
        live=assessment.live,
    )
