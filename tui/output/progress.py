"""Progress of a headless pass over a run: a progress bar on a terminal, else plain lines."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.records.progress import Heartbeat, Phase

PLAIN_SECONDS = 5.0
"""Time between two plain lines of one phase [s]."""

WORDS = {
    Phase.READING: "reading the healthy start",
    Phase.LEARNING: "learning",
    Phase.SCORING: "scoring",
    Phase.FINISHED: "scored",
}


@contextmanager
def shown_progress() -> Iterator[Callable[[Heartbeat], None]]:
    """Provide a function that shows each heartbeat on standard error."""
    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield plain_lines(lambda line: print(line, file=sys.stderr, flush=True), time.monotonic)
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[message]}", markup=False),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", message="", total=None)

        def tell(beat: Heartbeat) -> None:
            if beat.phase is Phase.FAILED:
                return  # The command itself says why, once.
            progress.update(
                task,
                description=WORDS[beat.phase],
                completed=beat.done,
                total=beat.total,
                message=beat.message,
            )

        yield tell


def plain_lines(write: Callable[[str], None], clock: Callable[[], float]) -> Callable[[Heartbeat], None]:
    """Return a function that writes a line at each change of phase and every few seconds in between."""
    last_phase: Phase | None = None
    last_time = 0.0
    last_line = ""

    def tell(beat: Heartbeat) -> None:
        nonlocal last_phase, last_time, last_line
        if beat.phase is Phase.FAILED:
            return  # The command itself says why, once.
        time_now = clock()
        if beat.phase is last_phase and time_now - last_time < PLAIN_SECONDS:
            return
        last_phase, last_time = beat.phase, time_now
        words = f"{WORDS[beat.phase]} {beat.done}/{beat.total}"
        line = f"{words}: {beat.message}" if beat.message else words
        if line != last_line:
            last_line = line
            write(line)

    return tell
