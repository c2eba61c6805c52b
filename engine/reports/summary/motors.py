"""The motors' figures in summary.json: those of the last snapshot in which each motor ran."""

from typing import TYPE_CHECKING

import numpy as np

from engine.records.assessment import Assessment
from engine.records.series import Series

if TYPE_CHECKING:
    from engine.store.store import Store

KEPT = ("mains", "slip", "cage", "eccentricity")
"""Figures of a motor as its picture keeps them; the unbalance and the figures by phase come beside them."""

BY_PHASE = ("impedance", "angle", "power", "factor")


def motor_summary(store: "Store", assessment: Assessment, series: Series) -> dict[str, object]:
    """Return the last known figures of each motor by its name; empty for a machine without motors.

    Args:
        store: holds the pictures.
        assessment: of the machine.
        series: its snapshots.
    """
    found: dict[str, object] = {}
    for number, part in enumerate(assessment.settings.parts[: len(assessment.components)]):
        if part.kind != "motor":
            continue
        running = np.flatnonzero(np.isfinite(series.severity[:, number]))
        picture = store.drawn(assessment, int(series.positions[running[-1]])) if len(running) else None
        figures = None if picture is None else picture.motors.get(number)
        if figures is None:
            continue
        own: dict[str, object] = {"snapshot": series.names[int(running[-1])]}
        own |= {name: figures.numbers[name] for name in KEPT if name in figures.numbers}
        if figures.unbalance is not None:
            own["unbalance"] = round(abs(figures.unbalance), 5)
        for name in BY_PHASE:
            values = [figures.numbers.get(f"{name}_{phase}") for phase in (1, 2, 3)]
            if None not in values:
                own[f"{name}_by_phase"] = values
        found[assessment.components[number]] = {**own, "withheld": dict(figures.withheld)}
    return found
