"""The playhead under its keys, against a fake console."""

from dataclasses import replace
from pathlib import Path

import pytest

from engine.clock import microseconds
from tests.tui import synthetic
from tests.tui.conftest import Clock, options
from tests.tui.console.fake_host import FakeHost
from tui.console.navigation import Navigation
from tui.console.options import Appearance
from tui.keys.actions import DEFAULT


@pytest.fixture
def host(whole_store: Path) -> FakeHost:
    host = FakeHost(whole_store, None)
    host.look(0)
    return host


def navigation(host: FakeHost, clock: Clock, position: int = 0) -> Navigation:
    made = Navigation(host, replace(options(host.state, clock), appearance=Appearance(bell=True)), DEFAULT)
    made.put(replace(made.head, at=microseconds(synthetic.at(position))))
    return made


def at(position: int) -> int:
    return microseconds(synthetic.at(position))


def test_playing_moves_by_the_time_that_passed_times_the_pace(host: FakeHost, clock: Clock) -> None:
    moving = navigation(host, clock)
    moving.play()
    clock.seconds += 0.84
    moving.tick()
    assert moving.head.at == at(1)


def test_rings_on_the_way_are_told_with_the_bell_and_those_behind_are_not(
    host: FakeHost, clock: Clock
) -> None:
    moving = navigation(host, clock, synthetic.RAISED - 1)
    moving.step(1)
    assert (host.bells, host.notice.rings != ()) == (1, True)
    moving.step(-1)
    moving.step(-1)
    assert host.bells == 1


def test_a_step_to_another_snapshot_reads_its_picture_and_a_moved_instant_does_not(
    host: FakeHost, clock: Clock
) -> None:
    moving = navigation(host, clock, 10)
    polls = host.polls
    moving.put(replace(moving.head, at=at(10) + 1))
    assert (host.polls, host.draws[-1]) == (polls, True)
    moving.step(1)
    assert (host.polls, host.draws[-1]) == (polls + 1, False)


def test_marks_lead_on_and_back_and_say_where_there_is_none(host: FakeHost, clock: Clock) -> None:
    moving = navigation(host, clock)
    moving.cross(1)
    assert moving.head.at == at(synthetic.ONSET)
    moving.cross(1)
    assert host.notice.text == "No crossing after the playhead."
    moving.ring(1)
    assert moving.head.at == at(synthetic.RAISED)
    moving.ring(-1)
    assert host.notice.text == "No alarm rang before the playhead."


def test_a_time_that_is_typed_is_gone_to_and_one_outside_is_refused(host: FakeHost, clock: Clock) -> None:
    moving = navigation(host, clock)
    moving.ask_where()
    assert host.dialog is not None
    assert "does not reach" in host.dialog[1][0].check("2010-01-01")
    host.answer("50")
    assert (moving.head.at, moving.head.playing) == (at(50), False)


def test_before_the_first_scores_nothing_moves(tmp_path: Path, clock: Clock) -> None:
    host = FakeHost(tmp_path, None)
    moving = Navigation(host, options(tmp_path, clock), DEFAULT)
    moving.step(1)
    moving.cross(1)
    moving.ask_where()
    assert moving.head.at is None
    assert host.notice.text == "Waiting for the engine's first scores."
