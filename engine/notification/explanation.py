"""The sentences about the alarm of a message, and its report, read from the store as of its ring."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.alarms.alarm import Alarm
from engine.explanation.explain import explain_alarm
from engine.explanation.record import Record, record_of
from engine.explanation.sentence import Topic
from engine.store.store import Store
from engine.system.output import complain

LEFT_OUT = frozenset({Topic.DONE})
"""Topics of no use in a message: what was done is not known yet when an alarm rings."""


@dataclass(frozen=True, slots=True)
class Told:
    """The sentences about an alarm, and the file of its report; None without one."""

    sentences: tuple[str, ...] = ()
    report: Path | None = None


def told_of(state: Path, assessment: int, event: Mapping[str, object], folder: Path | None = None) -> Told:
    """Return what the store tells of the alarm of an event, as of its time; nothing where it is not found.

    Args:
        state: folder of the store.
        assessment: number of the record.
        event: as the engine gives it to the process that sends.
        folder: where the report is written, None for no report.

    Raises:
        StoreError: the store cannot be read.
    """
    with Store.open(state, read_only=True) as store:
        record = next((one for one in store.assessments() if one.id == assessment), None)
        if record is None:
            return Told()
        with store.reading():
            events, series = store.events(record), store.series(record)
        found = record_of(record, series, events, datetime.fromisoformat(str(event["at"])))
        alarm = next((one for one in found.alarms if one.key == event["alarm"]), None)
        if alarm is None:
            return Told()
        sentences = tuple(one.text for one in explain_alarm(found, alarm) if one.topic not in LEFT_OUT)
        return Told(sentences, None if folder is None else _report(store, found, alarm, folder))


def _report(store: Store, record: Record, alarm: Alarm, folder: Path) -> Path | None:
    """Write the report of an alarm; None, with a sentence on standard error, where that cannot be done."""
    try:
        from engine.reports.document.contents import Span, contents_of
        from engine.reports.document.writing import write_report

        contents = contents_of(store, record, UTC, alarm, Span())
        (file,) = write_report(contents, folder / "report.html")
    except Exception as error:
        # A message without its report is better than none.
        complain(f"the report is not attached ({error})")
        return None
    return file
