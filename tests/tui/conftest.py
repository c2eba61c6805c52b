"""Fixtures: made-up stores, and consoles on them with manual clocks."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict, Unpack

import pytest
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from engine.clock import microseconds
from engine.operator.operator import Operator
from engine.records.assessment import Assessment
from engine.store.store import Store
from tests.engine.rigs import made_once
from tests.tui import parsed_once, synthetic
from tui.console.alarm_actions import UNSEEN_SECONDS
from tui.console.app import Console
from tui.console.options import Appearance, ConsoleOptions
from tui.data.frame import Frame
from tui.data.pictures import Album, Gallery
from tui.data.playhead import Playhead
from tui.data.reader import Reader
from tui.data.view import View
from tui.screens.panel import Panel


class Clock:
    """A clock for pace and wall time that stands still until moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def wall(self) -> datetime:
        return synthetic.WALL + timedelta(seconds=self.seconds - 1000.0)


@pytest.fixture(scope="session", autouse=True)
def _equal_styles_once() -> Iterator[None]:
    """Parse equal styles once for all consoles of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parsed_once.remembering(Stylesheet._parse_rules))
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def whole_store(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return this process's copy of the store of a finished run; read only."""

    def make(place: Path) -> None:
        synthetic.fill(place / "state")

    made = made_once(shared_folder / "whole", make)
    return Path(shutil.copytree(made / "state", tmp_path_factory.mktemp("whole") / "state"))


@pytest.fixture
def own_store(whole_store: Path, tmp_path: Path) -> Path:
    """Return a writable copy of the finished run."""
    state = tmp_path / "state"
    state.mkdir()
    for file in whole_store.iterdir():
        (state / file.name).write_bytes(file.read_bytes())
    return state


@pytest.fixture
def console(clock: Clock) -> Callable[..., Console]:
    """Return a maker of paused consoles on a state folder."""

    def make(state: Path, **changes: Unpack[Changes]) -> Console:
        return Console(replace(options(state, clock), **changes))

    return make


def options(state: Path, clock: Clock) -> ConsoleOptions:
    """Options of a paused console on a state folder."""

    def newest(store: Store) -> Assessment | None:
        return next(reversed(store.assessments()), None)

    return ConsoleOptions(
        open_store=lambda: Store.open(state),
        choose=newest,
        session="night shift",
        operator=Operator("ann"),
        pace=5000.0,
        playing=False,
        now=clock.wall,
        clock=clock,
    )


class Changes(TypedDict, total=False):
    """Options in which a test's console differs."""

    open_store: Callable[[], Store]
    choose: Callable[[Store], Assessment | None]
    operator: Operator
    session: str
    pace: float
    playing: bool
    at_newest: bool
    insists: bool
    read_only: bool
    start: Callable[[], str]
    memory: Path | None
    exports: Path | None
    clipboard: bool
    appearance: Appearance


async def settled(pilot: Pilot[None]) -> None:
    """Wait until all reading, storing and drawing is done."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def looked_at(pilot: Pilot[None]) -> None:
    """Let the screen be looked at for long enough that a key can mean what is on it."""
    await settled(pilot)
    assert isinstance(pilot.app, Console)
    clock = pilot.app.options.clock
    assert isinstance(clock, Clock)
    clock.seconds += UNSEEN_SECONDS


def put(console: Console, position: int) -> None:
    """Move the playhead to a snapshot."""
    head = console.controller.head
    console.controller.navigation.put(Playhead(microseconds(synthetic.at(position)), head.pace, head.playing))


def text(console: Console) -> str:
    """Return the text on the screen."""
    panels = console.screen.query(Panel)
    return "\n".join(panel.render_line(y).text.rstrip() for panel in panels for y in range(panel.size.height))


@pytest.fixture(scope="session")
def view(whole_store: Path) -> View:
    """Return the whole made-up record as a console at snapshot 110 reads it."""
    reader = Reader(lambda: Store.open(whole_store), lambda store: store.assessments()[-1], "night shift")
    found = reader.poll(110).view
    reader.close()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def gallery(whole_store: Path, view: View) -> Gallery:
    with Store.open(whole_store) as store:
        found = Album().gallery(store, view)
    assert found is not None
    return found


def frame(view: View, position: int) -> Frame:
    """Return the frame with the playhead at a snapshot."""
    return Frame(view, Playhead(microseconds(synthetic.at(position)), 1.0, False))
