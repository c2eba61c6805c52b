"""The table of causes: source, first priority, advice and rule of each.

A new cause is two edits: its member in `Cause` (engine/records/events.py) and its row here. Its text of
advice is a setting: a line in config.toml and a field in `AdviceSettings`, or "" for none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.records.events import Cause, Priority


@dataclass(frozen=True, slots=True)
class CauseRule:
    """The facts of a cause.

    Attributes:
        source: of its alarms: component, channel, machine or engine.
        priority: at which it is raised; the rule of the limit may lower it (carried over) or escalate it.
        advice: key of its text in [advice], "" for none.
        raised_by: the module and function of engine/alarms that raise it.
        always_notified: whether `on_ring` runs at any priority, because nothing is watched.
    """

    source: str
    priority: Priority
    advice: str
    raised_by: str
    always_notified: bool = False


CAUSES: Mapping[Cause, CauseRule] = MappingProxyType(
    {
        Cause.LIMIT: CauseRule("component", Priority.MEDIUM, "limit", "rules.watch_severity"),
        Cause.TREND: CauseRule("component", Priority.LOW, "trend", "rules.watch_trend"),
        Cause.SENSOR_DEAD: CauseRule("channel", Priority.MEDIUM, "sensor_dead", "sensors.watch_sensor"),
        Cause.SENSOR_CLIPPED: CauseRule("channel", Priority.MEDIUM, "sensor_clipped", "sensors.watch_sensor"),
        Cause.STOPPED: CauseRule("machine", Priority.MEDIUM, "stopped", "condition.watch_stop"),
        Cause.CONDITION: CauseRule("machine", Priority.LOW, "condition_changed", "condition.watch_condition"),
        Cause.NO_DATA: CauseRule("machine", Priority.MEDIUM, "no_data", "outages.no_data_raised", True),
        Cause.REFUSED: CauseRule("machine", Priority.MEDIUM, "refused", "outages.all_refused_raised", True),
        Cause.RECORDER_CLOCK: CauseRule(
            "machine", Priority.MEDIUM, "recorder_clock", "outages.outage_raised", True
        ),
        # Nothing is watched, and only a person can start the engine again.
        Cause.ENGINE_FAILED: CauseRule(
            "engine", Priority.HIGH, "engine_failed", "outages.outage_raised", True
        ),
        Cause.LAYOUT_CHANGED: CauseRule(
            "engine", Priority.HIGH, "layout_changed", "outages.outage_raised", True
        ),
        Cause.MODEL_MISSING: CauseRule(
            "engine", Priority.MEDIUM, "model_missing", "outages.outage_raised", True
        ),
    }
)
