"""The situation of an alarm at the playhead, from the frame on the screen."""

from engine.alarms.alarm import Alarm
from engine.clock import moment
from engine.explanation.record import Record, record_of
from engine.explanation.record import situation_of as situation_in
from engine.explanation.situation import Situation
from tui.data.frame import Frame


def situation_of(frame: Frame, alarm: Alarm) -> Situation:
    """Return the facts around an alarm as of the playhead."""
    return situation_in(record_at(frame), alarm)


def record_at(frame: Frame) -> Record:
    """Return the record as of the playhead."""
    view = frame.view
    return record_of(view.assessment, view.series, view.events, moment(frame.playhead.at or 0))
