"""Starts the engine beside the console and ends it with it; between them there is only the store."""

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from engine.system.child_death import Cause, death_of
from engine.system.child_process import command, environment
from engine.system.plain_file import plain_file

NOTHING: Mapping[str, object] = MappingProxyType({})

PATIENCE_SECONDS = 10
"""How long an engine may take to end when asked; nothing is lost if it is then killed."""


class EngineProcess:
    """A running engine, seen from outside."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        """Watch a started process whose complaints go to `log`."""
        self._process = process
        self.log = log

    def last_words(self) -> str:
        """What it said before it failed; empty while it runs or when it ended well."""
        code = self._process.poll()
        if code is None or code == 0:
            return ""
        try:
            said = self.log.read_text("utf-8", errors="replace").strip()
        except OSError:
            said = ""
        if code > 0 and said:
            return said.splitlines()[-1]
        death = death_of(code, said, "its scoring library")
        memory = "give it more memory, then " if death.cause is Cause.MEMORY else ""
        return (
            f"the engine {death.words}; {memory}start the same command again, it goes on where it stopped"
            f" (its log is {self.log})"
        )

    def stop(self) -> None:
        """End it. What it has not committed it will do again."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class EngineBeside:
    """An engine that is started when it is first needed; safe to use from several threads."""

    def __init__(self, start: Callable[[], EngineProcess]) -> None:
        """Know how to start it."""
        self._start = start
        self._engine: EngineProcess | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start it, unless that was done."""
        with self._lock:
            if self._engine is None:
                self._engine = self._start()

    def last_words(self) -> str:
        """What it said before it failed; empty before it began."""
        return self._engine.last_words() if self._engine is not None else ""

    def stop(self) -> None:
        """End it, and let it begin no more."""
        with self._lock:
            if self._engine is not None:
                self._engine.stop()


def engine_options(
    state: Path,
    *,
    config: Path | None,
    rig: str | None,
    bundle: Path | None,
    overrides: Mapping[str, object],
) -> list[str]:
    """The engine's options on its command line; paths no longer depend on the working folder."""
    options = ["--state", str(state.absolute()), "--overrides", json.dumps(dict(overrides))]
    for name, value in (("--config", config), ("--rig", rig), ("--bundle", bundle)):
        if value is not None:
            options += [name, str(value.absolute() if isinstance(value, Path) else value)]
    return options


def start_engine(
    what: Literal["score", "watch"],
    recordings: Path,
    state: Path,
    *,
    config: Path | None = None,
    rig: str | None = None,
    bundle: Path | None = None,
    overrides: Mapping[str, object] = NOTHING,
) -> EngineProcess:
    """Start an engine that goes on whatever becomes of this process.

    Raises:
        PlantedError: something else lies in the place of its log.
        OSError: the state folder cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = engine_options(state, config=config, rig=rig, bundle=bundle, overrides=overrides)
    log = state / "engine.log"
    with plain_file(log, write=True, create=True) as complaints:
        os.ftruncate(complaints, 0)
        process = subprocess.Popen(
            command("engine", what, str(recordings.absolute()), *options),
            env={**environment(), "PYTHONIOENCODING": "utf-8:replace"},
            stdin=subprocess.DEVNULL,
            stdout=complaints,
            stderr=complaints,
            # Of its own session: a terminal that hangs up takes the console, not the engine.
            start_new_session=True,
        )
    return EngineProcess(process, log)


@contextmanager
def engine_beside(
    run: Path,
    state: Path,
    *,
    config: Path | None,
    rig: str | None,
    bundle: Path | None,
    overrides: Mapping[str, object],
) -> Iterator[EngineBeside]:
    """An engine for a finished run, which ends with the block; it begins when it is told to.

    So the console can paint before an engine competes with it for the processor.

    Raises:
        OSError: the state folder cannot be written.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = EngineBeside(
        lambda: start_engine("score", run, state, config=config, rig=rig, bundle=bundle, overrides=overrides)
    )
    try:
        yield engine
    finally:
        engine.stop()
