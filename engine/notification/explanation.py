"""The sentences about the alarm of a message, read from the store as of its ring."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from engine.explanation.explain import explain_alarm
from engine.explanation.record import record_of
from engine.explanation.sentence import Topic
from engine.store.store import Store

LEFT_OUT = frozenset({Topic.DONE})
"""Topics of no use in a message: what was done is not known yet when an alarm rings."""


def sentences_of(state: Path, assessment: int, event: Mapping[str, object]) -> tuple[str, ...]:
    """Return the sentences about the alarm of an event, as of its time; none where it is not found.

    Args:
        state: folder of the store.
        assessment: number of the record.
        event: as the engine gives it to the process that sends.

    Raises:
        StoreError: the store cannot be read.
    """
    with Store.open(state, read_only=True) as store:
        record = next((one for one in store.assessments() if one.id == assessment), None)
        if record is None:
            return ()
        with store.reading():
            events, series = store.events(record), store.series(record)
    found = record_of(record, series, events, datetime.fromisoformat(str(event["at"])))
    alarm = next((one for one in found.alarms if one.key == event["alarm"]), None)
    if alarm is None:
        return ()
    return tuple(one.text for one in explain_alarm(found, alarm) if one.topic not in LEFT_OUT)
