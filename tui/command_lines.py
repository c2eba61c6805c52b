"""Command lines for a person to copy: quoted for a shell, with all that they need to mean the same again."""

import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from engine.records.events import Event, EventKind
from replay.recording import clean_text


def line(*words: str | Path | None, **options: str | Path | None) -> str:
    """Build a command line: the words, then an option for each given value."""
    given = [str(word) for word in words if word is not None]
    for name, value in options.items():
        if value:
            given += [f"--{name}", str(value)]
    return clean_text(shlex.join(["raceway", *given]))


def program_line(command: str, *, state: Path, config: Path | None = None) -> list[str]:
    """Return the arguments that run a command on a folder's store with this Python."""
    program = "from tui.cli import main; main()"
    words = [sys.executable, "-P", "-c", program, command, "--state", str(state.absolute())]
    return words if config is None else [*words, "--config", str(config.absolute())]


def attach_line(
    state: Path, *, config: Path | None = None, machine: str | None = None, session: str | None = None
) -> str:
    """Return the command that opens a console on a folder's store, from any working folder.

    Args:
        state: folder of the store.
        config: a settings file, if any.
        machine: its name, if the store holds several.
        session: of a replay, None for the live record.
    """
    return line("attach", state=state.absolute(), config=_whole(config), machine=machine, session=session)


def watch_line(events: Iterable[Event], folder: str) -> str:
    """Return the command that starts the engine of a live record with its last options.

    Args:
        events: of the record; each start of an engine says how it came about.
        folder: that is watched, where no start says more.
    """
    started = [event.detail.get("started_as") for event in events if event.kind is EventKind.STARTED]
    known = started[-1] if started else None
    if not isinstance(known, dict):
        return f"{line('watch', folder)} (with the --config, --rig and --state it was started with)"
    if known.get("plant"):
        return line("engine", "watch", plant=str(known["plant"]), state=str(known.get("state") or ""))
    options = {name: str(known[name]) for name in ("config", "rig", "state") if known.get(name)}
    return line("watch", str(known.get("folder", folder)), **options)


def _whole(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()
