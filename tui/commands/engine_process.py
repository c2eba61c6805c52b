"""The engine as a child process of a command; console and engine share only the store."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from engine.system.plain_file import plain_file
from engine.system.processes.child_death import Cause, death_of
from engine.system.processes.child_process import command, environment

PATIENCE_SECONDS = 10
"""Time limit for the end of an engine [s]; then it is killed, which loses nothing."""


class EngineProcess:
    """A running engine process."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Wrap a started process that logs to `log`."""
        self._process = process
        self.log = log

    def said(self) -> str:
        """Return all that it has written to its log so far."""
        try:
            return self.log.read_text("utf-8", errors="replace").strip()
        except OSError:
            return ""

    def last_words(self) -> str:
        """Return why the engine failed; empty while it runs or if it ended well."""
        code = self._process.poll()
        if code is None or code == 0:
            return ""
        said = self.said()
        if code > 0 and said:
            return said.splitlines()[-1]
        death = death_of(code, said, "its scoring library")
        memory = "give it more memory, then " if death.cause is Cause.MEMORY else ""
        return (
            f"the engine {death.words}; {memory}start the same command again, it continues where it stopped"
            f" (its log is {self.log})"
        )

    def stop(self) -> None:
        """Stop the engine; the next one repeats uncommitted work."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class EngineBeside:
    """An engine that starts at its first use; safe to use from several threads."""

    def __init__(self, start: Callable[[], EngineProcess]) -> None:
        """Keep the function that starts it."""
        self._start = start
        self._engine: EngineProcess | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start the engine, unless it was started."""
        with self._lock:
            if self._engine is None:
                self._engine = self._start()

    def last_words(self) -> str:
        """Return why the engine failed; empty before its start."""
        return self._engine.last_words() if self._engine is not None else ""

    def stop(self) -> None:
        """Stop the engine; it does not start again."""
        with self._lock:
            if self._engine is not None:
                self._engine.stop()


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """The options of an engine.

    Attributes:
        config: a settings file, if any.
        rig: a machine preset, if any.
        bundle: a bundle folder, if any.
        overrides: settings of the command line, by dotted key.
    """

    config: Path | None = None
    rig: str | None = None
    bundle: Path | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)

    def words(self, state: Path) -> list[str]:
        """Return the options on the command line of an engine, with absolute paths; `state` is its store."""
        words = ["--state", str(state.absolute()), "--overrides", json.dumps(dict(self.overrides))]
        for name, value in (("--config", self.config), ("--rig", self.rig), ("--bundle", self.bundle)):
            if value is not None:
                words += [name, str(value.absolute() if isinstance(value, Path) else value)]
        return words


def start_engine(
    what: Literal["score", "watch"], recordings: Path, state: Path, options: EngineOptions
) -> EngineProcess:
    """Start an engine that outlives this process.

    Args:
        what: the command of the engine.
        recordings: the run or the watched folder.
        state: the state folder.
        options: of the engine.

    Raises:
        PlantedError: something else is in the place of its log.
        OSError: the state folder cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    log = state / "engine.log"
    with plain_file(log, write=True, create=True) as complaints:
        os.ftruncate(complaints, 0)
        process = subprocess.Popen(
            command("engine", what, str(recordings.absolute()), *options.words(state)),
            env={**environment(), "PYTHONIOENCODING": "utf-8:replace"},
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            # In a new session: the hang-up of a terminal ends the console, not the engine.
            start_new_session=True,
        )
    return EngineProcess(process, log)


@contextmanager
def engine_beside(run: Path, state: Path, options: EngineOptions) -> Iterator[EngineBeside]:
    """Provide an engine for a finished run, which ends with the block; it starts on `begin`.

    So the console paints before an engine competes with it for the processor.

    Args:
        run: the run to score.
        state: the state folder.
        options: of the engine.

    Raises:
        OSError: the state folder cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = EngineBeside(lambda: start_engine("score", run, state, options))
    try:
        yield engine
    finally:
        engine.stop()
