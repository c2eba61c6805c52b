"""Rebuilds the engine's running state from the events where the stored one is damaged.

The events show which alarms stand, and whether the machine stood still. The averages begin again from health,
and the remembered snapshots are lost.
"""

from collections.abc import Iterable
from dataclasses import replace

from engine.alarms.alarm import Alarm, fold_alarms
from engine.alarms.rules import Watch
from engine.alarms.slow_sensors import restored
from engine.assessment.state import State, first_state
from engine.clock import LAST
from engine.config.channels import Layout
from engine.records.events import Cause, Event, EventKind


def rebuilt_state(layout: Layout, features: tuple[int, int], events: Iterable[Event]) -> State:
    """Return a state in which every alarm that the events leave standing still stands.

    Args:
        layout: components and channels.
        features: shape (channels, features) of a residual.
        events: of the live record, in order of seq.
    """
    events = tuple(events)
    state = first_state(layout, features)
    components, trends, sensors = list(state.components), list(state.trends), list(state.sensors)
    stopped_alarm = ""
    standing = [alarm for alarm in fold_alarms(events, LAST) if alarm.cleared is None]
    for alarm in standing:
        where = layout.components.index(alarm.component) if alarm.component in layout.components else None
        channel = alarm.raised.detail.get("channel")
        if alarm.source == "channel" and isinstance(channel, int) and 1 <= channel <= len(sensors):
            sensors[channel - 1] = _watch(alarm)
        elif alarm.source == "component" and where is not None:
            (trends if alarm.cause == Cause.TREND else components)[where] = _watch(alarm)
        elif alarm.source == "machine" and alarm.cause == Cause.STOPPED:
            stopped_alarm = alarm.key
    halts = [event.kind for event in events if event.kind in (EventKind.STOPPED, EventKind.RESTARTED)]
    return replace(
        state,
        components=tuple(components),
        trends=tuple(trends),
        sensors=tuple(sensors),
        stopped=bool(halts) and halts[-1] is EventKind.STOPPED,
        stopped_alarm=stopped_alarm,
        slow_watches=restored(layout, ((one.key, _watch(one)) for one in standing)),
    )


def _watch(alarm: Alarm) -> Watch:
    return Watch(
        alarm=alarm.key,
        priority=alarm.priority.value,
        carried_from=alarm.carried_from,
        peak=alarm.peak or 0.0,
        surface=alarm.surface,
    )
