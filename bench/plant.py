"""Measures one engine that watches 1, 10 and 100 machines: start, memory, processor time and latency.

Each machine gets one snapshot (20480 x 4) in 10 s, rotated rows of the bundled recordings, and has a bundle.
Latency is the time from the renaming of a file to the first look that finds its row in the ledger.
RACEWAY_BENCH_MACHINES and RACEWAY_BENCH_SECONDS change the counts and the length of each measurement;
RACEWAY_BENCH_POSTGRES is the address of an empty database for one count, in place of a folder.
Then it measures the store of a plant (bench/support/plant_store.py). RACEWAY_BENCH_PARTS=engine or =store
takes one part alone. Each line states the load of the machine.
"""

import os
import random
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.support import plant_store
from engine.config.state_place import state_place
from engine.records.assessment import Assessment
from engine.records.progress import Phase
from engine.store.store import Store, StoreError

COUNTS = tuple(map(int, os.environ.get("RACEWAY_BENCH_MACHINES", "1,10,100").split(",")))
SECONDS = float(os.environ.get("RACEWAY_BENCH_SECONDS", "60"))
EVERY = 10.0
"""Seconds between two snapshots of a machine."""

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 120.0
SAMPLE = Path(__file__).parents[1] / "replay" / "sample" / "ims-set2-every-7th.tar.bz2"
HEALTHY = 40
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Feed:
    """Writes snapshots into the folders of the machines, spread over the interval."""

    folders: list[Path]
    healthy: list[list[bytes]]
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    written: dict[tuple[str, bytes], float] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.stamps = datetime.now(UTC)

    def turn(self) -> None:
        """Write the snapshots that are due."""
        due = int((time.monotonic() - self.began) / EVERY * len(self.folders))
        while self.count < due:
            folder = self.folders[self.count % len(self.folders)]
            turn = self.count // len(self.folders)
            name = f"{self.stamps + timedelta(seconds=turn * EVERY):%Y.%m.%d.%H.%M.%S}"
            lines = self.dice.choice(self.healthy)
            cut = self.dice.randrange(len(lines))
            draft = folder / f".{name}"
            draft.write_bytes(b"".join(lines[cut:] + lines[:cut]))
            draft.rename(folder / name)
            self.written[folder.parent.name, name.encode()] = time.monotonic()
            self.count += 1


def main() -> None:
    """Measure each count and the store, and print the figures."""
    parts = os.environ.get("RACEWAY_BENCH_PARTS", "engine,store").split(",")
    if "engine" in parts:
        engines()
    if "store" in parts:
        for line in plant_store.lines():
            print(line, flush=True)


def engines() -> None:
    """Measure an engine of each count of machines, and print the figures."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        bundle = learned(place)
        previous = 0.0
        for count in COUNTS:
            figures = measured(place / f"plant-{count}", count, bundle)
            more = (figures["memory"] - previous) / count if previous else 0.0
            print(
                f"{count} machines: all watched {figures['start']:.1f} s after the start"
                f" ({figures['starting']:.1f} s of processor time);"
                f" {figures['memory']:.0f} MB resident"
                f"{f' ({more:.1f} MB a machine beyond the first)' if previous else ''};"
                f" {figures['processor']:.0f} % of a core; file to score p50 {figures['median']:.2f} s,"
                f" p99 {figures['p99']:.2f} s; {figures['scored']:.0f} of {figures['sent']:.0f} scored"
                f" (load {os.getloadavg()[0]:.1f})",
                flush=True,
            )
            previous = previous or figures["memory"]


def learned(place: Path) -> Path:
    """Return a bundle learned from the bundled recordings, or that of RACEWAY_BENCH_BUNDLE."""
    if given := os.environ.get("RACEWAY_BENCH_BUNDLE"):
        return Path(given)
    raceway = str(Path(sys.executable).with_name("raceway"))
    options = ["--rig", "ims-set2", "--healthy", str(HEALTHY), "--out", str(place / "bundles")]
    subprocess.run([raceway, "learn", str(SAMPLE), *options], check=True, stdout=subprocess.DEVNULL)
    return next((place / "bundles").iterdir())


def healthy_lines() -> list[list[bytes]]:
    """Return the lines of a few healthy recordings."""
    with tarfile.open(SAMPLE) as archive:
        members = sorted((one for one in archive if one.isfile()), key=lambda one: one.name)
        chosen = [one for one in members if Path(one.name).name.startswith("2004")][5:HEALTHY:7]
        files = [archive.extractfile(one) for one in chosen]
        return [file.read().splitlines(keepends=True) for file in files if file is not None]


def measured(place: Path, count: int, bundle: Path) -> Mapping[str, float]:
    """Start an engine for so many machines, feed them, and return the figures."""
    folders = [place / f"machine-{number:04d}" / "in" for number in range(count)]
    entries = []
    for folder in folders:
        folder.mkdir(parents=True)
        entries.append(
            f'[[machine]]\nname = "{folder.parent.name}"\nfolder = "{folder}"\nrig = "ims-set2"\n'
            f'bundle = "{bundle}"\n'
        )
    (place / "plant.toml").write_text("\n".join(entries))
    raceway = str(Path(sys.executable).with_name("raceway"))
    address = os.environ.get("RACEWAY_BENCH_POSTGRES")
    state = state_place(address) if address else place / "state"
    began = time.monotonic()
    engine = subprocess.Popen(
        [raceway, "engine", "watch", "--plant", str(place / "plant.toml"), "--state", str(state)]
    )
    try:
        with opened(state, engine) as store:
            await_all(store, count, engine)
            start = time.monotonic() - began
            feed, machines = Feed(folders, healthy_lines()), {one.machine: one for one in store.assessments()}
            came: dict[tuple[str, bytes], float] = {}
            before = processor_seconds(engine.pid)
            for moment in until(feed.began + SECONDS):
                feed.turn()
                look(store, machines, feed, came, moment)
            spent = processor_seconds(engine.pid) - before
            memory = resident(engine.pid)
            for moment in until(time.monotonic() + PATIENCE_SECONDS):
                look(store, machines, feed, came, moment)
                if len(came) == len(feed.written):
                    break
    finally:
        engine.send_signal(signal.SIGTERM)
        engine.wait(60)
    waits = sorted(came.values())
    return {
        "start": start,
        "starting": before,
        "memory": memory,
        "processor": 100 * spent / SECONDS,
        "median": waits[len(waits) // 2],
        "p99": waits[min(len(waits) - 1, int(0.99 * len(waits)))],
        "scored": len(came),
        "sent": len(feed.written),
    }


def opened(state: Path, engine: "subprocess.Popen[bytes]") -> Store:
    """Open the store as soon as the engine has made it."""
    for _ in until(time.monotonic() + PATIENCE_SECONDS):
        try:
            return Store.open(state, read_only=True)
        except StoreError:
            if engine.poll() is not None:
                break
    sys.exit("the engine made no store")


def await_all(store: Store, count: int, engine: "subprocess.Popen[bytes]") -> None:
    """Wait until all machines are watched."""
    for _ in until(time.monotonic() + PATIENCE_SECONDS):
        beats = [store.heartbeat(one) for one in store.assessments()]
        if sum(beat is not None and beat.phase is Phase.WATCHING for beat in beats) == count:
            return
    engine.terminate()
    sys.exit(f"not all of {count} machines are watched after {PATIENCE_SECONDS:.0f} s")


def look(
    store: Store,
    machines: Mapping[str, Assessment],
    feed: Feed,
    came: dict[tuple[str, bytes], float],
    moment: float,
) -> None:
    """Note which files have a row in the ledger since the last look."""
    waiting: dict[str, list[bytes]] = {}
    for machine, name in feed.written.keys() - came.keys():
        waiting.setdefault(machine, []).append(name)
    for machine, names in waiting.items():
        for name in store.known_files(machines[machine].machine_id, names):
            came[machine, name] = moment - feed.written[machine, name]


def until(end: float) -> Iterator[float]:
    """Yield the time after each pause, until an end."""
    while (now := time.monotonic()) < end:
        yield now
        time.sleep(LOOK_SECONDS)


def resident(pid: int) -> float:
    """Return the resident memory of a process [MB]."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6


def processor_seconds(pid: int) -> float:
    """Return the processor time that a process has taken [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
