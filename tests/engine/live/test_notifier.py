"""The `on_ring` command runs at least once for each ring, in bounded time; failures are recorded."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.config.settings import SettingsError, load_settings
from engine.live.notifier import ATTEMPTS, NotificationCommand, Notifier, command_of
from engine.records.assessment import Assessment
from engine.records.events import Event, EventKind, NewEvent, Priority
from engine.records.stored_settings import FoldRules
from engine.store.store import Store, StoreError
from engine.system.processes.bounded_run import Ran, run_command
from tests.engine.handmade_events import (
    RAISED,
)
from tests.engine.rigs import WALL
from tests.tui import synthetic

RULES = FoldRules()
CALLING = NotificationCommand(("call",), 5.0, Priority.MEDIUM)


class Bell:
    """A live record, a manual clock, and a command with set answers."""

    def __init__(self, state: Path) -> None:
        synthetic.fill(state, synthetic.BASELINE)
        self.state, self.seconds = state, 0.0
        self.answers: list[Ran] = []
        self.payloads: list[dict[str, object]] = []
        self.store_fails = False

    def open(self) -> Store:
        bell = self

        class Failing(Store):
            def add_event(self, assessment: Assessment, fact: NewEvent, now: datetime) -> None:
                if bell.store_fails:
                    raise StoreError("disk full")
                super().add_event(assessment, fact, now)

        return Failing.open(self.state)

    def run(self, command: Sequence[str], payload: bytes, timeout: float) -> Ran:
        assert (tuple(command), timeout) == (CALLING.command, CALLING.timeout)
        self.payloads.append(json.loads(payload))
        return self.answers.pop(0) if self.answers else Ran(0)

    def now(self) -> datetime:
        return WALL + timedelta(seconds=self.seconds)

    def notifier(self, run: Callable[[Sequence[str], bytes, float], Ran] | None = None) -> Notifier:
        return Notifier(
            self.open,
            self.assessment(),
            CALLING,
            now=self.now,
            live_now=lambda: synthetic.at(200) + timedelta(seconds=self.seconds),
            run=run or self.run,
            clock=lambda: self.seconds,
        )

    def assessment(self) -> Assessment:
        with Store.open(self.state) as store:
            return store.assessments()[-1]

    def ring(self, key: str = "Bearing 1/limit/a") -> None:
        detail: dict[str, object] = {"cause": "limit", "priority": "medium", "severity": 1.5}
        fact = NewEvent(RAISED, synthetic.at(30), "component", "Bearing 1", key, detail=detail)
        with Store.open(self.state) as store:
            store.add_event(self.assessment(), fact, self.now())

    def notified(self) -> list[Event]:
        with Store.open(self.state) as store:
            events = store.events(self.assessment())
        return [event for event in events if event.kind is EventKind.NOTIFIED]


@pytest.fixture
def bell(tmp_path: Path) -> Bell:
    return Bell(tmp_path / "state")


def test_ring_is_told_once_and_recorded(bell: Bell) -> None:
    bell.ring()
    notifier = bell.notifier()
    notifier.turn()
    notifier.turn()
    (payload,) = bell.payloads
    assert (payload["component"], payload["cause"], payload["priority"]) == ("Bearing 1", "limit", "medium")
    (event,) = bell.notified()
    assert (event.ring, event.detail["attempts"], event.detail["exit"]) == (payload["ring"], 1, 0)


def test_restarted_engine_tells_what_was_not_told_and_nothing_twice(bell: Bell) -> None:
    bell.ring("Bearing 1/limit/a")
    bell.notifier().turn()
    bell.ring("Bearing 1/limit/b")
    bell.notifier().turn()
    assert [payload["alarm"] for payload in bell.payloads] == ["Bearing 1/limit/a", "Bearing 1/limit/b"]


def test_command_that_fails_is_tried_again_later_and_others_do_not_wait_for_it(bell: Bell) -> None:
    bell.ring("Bearing 1/limit/a")
    bell.answers = [Ran(1, "line busy")]
    notifier = bell.notifier()
    assert notifier.turn() == 5.0
    bell.ring("Bearing 1/limit/b")
    notifier.turn()
    assert [event.alarm for event in bell.notified()] == ["Bearing 1/limit/b"]
    bell.seconds = 5.0
    notifier.turn()
    assert [event.detail["attempts"] for event in bell.notified()] == [1, 2]


def test_command_that_never_works_is_given_up_with_the_reason_in_the_record(bell: Bell) -> None:
    bell.ring()
    bell.answers = [Ran(None, "killed after 5 s")] * 99
    notifier = bell.notifier()
    for _ in range(ATTEMPTS + 3):
        bell.seconds += notifier.turn()
    assert len(bell.payloads) == ATTEMPTS
    (event,) = bell.notified()
    assert event.detail["given_up"] is True
    assert event.detail["message"] == f"the on_ring command failed {ATTEMPTS} times: killed after 5 s"


def test_store_that_fails_loses_no_record_and_calls_nobody_twice(bell: Bell) -> None:
    bell.ring()
    notifier = bell.notifier()
    bell.store_fails = True
    for _ in range(2):
        with pytest.raises(StoreError):
            notifier.turn()
    bell.store_fails = False
    notifier.turn()
    assert (len(bell.payloads), len(bell.notified())) == (1, 1)


def test_slow_command_holds_nobody_up(bell: Bell) -> None:
    released, told = threading.Event(), threading.Event()

    def slow(_command: Sequence[str], _payload: bytes, _timeout: float) -> Ran:
        told.set()
        assert released.wait(20)
        return Ran(0)

    bell.ring()
    notifier = bell.notifier(slow)
    notifier.start()
    assert told.wait(20)
    notifier.poke()
    bell.ring("Bearing 1/limit/b")
    assert bell.notified() == []
    released.set()
    notifier.stop(20)
    assert bell.notified()[0].alarm == "Bearing 1/limit/a"


# Real commands


def test_command_reads_the_ring_on_its_standard_input(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"
    assert run_command([sys.executable, "-c", code], b'{"ring": 7}\n', 30.0) == Ran(0)
    assert json.loads(out.read_text()) == {"ring": 7}


def test_command_past_its_time_is_killed_with_all_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    began = time.monotonic()
    ran = run_command(["sh", "-c", f"sleep 60 > {fifo} & sleep 60"], b"{}", 0.5)
    assert ran == Ran(None, "killed after 0.5 s")
    assert time.monotonic() - began < 20
    # The closed pipe shows that the child in the background died too.
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        (["sh", "-c", "printf 'no \\033[31mline' >&2; exit 3"], 3, "no [31mline"),
        (["sh", "-c", "exec 0<&-; exit 2"], 2, "it ended with exit code 2 and printed nothing"),
        (
            ["sh", "-c", "exit 127"],
            127,
            "it ended with exit code 127 (a command in it was not found) and printed nothing",
        ),
        (
            ["sh", "-c", "kill -9 $$"],
            -9,
            "it was killed by SIGKILL (most often because memory ran out)",
        ),
        (["/nowhere/call"], None, "/nowhere/call cannot be started (No such file or directory)"),
    ],
)
def test_what_went_wrong_is_told_in_clean_words(command: list[str], code: int | None, error: str) -> None:
    assert run_command(command, b"x" * 200_000, 30.0) == Ran(code, error)


def test_command_of_the_settings_is_words_or_one_line() -> None:
    assert command_of(load_settings().alarms) is None
    line = load_settings(overrides={"alarms.on_ring": "notify --to 'night shift'"}).alarms
    assert command_of(line) == NotificationCommand(("notify", "--to", "night shift"), 30.0, Priority.MEDIUM)
    words = load_settings(overrides={"alarms.on_ring": ["notify", "a b"]}).alarms
    assert words.on_ring == ("notify", "a b")
    with pytest.raises(SettingsError, match=r"alarms\.on_ring is not a command line"):
        load_settings(overrides={"alarms.on_ring": "notify 'night"})
