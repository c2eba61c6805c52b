"""Tortures Raceway: `make torture`, or `python -m bench.torture [--cycles N] [--only NAME ...]`.

Prints what was done and found, a proof each; exit code 1 if anything was lost. Takes some twenty minutes.
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

from bench.torture import bursts, disk_use, full_disk, silence, simultaneous
from bench.torture.invariants import Finding
from bench.torture.kills import killing
from bench.torture.rig import Reel, make_ground
from engine.config.settings import load_settings

SHOWN = 10
"""Faults of one proof that are told one by one."""

WIDTH = 110


def main() -> int:
    """Do all proofs, or those that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench.torture")
    parser.add_argument(
        "--cycles", type=int, default=500, help="engines to kill; operators are killed beside"
    )
    parser.add_argument("--burst", type=int, default=bursts.BURST, help="files of the burst")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of all that is random")
    parser.add_argument("--only", nargs="+", default=[], help="names of proofs, as they are printed")
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
            "kill -9": kill,
        }
        if unknown := set(given.only) - {*proofs, "sizes"}:
            parser.error(
                f"no proof is called {', '.join(sorted(unknown))}; there are {', '.join(proofs)}, sizes"
            )
        findings = []
        for name, proof in proofs.items():
            if not given.only or name in given.only:
                say(name)
                findings.append(attempted(name, proof))
    print()
    for finding in findings:
        print(told(finding))
    if not given.only or "sizes" in given.only:
        say("store sizes")
        print("\n".join(disk_use.lines(disk_use.measured(), load_settings().store)))
    wrong = sum(bool(finding.wrong) for finding in findings)
    print(f"\n{len(findings)} proofs, {wrong} failed" if wrong else f"\n{len(findings)} proofs, nothing lost")
    return 1 if wrong else 0


def attempted(name: str, proof: Callable[[], Finding]) -> Finding:
    """Do a proof; one that breaks off is told in full, has failed, and takes no other with it."""
    try:
        return proof()
    except Exception as error:
        traceback.print_exc()
        return Finding(name, "it broke off", "", (str(error) or type(error).__name__,))


def told(finding: Finding) -> str:
    """A finding as a row of a table: its name, what was done, what was found."""
    mark = "LOST" if finding.wrong else "ok" if finding.found else "--"
    lines = [f"{mark:<5}{finding.name:<16}{_cell(finding.done)}"]
    if finding.wrong:
        lines += [f"{'':21}{_cell(words)}" for words in finding.wrong[:SHOWN]]
        lines += [f"{'':21}and {len(finding.wrong) - SHOWN} more"] if len(finding.wrong) > SHOWN else []
    elif finding.found:
        lines.append(f"{'':21}{_cell(finding.found)}")
    return "\n".join(lines)


def say(words: str) -> None:
    """Tell how it goes, apart from what is found."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


def _cell(words: str) -> str:
    return f"\n{'':21}".join(textwrap.wrap(words[: WIDTH * 6], WIDTH - 21))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.exit(main())
