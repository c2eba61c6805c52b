"""The dead-man ping: called while the engine is alive and at work, and at no other time."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from engine.alarms.notifications import failing_channels
from engine.assessment.live_record import LiveRecord
from engine.config.sections.notify import NotifySettings
from engine.config.settings import load_settings
from engine.live.messages.dead_man import AGAIN_SECONDS, FAILING_AFTER, DeadMan, dead_man_of
from engine.records.progress import Heartbeat, Phase
from engine.store.store import Store
from engine.system.processes.bounded_run import Ran
from tests.engine.rigs import WALL
from tests.tui import synthetic


def settings_of(ping: str) -> NotifySettings:
    overrides: dict[str, object] = {"notify.ping": ping, "notify.ping_minutes": 2.0}
    return load_settings(overrides=overrides).notify


class Host:
    """An engine with a heartbeat, and an address that answers as set."""

    def __init__(self, store: Store) -> None:
        self.record = LiveRecord(store, store.assessments()[-1], lambda: WALL)
        self.answer, self.calls = Ran(0), 0
        self.man = DeadMan(lambda: store, self.record, settings_of("env:PING"), run=self.run)

    def run(self, command: Sequence[str], payload: bytes, timeout: float) -> Ran:
        self.calls += 1
        return self.answer

    def beat(self, phase: Phase, ago: float = 0.0) -> None:
        beat = Heartbeat(WALL - timedelta(seconds=ago), 1, phase, 3, 3, "")
        self.record.store.beat(self.record.assessment, beat)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    synthetic.fill(tmp_path, synthetic.BASELINE)
    return Host(Store.open(tmp_path))


@pytest.mark.parametrize("phase", [Phase.WATCHING, Phase.GATHERING, Phase.LEARNING])
def test_the_address_is_called_while_the_engine_works(host: Host, phase: Phase) -> None:
    host.beat(phase)
    assert host.man.turn() == 120.0
    assert host.calls == 1


@pytest.mark.parametrize(
    ("phase", "ago"),
    [
        (Phase.WATCHING, 9.0),
        (Phase.WATCHING, -60.0),
        (Phase.PAUSED, 0.0),
        (Phase.FAILED, 0.0),
        (Phase.NO_FOLDER, 0.0),
        (Phase.HOLDING, 0.0),
        (Phase.ENDED, 0.0),
    ],
)
def test_a_hung_engine_or_one_that_does_not_work_is_not_well(host: Host, phase: Phase, ago: float) -> None:
    host.beat(phase, ago)
    assert host.man.turn() == AGAIN_SECONDS
    assert host.calls == 0


def test_an_address_that_does_not_answer_is_recorded_once_until_it_does(host: Host) -> None:
    host.beat(Phase.WATCHING)
    host.answer = Ran(1, "it answered 404")
    for _ in range(FAILING_AFTER + 2):
        assert host.man.turn() == AGAIN_SECONDS
    events = host.record.events()
    assert failing_channels(events) == {"ping": "env:PING (ping) does not answer (it answered 404)"}
    assert len([event for event in events if event.detail.get("channel") == "failing"]) == 1
    host.answer = Ran(0)
    host.man.turn()
    assert failing_channels(host.record.events()) == {}


def test_without_an_address_nothing_is_called(host: Host) -> None:
    assert dead_man_of(host.record, settings_of("")) == ()
