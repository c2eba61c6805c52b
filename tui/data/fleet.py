"""The machines of a store: for each its worst component, its unacknowledged alarms and its engine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from engine.alarms.peak import badness
from engine.records.assessment import Assessment
from engine.records.picker import newest_of_each
from engine.records.progress import Heartbeat
from engine.reports.latest import NEVER, Latest, latest_of, newest_of

if TYPE_CHECKING:
    from engine.alarms.alarm import Alarm
    from engine.store.store import Store
    from tui.data.view import View


@dataclass(frozen=True, slots=True)
class Standing:
    """One machine as of now.

    `worst` names its worst component, "" before the first snapshot, and `latest` is that component's
    condition. `alarm` is the worst open alarm, acknowledged or not; `waiting` counts the unacknowledged.
    """

    assessment: Assessment
    worst: str
    latest: Latest
    alarm: "Alarm | None"
    waiting: int
    heartbeat: Heartbeat | None


def fleet_of(store: "Store", _view: "View", now: Callable[[], datetime]) -> tuple[Standing, ...]:
    """Return every machine's standing, the worst first."""
    standings = [standing_of(store, one, now()) for one in newest_of_each(store.assessments())]
    return tuple(sorted(standings, key=urgency))


def standing_of(store: "Store", assessment: Assessment, now: datetime) -> Standing:
    """Return one machine's standing; `now` is the wall clock."""
    from engine.alarms.alarm import AlarmState, fold_alarms
    from engine.operator.alarm_actions import playhead_of

    events = store.events(assessment)
    until = playhead_of(store, assessment, events, now)
    alarms = () if until is None else fold_alarms(events, until, assessment.settings.fold)
    open_ones = [alarm for alarm in alarms if alarm.state is not AlarmState.NORMAL]
    latest = latest_of(store, assessment, newest_of(store, assessment), until)
    found = dict(zip(assessment.components, latest, strict=True))
    known = {name: one for name, one in found.items() if one != NEVER}
    worst = max(known, key=lambda name: known[name].known, default="")
    open_ones.sort(key=lambda alarm: (alarm.put_away, badness(alarm, alarm.peak)))
    own = [alarm for alarm in open_ones if not alarm.put_away and alarm.component in assessment.components]
    if own:
        worst = own[0].component
    return Standing(
        assessment=assessment,
        worst=worst,
        latest=known.get(worst, NEVER),
        alarm=next(iter(open_ones), None),
        waiting=sum(alarm.needs_acknowledgement for alarm in alarms),
        heartbeat=store.heartbeat(assessment),
    )


def urgency(standing: Standing) -> tuple[int, float, str]:
    """Return a sort key: first the higher priority of a standing alarm, then the higher severity."""
    alarm = standing.alarm
    rank = -1 if alarm is None or alarm.put_away else alarm.priority.rank
    return (-rank, -standing.latest.known, standing.assessment.machine)
