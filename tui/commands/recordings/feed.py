"""`raceway feed`: plays a finished run into a folder, instead of a recorder."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands.options import UNUSABLE, Config, Rig, fail, opened, sentences, settings_of

if TYPE_CHECKING:
    from engine.config.settings import Settings
    from replay.feed import Fed, Feeding
    from replay.run import Run

SLOWEST, FASTEST = 0.01, 1e9
"""Paces between which a recorder is played; no clock waits for longer."""

LONGEST_SECONDS = 31_536_000.0
"""A year, the longest between two recordings."""

PLAIN_SECONDS = 5.0
"""Time between two lines of progress without a terminal [s]."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(feed)


def feed(
    run: Annotated[Path, typer.Argument(help="A folder, .zip or .tar.* of recordings; none with --synth.")],
    folder: Annotated[
        Path | None, typer.Argument(help="The folder to write into; made if missing.", show_default=False)
    ] = None,
    synth: Annotated[
        str | None,
        typer.Option(help="Make the recordings by this scenario: raceway feed --synth outer-race FOLDER."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the scenario.")] = None,
    pace: Annotated[
        float | None, typer.Option(help="Recording time per wall time; console.pace if left out.")
    ] = None,
    every: Annotated[
        float | None, typer.Option(help="Seconds between two recordings, instead of a pace.")
    ] = None,
    torn: Annotated[
        bool, typer.Option("--torn", help="Write files in pieces under their final names, with pauses.")
    ] = False,
    first: Annotated[int | None, typer.Option(min=1, help="At most this many recordings.")] = None,
    config: Config = None,
    rig: Rig = None,
) -> None:
    """Play a finished run into a folder, as a recorder writes it (Ctrl-C ends it)."""
    with sentences():
        if pace is not None and every is not None:
            fail("--pace and --every exclude each other: give one", UNUSABLE)
        if pace is not None and not pace > 0:
            fail(f"--pace must be above 0, but it is {pace:g}", UNUSABLE)
        if pace is not None and not SLOWEST <= pace <= FASTEST:
            fail(f"--pace must be from {SLOWEST:g} to {FASTEST:g}, but it is {pace:g}", UNUSABLE)
        if every is not None and not 0 <= every <= LONGEST_SECONDS:
            fail(f"--every must be 0 s or more, up to a year, but it is {every:g}", UNUSABLE)
        settings = settings_of(config, rig, {}, run)
        recordings, target = _source(run, folder, synth, seed, settings)
        chosen = replace(recordings, entries=recordings.entries[:first])
        if pace is None and every is None:
            pace = settings.console.pace
        _feed(chosen, target, pace, every, torn)


def _source(
    run: Path, folder: Path | None, synth: str | None, seed: int | None, settings: "Settings"
) -> "tuple[Run, Path]":
    """Return the recordings to feed, and the folder; with a scenario the only argument is the folder."""
    if synth is None:
        if folder is None:
            fail("name two folders: the run, and the one to write into", UNUSABLE)
        if seed is not None:
            fail("--seed needs a scenario: --synth NAME", UNUSABLE)
        return opened(run, settings), folder
    if folder is not None:
        fail("with --synth name one folder, the one to write into", UNUSABLE)
    from replay.synthetic.files import synthetic_run
    from replay.synthetic.scenario import load_scenario

    return synthetic_run(load_scenario(synth, {} if seed is None else {"seed": seed})), run


def _feed(run: "Run", folder: Path, pace: float | None, every: float | None, torn: bool) -> None:
    from replay.feed import Feeding, feed

    counts: Counter[Feeding] = Counter()
    stopped = False
    try:
        with _shown_progress(len(run)) as show:
            for fed in feed(run, folder, pace=pace, every=every, torn=torn):
                counts[fed.outcome] += 1
                show(fed)
    except KeyboardInterrupt:
        stopped = True
    print(closing_words(counts, len(run), stopped))


def closing_words(counts: "Counter[Feeding]", total: int, stopped: bool) -> str:
    """Return a sentence about the result."""
    from replay.feed import Feeding

    words = f"fed {counts[Feeding.FED]} of {total} recordings"
    if counts[Feeding.THERE]:
        words += f"; {counts[Feeding.THERE]} were there already"
    if counts[Feeding.UNREADABLE]:
        words += f"; {counts[Feeding.UNREADABLE]} cannot be read"
    return f"{words}; stopped, the same command continues from here" if stopped else words


def progress_words(fed: "Fed", total: int) -> str:
    """Return a line about the progress."""
    minutes, seconds = divmod(round(fed.seconds_left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"fed {fed.index + 1}/{total}: {fed.name}, {hours}:{minutes:02}:{seconds:02} left"


@contextmanager
def _shown_progress(total: int) -> "Iterator[Callable[[Fed], None]]":
    """Provide a function that shows each recording: one line rewritten on a terminal, else a few lines."""
    is_terminal = sys.stderr.isatty()
    last = float("-inf")

    def show(fed: "Fed") -> None:
        nonlocal last
        words = progress_words(fed, total)
        if is_terminal:
            print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() - last >= PLAIN_SECONDS or fed.index + 1 == total:
            last = time.monotonic()
            print(words, file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if is_terminal:
            print(file=sys.stderr)
