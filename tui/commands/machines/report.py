"""`raceway report`: the report of a machine as one file, and the handover of a shift."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.clock import median_span, wall_clock
from engine.records.picker import newest_of_each, of_machine
from engine.records.plants.report import with_unrecorded
from tui.commands.options import (
    UNUSABLE,
    Config,
    Json,
    Machine,
    Session,
    State,
    fail,
    sentences,
    settings_of,
)
from tui.commands.records import At, instant_of, opened_record
from tui.durations import EXAMPLES, span_of

if TYPE_CHECKING:
    from engine.records.assessment import Assessment
    from engine.records.progress import Heartbeat
    from engine.reports.shift import Shift
    from engine.store.store import Store
    from tui.commands.records import Opened

SHIFT = timedelta(hours=8)
"""Length of a shift where none is given."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(
    out: Annotated[
        Path | None, typer.Option(help="A file .html or .pdf, or a folder for both.", show_default=False)
    ] = None,
    alarm: Annotated[
        str | None,
        typer.Option(
            help="The alarm of the report, by ring or key; by default the worst open alarm.",
            show_default=False,
        ),
    ] = None,
    begin: Annotated[str, typer.Option("--from", help="First recording time.", show_default=False)] = "",
    end: Annotated[str, typer.Option("--to", help="Last recording time.", show_default=False)] = "",
    at: At = "",
    shift: Annotated[
        bool,
        typer.Option(
            "--shift", help="Give the handover of the last 8 hours: printed, or written with --out."
        ),
    ] = False,
    since: Annotated[
        str | None, typer.Option(help="Give the handover of this span: 8h, 30m, 1d.", show_default=False)
    ] = None,
    as_json: Json = False,
    state: State = None,
    config: Config = None,
    machine: Machine = None,
    session: Session = None,
) -> None:
    """Write a report of a machine or an alarm as HTML or PDF (needs raceway[report]), or give a handover."""
    if shift or since is not None:
        if alarm is not None or begin or end or at or session or (as_json and out is not None):
            fail(
                "a handover (--shift, --since) takes only --machine, --state, --config, and --json or --out",
                UNUSABLE,
            )
        _hand_over(since, state, config, machine, out, as_json=as_json)
        return
    if out is None:
        fail("name the report: --out FILE.html, --shift, or --since 8h", UNUSABLE)
    if as_json:
        fail("--json is for a handover: --shift, or --since 8h", UNUSABLE)
    with opened_record(state, config, machine, session, at) as opened:
        _write(opened, out, alarm, begin, end)


def _write(opened: "Opened", out: Path, alarm: str | None, begin: str, end: str) -> None:
    from engine.reports.document.contents import Span, contents_of
    from engine.reports.document.writing import check_extra, files_of, write_report

    files_of(out)
    check_extra()
    span = Span(_instant(opened, "--from", begin), _instant(opened, "--to", end))
    if span.begin is not None and span.end is not None and span.end < span.begin:
        fail("--to is before --from", UNUSABLE)
    chosen = None if alarm is None else opened.alarm(alarm)
    contents = contents_of(opened.store, opened.record, opened.zone, chosen, span)
    for file in write_report(contents, out):
        print(f"{file}: written")


def _instant(opened: "Opened", option: str, text: str) -> datetime | None:
    record = opened.record
    if not text:
        return None
    return instant_of(text, record.series.at, record.series.positions, record.at, opened.zone, option=option)


def _hand_over(
    since: str | None,
    state: Path | None,
    config: Path | None,
    machine: str | None,
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    span = SHIFT if since is None else span_of(since)
    if span is None or not span:
        fail(f"--since {since!r} is not a duration; write it like {EXAMPLES}", UNUSABLE)
    if out is not None:
        from engine.reports.document.writing import check_extra, files_of

        with sentences():
            files_of(out)
            check_extra()
    with sentences(missing=UNUSABLE):
        settings = settings_of(config, None, {})
        folder = state or settings.store.folder
        from engine.reports.alarm_records import shift_record
        from engine.store.store import Store
        from tui.output.shift_text import shift_text

        with Store.open(folder, read_only=True) as store:
            now = wall_clock()
            missing = store.unrecorded(now)
            known = with_unrecorded(store.assessments(), missing)
            plants = {one.assessment.machine: one.heartbeat for one in missing}
            found = [
                shift_in(store, one, span, now, plants.get(one.machine))
                for one in newest_of_each(of_machine(known, machine, folder))
            ]
    if out is not None:
        from engine.reports.document.shift_page import write_shift

        with sentences():
            for file in write_shift(found, out):
                print(f"{file}: written")
    elif as_json:
        print(json.dumps([shift_record(one) for one in found]))
    else:
        print("\n\n".join(map(shift_text, found)))


def shift_in(
    store: "Store",
    assessment: "Assessment",
    span: timedelta,
    now: datetime,
    unrecorded: "Heartbeat | None" = None,
) -> "Shift":
    """Return the handover of the newest span of a record.

    Args:
        store: holds the record.
        assessment: the record.
        span: its length.
        now: the wall clock.
        unrecorded: the heartbeat of its plant, for a machine without a record.
    """
    from engine.clock import shifted
    from engine.operator.alarm_actions import playhead_of
    from engine.reports.latest import latest_of, newest_of
    from engine.reports.shift import shift_of, trouble_of

    with store.reading():
        events = store.events(assessment)
        newest = newest_of(store, assessment)
        stamps = sorted(store.times(assessment))
        end = playhead_of(store, assessment, events, now) or assessment.created_at
        latest = latest_of(store, assessment, newest, end)
        beat = unrecorded or store.heartbeat(assessment)
    return shift_of(
        assessment,
        events,
        latest,
        shifted(end, -span),
        end,
        rules=assessment.settings.fold,
        interval=median_span(stamps),
        live=assessment.live,
        engine=trouble_of(assessment, beat, now),
    )
