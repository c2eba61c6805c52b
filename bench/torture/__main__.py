"""Runs the fault tests: `make torture`, or `python -m bench.torture [--cycles N] [--only NAME ...]`.

It prints the actions and findings of each test. Exit code 1 means a loss. It takes about half an hour.
"""

import argparse
import logging
import os
import sys
import tempfile
import textwrap
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bench.torture import bursts, disk_use, floods, full_disk, silence, simultaneous
from bench.torture.intake import channels, clocks, folders
from bench.torture.invariants import Finding
from bench.torture.kills import killing
from bench.torture.postgres.disturbed import SECONDS, disturbed
from bench.torture.rig import Reel, make_ground
from engine.config.settings import load_settings

SHOWN = 10
"""Largest number of faults that a test lists."""

WIDTH = 110


def main() -> int:
    """Run all tests, or the named ones."""
    parser = argparse.ArgumentParser(prog="python -m bench.torture")
    parser.add_argument("--cycles", type=int, default=500, help="engines to kill; operators are killed too")
    parser.add_argument("--burst", type=int, default=bursts.BURST, help="number of files in the burst")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time of the faults of PostgreSQL")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="seed of the random choices")
    parser.add_argument("--only", nargs="+", default=[], help="names of tests, as printed")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    reel = Reel()
    with tempfile.TemporaryDirectory(prefix="raceway-torture-") as folder:
        place = Path(folder)
        say(f"seed {given.seed}; learning a bundle")
        ground = make_ground(place, reel)

        def kill() -> Finding:
            own = place / "killing"
            own.mkdir()
            files = reel.recordings(reel.most())
            return killing(own, ground, files, given.cycles, seed=given.seed, say=say)

        def disturb() -> Finding:
            own = place / "postgres"
            own.mkdir()
            files = reel.recordings(reel.most())
            return disturbed(own, ground, files, seed=given.seed, seconds=given.seconds, say=say)

        proofs: dict[str, Callable[[], Finding]] = {
            "two engines": lambda: simultaneous.two_engines(place, ground, reel),
            "two operators": lambda: simultaneous.two_operators(place, ground, reel),
            "engine killed": lambda: silence.dead_engine(place, ground, reel),
            "no data": lambda: silence.no_data(place, ground, reel),
            "folder removed": lambda: silence.folder_gone(place, ground, reel),
            "disk fills": lambda: full_disk.to_the_floor(place, ground, reel),
            "disk full": lambda: full_disk.to_the_last_byte(place, ground, reel),
            "one by one": lambda: bursts.steady(place, ground, reel),
            "burst": lambda: bursts.burst(place, ground, reel, given.burst, say),
            "links": lambda: floods.links(place, ground, reel),
            "misnamed": lambda: floods.misnamed(place, ground, reel),
            "rings": lambda: floods.rings(place, ground, reel),
            "clocks": lambda: clocks.wrong_stamps(place, ground, reel, given.seed),
            "repeated hour": lambda: clocks.repeated_hour(place, ground, reel, given.seed),
            "channels": lambda: channels.channels(place, ground, reel, given.seed),
            "folders": lambda: folders.folders(place, ground, reel, given.seed),
            "kill -9": kill,
            "postgres": disturb,
        }
        if unknown := set(given.only) - {*proofs, "sizes"}:
            parser.error(f"unknown test {', '.join(sorted(unknown))}; choose from {', '.join(proofs)}, sizes")
        findings = []
        for name, proof in proofs.items():
            if not given.only or name in given.only:
                say(name)
                findings.append(attempted(name, proof))
    print()
    for finding in findings:
        print(row_of(finding))
    if not given.only or "sizes" in given.only:
        say("store sizes")
        print("\n".join(disk_use.lines(disk_use.measured(), load_settings().store)))
    wrong = sum(bool(finding.wrong) for finding in findings)
    print(f"\n{len(findings)} tests, {wrong} failed" if wrong else f"\n{len(findings)} tests, nothing lost")
    return 1 if wrong else 0


def attempted(name: str, proof: Callable[[], Finding]) -> Finding:
    """Run a test; an exception counts as a failure and does not stop the others."""
    try:
        return proof()
    except Exception as error:
        traceback.print_exc()
        return Finding(name, "it raised an exception", "", (str(error) or type(error).__name__,))


def row_of(finding: Finding) -> str:
    """Format a finding as a row of a table: name, actions, findings."""
    mark = "LOST" if finding.wrong else "ok" if finding.found else "--"
    lines = [f"{mark:<5}{finding.name:<16}{_cell(finding.done)}"]
    if finding.wrong:
        lines += [f"{'':21}{_cell(words)}" for words in finding.wrong[:SHOWN]]
        lines += [f"{'':21}and {len(finding.wrong) - SHOWN} more"] if len(finding.wrong) > SHOWN else []
    elif finding.found:
        lines.append(f"{'':21}{_cell(finding.found)}")
    return "\n".join(lines)


def say(words: str) -> None:
    """Print progress on standard error."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


def _cell(words: str) -> str:
    return f"\n{'':21}".join(textwrap.wrap(words[: WIDTH * 6], WIDTH - 21))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(main())
