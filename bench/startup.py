"""Measures the start of `raceway demo` in a pseudo-terminal: first paint, first score, resident memory."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.support.recordings import fresh_state
from bench.support.terminal import Terminal, children, compiled, cpu_seconds, resident

WORDS = re.compile(r"reading the store")
"""The first words, shown while the program of the screens is being loaded."""

PAINTED = re.compile(r"\? help")
"""The line of keys: the first frame of the console."""

FIRST_SCORE = re.compile(r"Bearing 1.*(?:baseline +\S|\d\.\d\d )")
STARTS = 5
"""Starts of which the shortest counts: another program may delay any of them."""

SETTLED_SECONDS = 5.0


def main() -> None:
    """Measure one start and print it."""
    with fresh_state() as state:
        print("\n".join(measure(state)))


def measure(state: Path) -> list[str]:
    """Start the demo in a state folder; return the lines to print."""
    with Terminal(["demo", "--state", str(state)], folder=state) as terminal:
        spoken, painted = first_seen(terminal, WORDS), first_seen(terminal, PAINTED)
        own = cpu_seconds(terminal.pid)
        memory = Memory(terminal.pid)
        while not FIRST_SCORE.search(str(terminal.grid)):
            terminal.measure(0.1)
            memory.look()
        scored = time.perf_counter() - terminal.began
        for _ in range(round(SETTLED_SECONDS / 0.1)):
            terminal.measure(0.1)
            memory.look()
        return [
            f"raceway demo: first words {spoken:.2f} s, first frame {painted:.2f} s ({own:.2f} s of processor"
            f" time), first score on the screen {scored:.1f} s",
            f"  peak resident memory: console {memory.console:.0f} MB, engine {memory.engine:.0f} MB,"
            f" training process {memory.training:.0f} MB",
        ]


def references() -> Iterator[str]:
    """Measure two starts that no console can undercut; yield a line for each."""
    for code in ("pass", "import textual.app"):
        seconds = []
        for _ in range(STARTS):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, env=compiled())
            seconds.append(time.perf_counter() - began)
        yield f"python -c '{code}': {min(seconds):.2f} s, the least of {STARTS}"


def first_seen(terminal: Terminal, pattern: re.Pattern[str]) -> float:
    """Wait until the screen holds a pattern; return the seconds since the start of the program."""
    terminal.until(lambda screen: bool(pattern.search(screen)))
    return terminal.received - terminal.began


@dataclass(slots=True)
class Memory:
    """Peak resident memory of the console and of the processes below it, in MB."""

    pid: int
    console: float = 0.0
    engine: float = 0.0
    training: float = 0.0

    def look(self) -> None:
        """Update the peaks by the present memory of each process."""
        self.console = max(self.console, resident(self.pid))
        for engine in children(self.pid):
            self.engine = max(self.engine, resident(engine))
            for training in children(engine):
                self.training = max(self.training, resident(training))


if __name__ == "__main__":
    main()
