"""First alarms on real failures, over seeds: which bearing, at which snapshot, and what rang before."""

import numpy as np

from bench.recordings import Pass, assessed, recordings

ONSET = 532
"""Index of the first faulty snapshot of IMS Set 2, known from the recording, used to judge it only."""

SETTLED = 540
SEEDS = range(10)


def main() -> None:
    """Print a line a seed."""
    path = recordings() / "ims-set2"
    print(
        "seed  first alarm        raised  before onset  highest healthy severity      ranked first  learning"
    )
    for seed in SEEDS:
        print(describe(seed, assessed(path, overrides={"model.seed": seed})), flush=True)


def describe(seed: int, one: Pass) -> str:
    """One line of the table."""
    series, learned = one.series, one.series.baseline
    ringing = one.ringing()
    healthy = ~learned & (np.arange(len(series)) < ONSET)
    highest = np.nanmax(series.severity[healthy], axis=0)
    later = series.severity[SETTLED:]
    later = later[~np.isnan(later).any(axis=1)]
    first = f"{ringing[0].component:12s} at {one.index(ringing[0]):4d}" if ringing else "none"
    early = sum(one.index(alarm) < ONSET for alarm in ringing)
    rank = np.mean(np.argmax(later, axis=1) == 0)
    return (
        f"{seed:4d}  {first}  {len(ringing):6d}  {early:12d}  {np.round(highest, 2)!s:28s}"
        f"  {rank:12.1%}  {one.outcome.learning_seconds:.1f} s"
    )


if __name__ == "__main__":
    main()
