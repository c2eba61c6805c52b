"""Scoring IMS Set 2, files to stored scores, beside only parsing the same files with the same workers."""

import resource
import time

from bench.recordings import assessed, recordings
from engine.pipeline import in_order
from engine.settings import load_settings
from replay.archive import open_run

ROUNDS = 3


def main() -> None:
    """Alternate the two, so that a machine whose speed drifts treats both alike, and print ratios."""
    path = recordings() / "ims-set2"
    run = open_run(path, load_settings().recording_format())

    def parse(index: int) -> int:
        return len(run.read(index).signal)

    def parse_all() -> float:
        began = time.perf_counter()
        for _ in in_order(parse, range(len(run))):
            pass
        return time.perf_counter() - began

    first = assessed(path)
    bundle = first.outcome.bundle
    print(f"learning {bundle.baseline.count} snapshots: {first.outcome.learning_seconds:.1f} s")
    ratios = []
    for _ in range(ROUNDS):
        parsing = parse_all()
        scoring = assessed(path, bundle=bundle).outcome.scoring_seconds
        ratios.append(parsing / scoring)
        print(
            f"parsing {len(run) / parsing:.0f}/s, scoring {len(run) / scoring:.0f}/s,"
            f" scoring at {parsing / scoring:.2f} of the speed of parsing"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"median ratio {sorted(ratios)[ROUNDS // 2]:.2f}; peak resident memory of this process {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
