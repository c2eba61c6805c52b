"""Measures the first alarms on a real failure over seeds: bearing, snapshot, reason, earlier alarms."""

import numpy as np

from bench.support.recordings import Pass, assessed, recordings
from engine.records.events import EventKind

ONSET = 532
"""Index of the first faulty snapshot of IMS Set 2; known from the recording, used only to judge results."""

SETTLED = 540
SEEDS = range(10)
HEADING = (
    "seed  first alarm        before onset        highest healthy severity     first in  surface named"
    "            learned in"
)


def main() -> None:
    """Print a line for each seed, and the reasons for promoted neighbours."""
    path = recordings() / "ims-set2"
    print(HEADING)
    for seed in SEEDS:
        one = assessed(path, overrides={"model.seed": seed})
        print(describe(seed, one))
        print(f"      {promotions(one)}", flush=True)


def describe(seed: int, one: Pass) -> str:
    """Format one line of the table."""
    series = one.series
    ringing = one.ringing()
    learned = int(np.flatnonzero(series.baseline)[-1])
    highest = np.nanmax(series.severity[learned + 1 : ONSET], axis=0)
    later = series.severity[SETTLED:]
    later = later[~np.isnan(later).any(axis=1)]
    first = f"{ringing[0].component:9s} at {one.index(ringing[0]):4d}" if ringing else "none"
    urgent = sum(one.index(alarm) < ONSET for alarm in ringing)
    advisories = sum(one.index(alarm) < ONSET for alarm in one.alarms) - urgent
    return (
        f"{seed:4d}  {first}  {urgent} alarms, {advisories} advisories"
        f"  {np.round(highest, 2)!s:27s}  {np.mean(np.argmax(later, axis=1) == 0):7.1%}"
        f"  {surface(one):25s}  {one.outcome.learning_seconds:.1f} s"
    )


def surface(one: Pass) -> str:
    """Return the first surface named for the leading bearing, and whether it ever changed."""
    leading = one.ringing()[0].component
    named = [
        event for event in one.events if event.kind is EventKind.DIAGNOSED and event.component == leading
    ]
    if not named:
        return "not clear"
    kept = "kept" if len(named) == 1 else f"changed {len(named) - 1} times"
    return f"{named[0].detail['surface']} at {one.place(named[0])}, {kept}"


def promotions(one: Pass) -> str:
    """Return when and why the other bearings rang with more than low priority."""
    leading = one.ringing()[0].component
    others = []
    for alarm in one.ringing():
        if alarm.component == leading:
            continue
        rings = [event for event in one.events if event.alarm == alarm.key and "promoted" in event.detail]
        if rings:
            others.append(f"{alarm.component} at {one.place(rings[0])} ({rings[0].detail['promoted']})")
        else:
            others.append(f"{alarm.component} at {one.index(alarm)} (from its raise on)")
    return "others: " + ("; ".join(others) or "none")


if __name__ == "__main__":
    main()
