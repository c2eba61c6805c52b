"""Slow sensors in summary.json: beside vibration, their last values; of a process, what is noticed."""

from engine.explanation.process.sensors import is_process, smallest_changes
from engine.records.assessment import Assessment
from engine.records.series import Series
from engine.store.store import Store


def slow_summary(store: Store, assessment: Assessment, series: Series) -> list[dict[str, object]]:
    """Return the slow sensors at the last snapshot with a picture; empty for a machine without them.

    Args:
        store: holds the pictures.
        assessment: of the machine.
        series: its snapshots.
    """
    if not len(series.positions):
        return []
    picture = store.drawn(assessment, int(series.positions[-1]))
    return [] if picture is None else [dict(one) for one in picture.slow]


def smallest_summary(assessment: Assessment, series: Series) -> dict[str, list[dict[str, object]]]:
    """Return by component the lasting change of each sensor alone that is noticed; empty for other machines.

    Args:
        assessment: of the machine.
        series: its windows.
    """
    if not is_process(assessment) or not len(series):
        return {}
    return {
        name: [
            {"sensor": sensor.name, "change": float(f"{change:.3g}"), "unit": sensor.unit}
            for sensor, change in smallest_changes(assessment, series, number)
        ]
        for number, name in enumerate(assessment.components)
    }
