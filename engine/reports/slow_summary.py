"""The slow sensors beside vibration in summary.json: their values at the last snapshot."""

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
