"""The situation of an alarm at the playhead, from the frame on the screen."""

import math

from engine.alarms.alarm import Alarm
from engine.clock import microseconds, moment
from engine.explanation.growth import growth_of
from engine.explanation.situation import Situation
from tui.data.frame import Frame


def situation_of(frame: Frame, alarm: Alarm) -> Situation:
    """Return the facts around an alarm as of the playhead."""
    names, settings = frame.view.assessment.components, frame.view.assessment.settings
    at = moment(frame.playhead.at or 0)
    events = frame.events
    if alarm.component not in names:
        return Situation(alarm, at, peak=frame.peak(alarm), advice=settings.advice, events=events)
    number = names.index(alarm.component)
    condition = frame.conditions[number]
    known = math.isfinite(condition.severity)
    series = frame.view.series.at[: frame.index + 1]
    raised = microseconds(alarm.raised.at)
    crossed = [
        one.at for one in frame.view.crossings if one.component == number and one.up and one.at <= raised
    ]
    return Situation(
        alarm=alarm,
        at=at,
        severity=condition.severity if known else None,
        trend=condition.trend,
        growth=growth_of(series, frame.severities(number)) if known else None,
        began=moment(crossed[-1]) if crossed else None,
        peak=frame.peak(alarm),
        severe=settings.severe,
        advice=settings.advice,
        events=events,
    )
