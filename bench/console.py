"""Measures the console in a real terminal: bytes a second, keys over a slow link, opening, processor, memory.

It needs no recordings: bench/support/made_up_stores.py makes the stores. Program and terminal are real.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import startup
from bench.support import made_up_stores
from bench.support.recordings import fresh_state
from bench.support.terminal import Terminal, Traffic, cpu_seconds, resident
from engine.store.store import Store
from tui.keys.pane_actions import PANES as PANE_KEYS

WIRE_SECONDS, CPU_SECONDS = 5.0, 15.0
SLOW_LINK = 20_000
"""Capacity of the slow link [bytes/s]."""

DAY = 86_400
LONG, HUGE = 100_000, 250_000
"""Snapshots of the store for the processor figures (8 bearings), and of the largest store (4 bearings)."""

BUSY = 0.3
"""Share of a core above which a console still counts as reading."""

SMALL = 3000
TO_THE_START = "g"
FASTER = "]"
STEPS_OF_PACE = 18


@dataclass(frozen=True, slots=True)
class Place:
    """A screen: its key, a pattern that appears on it alone, and its number of panes."""

    name: str
    key: str
    seen: str
    panes: int = 1


HELP = Place("help", "?", r"── Keys ─")
PLACES = (
    Place("overview", "1", r"── Bearings ─"),
    Place("machines", "0", r"Machines: \d"),
    Place("bearing", "2", r"\[\w+\].*figures|figures\]", panes=10),
    Place("alarms", "3", r"[─╭] Alarms, "),
    Place("timeline", "4", r"[─╭] Run ─"),
    Place("model", "5", r"bundles"),
    Place("health", "6", r"files +alarms +log"),
    HELP,
)
OVERVIEW = PLACES[0]
LARGE = (200, 60)
STEPS_OF_PLOTS, STEP_SECONDS = 5, 1.0
STEP_BACK, NEWEST, WHOLE = "\x1b[D", "G", "\r"
BACK, NEXT_PANE = "\x1b", "\t"
PANE = re.compile(r"\[(\w+)\]")


def main() -> None:
    """Print each figure when it is measured; `python -m bench.console day huge` measures these parts only."""
    began = time.perf_counter()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    parts: dict[str, Callable[[Path], Iterable[str]]] = {
        "start": startup.measure,
        "attach": attaching,
        "wire": on_the_wire,
        "plots": large_plots,
        "link": over_a_slow_link,
        "long": long_record,
        "day": a_day,
        "huge": huge_record,
    }
    wanted = [name for name in sys.argv[1:] if name in parts] or list(parts)
    for name in wanted:
        with fresh_state() as state:
            for line in parts[name](state):
                print(line, flush=True)
    print(f"measured in {time.perf_counter() - began:.0f} s")


def attached(state: Path, bytes_a_second: float | None = None) -> Terminal:
    """Start a console on a store."""
    return Terminal(["attach", "--state", str(state)], folder=state, bytes_a_second=bytes_a_second)


def full(last: int) -> Callable[[str], bool]:
    """Return a test: does the overview show a severity for the bearing of this number?"""
    row = re.compile(rf"Bearing {last}\b.*\d\.\d\d")
    return lambda screen: bool(row.search(screen))


def shows(place: Place) -> Callable[[str], bool]:
    """Return a test: is this screen shown?"""
    seen = re.compile(place.seen)
    return lambda screen: bool(seen.search(screen))


def visited(terminal: Terminal, place: Place) -> None:
    """Open a screen and wait until it is drawn."""
    home(terminal)
    terminal.press(place.key)
    terminal.until(shows(place), 15)
    terminal.settle()


def home(terminal: Terminal) -> None:
    """Return to the overview from any screen."""
    terminal.press(BACK)
    terminal.settle(0.3, 1)
    terminal.press(OVERVIEW.key)
    terminal.until(shows(OVERVIEW), 15)


def attaching(state: Path) -> Iterator[str]:
    """Measure the time until a console shows a store."""
    made_up_stores.make(state, SMALL)
    yield from startup.references()
    with made_up_stores.writer(state):
        # The first start compiles the modules.
        lines = [opening(state) for _ in range(1 + startup.STARTS)]
    yield from lines[1:]


def opening(state: Path) -> str:
    """Start a console; return the times of its first words, first frame and full screen."""
    with attached(state) as terminal:
        spoken = startup.first_seen(terminal, startup.WORDS)
        painted, own = startup.first_seen(terminal, startup.PAINTED), cpu_seconds(terminal.pid)
        terminal.until(full(8))
        opened = terminal.received - terminal.began
        return (
            f"raceway attach, {SMALL} snapshots x 8: first words {spoken:.2f} s, first frame {painted:.2f} s"
            f" ({own:.2f} s of processor time), full screen {opened:.2f} s"
            f" ({cpu_seconds(terminal.pid):.2f} s)"
        )


def on_the_wire(state: Path) -> Iterator[str]:
    """Measure bytes to the terminal on each screen, with a snapshot a second and when idle."""
    yield "bytes to the terminal, 8 bearings, 80x24       live at 1 Hz   largest frame         idle"
    live, still = state / "live", state / "still"
    made_up_stores.make(live, SMALL)
    made_up_stores.make(still, SMALL, live=False)
    with (
        made_up_stores.writer(live),
        attached(live) as moving,
        attached(still) as quiet,
        ThreadPoolExecutor() as together,
    ):
        both = (moving, quiet)
        list(together.map(lambda terminal: terminal.until(full(8)), both))
        for place in PLACES:
            list(together.map(lambda terminal, place=place: visited(terminal, place), both))
            for number in range(place.panes):
                if number:
                    list(together.map(turned, both))
                live_traffic, idle_traffic = together.map(
                    lambda terminal: terminal.measure(WIRE_SECONDS), both
                )
                pane = PANE.search(str(moving.grid))
                name = f"{place.name}: {pane[1]}" if pane and place.panes > 1 else place.name
                yield wire_line(name, live_traffic, idle_traffic)


def large_plots(state: Path) -> Iterator[str]:
    """Measure the largest frame of each pane on a large terminal, on steps from snapshot to snapshot."""
    columns, rows = LARGE
    yield f"largest frame of a step, {columns}x{rows} (at most 8 KB)          pane   all the room"
    made_up_stores.make(state, SMALL, live=False, recordings=2 * STEPS_OF_PLOTS + 2)
    with Terminal(["attach", "--state", str(state)], columns=columns, rows=rows, folder=state) as terminal:
        terminal.until(full(8))
        visited(terminal, PLACES[2])
        for key, name in PANE_KEYS.items():
            terminal.press(NEWEST + key)
            terminal.settle()
            pane = largest_step(terminal)
            terminal.press(NEWEST + WHOLE)
            terminal.settle()
            yield f"  {name:52s} {pane / 1000:6.2f} KB {largest_step(terminal) / 1000:9.2f} KB"
            terminal.press(WHOLE)
            terminal.settle()


def largest_step(terminal: Terminal) -> int:
    """Return the bytes of the largest frame of some steps back."""
    frames = []
    for _ in range(STEPS_OF_PLOTS):
        terminal.press(STEP_BACK)
        frames += terminal.measure(STEP_SECONDS).frames
    return max(frames, default=0)


def turned(terminal: Terminal) -> None:
    """Open the next pane and wait until it is drawn."""
    terminal.press(NEXT_PANE)
    terminal.settle()


def wire_line(name: str, live: Traffic, idle: Traffic) -> str:
    """Format the traffic of one screen."""
    frame = max(live.frames, default=0)
    return f"  {name:40s} {live.rate / 1000:7.2f} KB/s {frame / 1000:11.2f} KB {idle.rate / 1000:9.2f} KB/s"


def over_a_slow_link(state: Path) -> Iterator[str]:
    """Measure the time from a key to its screen."""
    link = f"{SLOW_LINK / 1000:.0f} KB/s"
    yield f"key to changed screen over {link:20s} at rest   while a replay runs at pace max"
    made_up_stores.make(state, SMALL, live=False)
    with attached(state, SLOW_LINK) as terminal:
        terminal.until(full(8))
        at_rest = {place: reached(terminal, place) for place in PLACES}
        home(terminal)
        terminal.press(FASTER * STEPS_OF_PACE)
        terminal.settle()
        for place in PLACES:
            home(terminal)
            terminal.press(TO_THE_START)
            terminal.measure(1.5)
            playing = reached(terminal, place)
            yield f"  {place.name:40s} {at_rest[place]:7.2f} s {playing:15.2f} s"


def reached(terminal: Terminal, place: Place) -> float:
    """Return the seconds from a key to its screen; to the overview from the list of machines."""
    if place is OVERVIEW:
        terminal.press(PLACES[1].key)
        terminal.until(shows(PLACES[1]), 15)
    else:
        home(terminal)
    terminal.measure(0.5)
    terminal.press(place.key)
    return terminal.until(shows(place), 15)


def long_record(state: Path) -> Iterator[str]:
    """Measure the cost of a console on a long live record."""
    made_up_stores.make(state, LONG)
    with made_up_stores.writer(state), attached(state) as terminal:
        terminal.until(full(8))
        opened = terminal.received - terminal.began
        yield f"{LONG} snapshots x 8: full screen {opened:.2f} s after the start, {spent(terminal)}"
        until_at_rest(terminal)
        for place in (OVERVIEW, *(place for place in PLACES if place.panes > 1)):
            visited(terminal, place)
            cost = terminal.measure(CPU_SECONDS)
            yield f"  processor, live at 1 Hz, {place.name:14s} {cost.cpu:7.1%} of a core"
        yield f"  resident memory {resident(terminal.pid):.0f} MB"


def a_day(state: Path) -> Iterator[str]:
    """Measure the memory of a console during a day at a snapshot a second, played fast."""
    made_up_stores.make(state, SMALL)
    with attached(state) as terminal:
        # No process writes yet, so the row shows no data.
        terminal.until(lambda screen: "Bearing 8" in screen)
        terminal.settle()
        held = [resident(terminal.pid)]
        with made_up_stores.writer(state, at_once=400, seconds=0.05, most=DAY):
            for quarter in range(1, 5):
                wait_for_snapshots(terminal, state, SMALL + quarter * DAY // 4)
                held.append(resident(terminal.pid))
    quarters = ", ".join(f"{number:.0f}" for number in held[1:])
    yield f"a day at 1 Hz, {DAY} snapshots x 8: resident {held[0]:.0f} MB at first, by quarters {quarters} MB"


def wait_for_snapshots(terminal: Terminal, state: Path, count: int) -> None:
    """Wait until the store holds this many snapshots and the console had time to read them."""
    with Store.open(state, read_only=True) as store:
        assessment = store.assessments()[-1]
        deadline = time.perf_counter() + 120
        while time.perf_counter() < deadline:
            terminal.measure(0.5)
            resume = store.resume_point(assessment)
            if resume is not None and resume[0] + 1 >= count:
                break
        else:
            raise TimeoutError(f"the writer stopped at {resume} of {count}")
    terminal.measure(1.5)


def huge_record(state: Path) -> Iterator[str]:
    """Measure the time to open the largest store."""
    made_up_stores.make_long(state, HUGE, components=4)
    with attached(state) as terminal:
        terminal.until(full(4))
        opened = terminal.received - terminal.began
        yield (
            f"{HUGE} snapshots x 4, a million score rows: full screen {opened:.2f} s after the start,"
            f" {spent(terminal)}"
        )
        before = cpu_seconds(terminal.pid)
        seconds = until_at_rest(terminal)
        yield (
            f"  all of it read {seconds:.0f} s later, by {cpu_seconds(terminal.pid) - before:.1f} s of"
            f" processor time; {resident(terminal.pid):.0f} MB resident"
        )


def until_at_rest(terminal: Terminal) -> float:
    """Let a console read the older part of its record; return the seconds that it was busy."""
    seconds = [terminal.measure(1.0).cpu_seconds]
    while len(seconds) < 40 and (len(seconds) < 3 or max(seconds[-3:]) > BUSY):
        seconds.append(terminal.measure(1.0).cpu_seconds)
    return len(seconds) - 3.0


def spent(terminal: Terminal) -> str:
    """Format the processor time of a console: on a busy machine elapsed time alone misleads."""
    return f"{cpu_seconds(terminal.pid):.2f} s of processor time"


if __name__ == "__main__":
    main()
