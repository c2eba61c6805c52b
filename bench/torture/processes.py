"""Processes to kill: engines, and operators at a shell or a console, each a real process.

Most are forked from a server with finished imports, so that they work during their short lives.
"""

import fcntl
import multiprocessing
import os
import pty
import random
import re
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from engine.alarms.alarm import fold_alarms
from engine.operator.alarm_actions import acknowledge, note, playhead_of
from engine.operator.operator import Act, operator_of
from engine.records.events import RINGS, EventKind
from engine.store.location import FILE_NAME
from engine.store.store import Store, StoreError
from engine.system.processes.child_process import environment

COLUMNS, LINES = 100, 30

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bench.torture.preload"])

_one_at_a_time = threading.Lock()
"""Lock: multiprocessing does not support several threads that start and reap processes."""


class Victim:
    """A forked process that runs one function."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        """Start the process."""
        with _one_at_a_time:
            self._process = _context.Process(target=work, args=arguments, daemon=True)
            self._process.start()

    @property
    def pid(self) -> int:
        """Return its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def has_ended(self, within: float = 0.0) -> bool:
        """Return whether it has ended, after waiting for at most this many seconds."""
        return bool(wait([self._process.sentinel], within))

    def kill(self) -> int:
        """Kill it with signal 9; return -9, or its exit code if it ended before."""
        self._process.kill()
        return self.exit_code()

    def end(self) -> int:
        """End it by SIGTERM and return its exit code."""
        self._process.terminate()
        return self.exit_code()

    def exit_code(self) -> int:
        """Wait for its end and return the exit code."""
        wait([self._process.sentinel])
        with _one_at_a_time:
            self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode


def engine(folder: Path, state: Path, *options: str, log: Path) -> Victim:
    """Start `python -m engine watch` without its imports."""
    return Victim(_be_engine, ["watch", str(folder), "--state", str(state), *options], log)


def _be_engine(arguments: list[str], log: Path) -> None:
    from engine import __main__ as engine_main

    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 2)
    sys.argv = ["engine", *arguments]
    sys.exit(engine_main.main())


def operator(state: Path, name: str) -> tuple[Victim, "Connection[Any, Any]"]:
    """Start an operator that acknowledges every third ring, writes notes, and confirms after each commit."""
    ours, theirs = _context.Pipe(duplex=False)
    victim = Victim(_be_operator, state, name, theirs)
    theirs.close()
    return victim, ours


def _be_operator(state: Path, name: str, tell: "Connection[Any, Any]") -> None:
    who = operator_of("torture", name, {})
    dice = random.Random(name)
    notes = 0
    while True:
        try:
            with Store.open(state) as store:
                assessment = store.assessments()[0]
                while True:
                    events = store.events(assessment)
                    now = datetime.now(UTC)
                    at = playhead_of(store, assessment, events, now) or now
                    act = Act(who, "", at, now)
                    done = {one.ring for one in events if one.kind is EventKind.ACKNOWLEDGED}
                    rings = [one for one in events if one.kind in RINGS and one.seq not in done]
                    for ring in [one for one in rings if one.seq % 3 == 0][-1:]:
                        if acknowledge(store, assessment, ring, act, name).stored:
                            tell.send(("acknowledged", ring.seq, name))
                    for alarm in fold_alarms(events, at)[-1:]:
                        notes += 1
                        words = f"note {notes} of {name}"
                        if note(store, assessment, alarm, words, act).stored:
                            tell.send(("noted", alarm.ring.seq, words))
                    time.sleep(dice.uniform(0.0, 0.1))
        except (StoreError, IndexError):
            # The first engine has not made the store yet, or another one repairs it.
            time.sleep(0.01)


def rivals(state: Path, rings: Sequence[int]) -> list[list[tuple[int, bool, str]]]:
    """Let two operators acknowledge the same rings at once; return the answers to each."""
    began = time.time() + 1.0
    pairs = []
    for name in ("left", "right"):
        ours, theirs = _context.Pipe(duplex=False)
        pairs.append((Victim(_be_rival, state, list(rings), name, began, theirs), ours))
        theirs.close()
    answers = [ours.recv() for _victim, ours in pairs]
    for victim, _ours in pairs:
        victim.exit_code()
    return answers


def _be_rival(state: Path, rings: list[int], name: str, began: float, tell: "Connection[Any, Any]") -> None:
    who = operator_of("torture", name, {})
    answers = []
    with Store.open(state) as store:
        assessment = store.assessments()[0]
        events = {one.seq: one for one in store.events(assessment)}
        for number, seq in enumerate(rings):
            time.sleep(max(0.0, began + 0.05 * number - time.time()))
            now = datetime.now(UTC)
            answer = acknowledge(store, assessment, events[seq], Act(who, "", events[seq].at, now))
            answers.append((seq, answer.stored, answer.by))
    tell.send(answers)


def raceway(*arguments: str) -> list[str]:
    """Return a command line of `raceway` with this Python."""
    return [sys.executable, "-P", "-c", "from tui.cli import main; main()", *arguments]


def shell(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a command of `raceway` like a shell."""
    return subprocess.Popen(
        raceway(*arguments),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


class Terminal:
    """A real console in a pseudo-terminal; its screen is read as written text."""

    def __init__(self, *arguments: str) -> None:
        """Start `raceway` with these arguments."""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._child = subprocess.Popen(
            raceway(*arguments),
            env={**environment(), "TERM": "xterm-256color"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.written = b""

    def shows(self, words: str, within: float) -> bool:
        """Return whether it has written these words, after waiting for at most this many seconds."""
        deadline = time.monotonic() + within
        while True:
            self._take(0.02)
            if words in self.text():
                return True
            if time.monotonic() > deadline:
                return False

    def shows_whole(self, words: str, within: float) -> bool:
        """Like `shows`, for words that may partly be on the screen: the console writes only changed cells.

        It presses the redraw key (^l) until the words appear.
        """
        deadline = time.monotonic() + within
        while True:
            self.press("\x0c")
            if self.shows(words, min(0.1, max(deadline - time.monotonic(), 0.0))):
                return True
            if time.monotonic() > deadline:
                return False

    def text(self) -> str:
        """Return its output without control sequences."""
        return re.sub(
            r"\x1b(?:\[[0-9;?<=>]*[A-Za-z]|[PX^_\]].*?(?:\x1b\\|\x07)|.)",
            "",
            self.written.decode(errors="replace"),
        )

    def forget(self) -> None:
        """Discard the output so far."""
        self.written = b""

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._ours, key.encode())

    def kill(self) -> bool:
        """Kill it with signal 9; return whether it was still running."""
        self._child.kill()
        code = self._child.wait()
        self._take(0.0)
        os.close(self._ours)
        return code < 0

    def _take(self, seconds: float) -> None:
        while select.select([self._ours], [], [], seconds)[0]:
            try:
                piece = os.read(self._ours, 65536)
            except OSError:
                return
            if not piece:
                return
            self.written += piece
            seconds = 0.0


def is_committing(state: Path) -> bool:
    """Return whether a transaction is in progress: the rollback journal is not empty."""
    try:
        return (state / f"{FILE_NAME}-journal").stat().st_size > 0
    except FileNotFoundError:
        return False
