"""New component names in the settings: an operator maps them, and the live record goes on under them."""

import json
import re
import shlex
from datetime import timedelta
from pathlib import Path

import pytest

from engine.alarms.alarm import Alarm, AlarmState, fold_alarms
from engine.assessment.key import live_key
from engine.bundles.library import Bundles
from engine.clock import LAST
from engine.config.settings import Settings, load_settings
from engine.errors import StoreError, UnusableError
from engine.live import layout_change, renaming
from engine.live.renaming import checked_names, differs_in_names, rename_command
from engine.operator.alarm_actions import Act, acknowledge, retire, shelve
from engine.operator.operator import Operator
from engine.records.assessment import Assessment
from engine.records.events import Action, EventKind
from engine.store.store import Store
from tests.engine.rigs import SMALL_COUNT, SMALL_FAULT, SmallRig, facts_of
from tests.engine.watched_plant import QUICK, KilledError, Plant, Story, watched_once

HALFWAY = SMALL_FAULT + 5
"""Snapshots before the rename: the alarm of the right bearing stands."""


def named(plant: Plant, place: Path, left: str, right: str) -> Settings:
    """Return the settings of the plant with other component names."""
    names = {"Left": left, "Right": right}
    text = plant.rig.config.read_text()
    place.write_text(re.sub('name = "(Left|Right)"', lambda one: f"name = {json.dumps(names[one[1]])}", text))
    return load_settings(place, overrides=QUICK)


@pytest.fixture(autouse=True)
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_change, "TURN_SECONDS", 0.0)


@pytest.fixture(scope="session")
def halfway(small_rig: SmallRig, shared_folder: Path) -> Path:
    """Return a place where an engine watched until the alarm of the right bearing stood."""
    return watched_once(small_rig, shared_folder, HALFWAY)


@pytest.fixture
def alarmed(plant: Plant, halfway: Path) -> Plant:
    """Return a plant whose engine ended while the alarm of the right bearing stood."""
    plant.resume(halfway)
    assert plant.causes("limit") == [EventKind.RAISED]
    return plant


def current(plant: Plant) -> Assessment:
    (one,) = plant.store.assessments()
    return one


def alarms(plant: Plant) -> tuple[Alarm, ...]:
    return fold_alarms(plant.store.events(current(plant)), LAST)


def limit_alarm(plant: Plant) -> Alarm:
    (alarm,) = [one for one in alarms(plant) if one.cause == "limit"]
    return alarm


def act_of(plant: Plant) -> Act:
    newest = plant.store.newest_time(plant.assessment())
    assert newest is not None
    return Act(Operator("ada"), "", newest, plant.clock.now())


def renaming_story(plant: Plant, **names: str) -> Story:
    """Ask for a rename, and feed the rest of the run."""
    asked = plant.ask(Action.RENAME, names=[[old, new] for old, new in names.items()])
    yield from plant.until(lambda: any(one.ring == asked.seq for one in plant.events(EventKind.ANSWERED)))
    plant.put(*range(SMALL_COUNT))
    yield from plant.until(lambda: sum(plant.counts().values()) >= SMALL_COUNT)


NAMES = {
    "one": ("Left", "Drive end", {"Right": "Drive end"}),
    "swap": ("Right", "Left", {"Left": "Right", "Right": "Left"}),
    "letters": ("Lager/Süd", "Лагерь channel 2", {"Left": "Lager/Süd", "Right": "Лагерь channel 2"}),
    "prefix": ("Right channel 2", "R", {"Left": "Right channel 2", "Right": "R"}),
}


@pytest.mark.parametrize(("left", "right", "names"), NAMES.values(), ids=NAMES)
def test_renamed_record_equals_the_record_that_always_had_the_names(
    alarmed: Plant, tmp_path: Path, left: str, right: str, names: dict[str, str]
) -> None:
    alarmed.settings = named(alarmed, tmp_path / "new.toml", left, right)
    alarmed.run(renaming_story(alarmed, **names))

    always = Plant(alarmed.rig, tmp_path / "in2", tmp_path / "state2", alarmed.settings)
    always.folder.mkdir()
    always.run(always.whole_run(), bundle=alarmed.rig.bundle)

    assert current(alarmed).components == (left, right)
    assert current(alarmed).key == live_key(alarmed.settings)
    own = [EventKind.RENAMED, EventKind.REQUESTED, EventKind.ANSWERED, EventKind.STARTED, EventKind.FINISHED]
    told, wanted = (
        [
            (one.kind, one.at, one.component, one.alarm, one.detail)
            for one in plant.store.events(current(plant))
            if one.kind not in own and "layout changed" not in one.alarm
        ]
        for plant in (alarmed, always)
    )
    assert told == wanted
    renamed, first = facts_of(alarmed.state), facts_of(always.state)
    assert {key: renamed[key] for key in renamed if key != "events"} == {
        key: first[key] for key in first if key != "events"
    }


def test_standing_alarm_its_shelf_and_service_stand_under_the_new_name(
    alarmed: Plant, tmp_path: Path
) -> None:
    act, record = act_of(alarmed), alarmed.assessment()
    span = timedelta(hours=4)
    shelve(alarmed.store, record, limit_alarm(alarmed), span, "known", act, longest=span)
    retire(alarmed.store, record, "Left", "open", act)
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "Right", "Left")
    alarmed.run(renaming_story(alarmed, Left="Right", Right="Left"))
    alarm = limit_alarm(alarmed)
    assert (alarm.component, alarm.key.partition("/")[0]) == ("Left", "Left")
    retired = alarmed.events(EventKind.RETIRED)
    assert [event.component for event in retired] == ["Right"]
    shelves = [event for event in alarmed.events() if event.kind is EventKind.SHELVED]
    assert [(event.component, event.ring) for event in shelves] == [("Left", alarm.raised.seq)]
    then = fold_alarms(alarmed.store.events(current(alarmed)), act.at)
    assert [one.state for one in then if one.cause == "limit"] == [AlarmState.SHELVED]


def test_acknowledgement_from_before_and_after_covers_the_ring(alarmed: Plant, tmp_path: Path) -> None:
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "East")
    alarmed.run(renaming_story(alarmed, Left="West", Right="East"))
    done = acknowledge(alarmed.store, current(alarmed), limit_alarm(alarmed).ring, act_of(alarmed))
    assert done.stored
    assert limit_alarm(alarmed).acknowledgement is not None
    alarmed.settings = named(alarmed, tmp_path / "newer.toml", "A=B", "Süd")
    alarmed.run(renaming_story(alarmed, West="A=B", East="Süd"))
    alarm = limit_alarm(alarmed)
    assert (alarm.component, alarm.acknowledgement is not None) == ("Süd", True)
    assert not acknowledge(alarmed.store, current(alarmed), alarm.ring, act_of(alarmed)).stored


def test_console_with_the_old_names_is_refused_until_it_looks_again(alarmed: Plant, tmp_path: Path) -> None:
    old, ring = alarmed.assessment(), limit_alarm(alarmed).ring
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "East")
    alarmed.run(renaming_story(alarmed, Left="West", Right="East"))
    with pytest.raises(StoreError, match="renamed meanwhile"):
        acknowledge(alarmed.store, old, ring, act_of(alarmed))
    assert limit_alarm(alarmed).acknowledgement is None


def test_rename_asked_while_no_engine_runs_needs_no_alarm(alarmed: Plant, tmp_path: Path) -> None:
    alarmed.ask(Action.RENAME, names=[["Left", "West"]])
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "Right")
    alarmed.run(alarmed.two_rounds())
    assert alarmed.causes("layout changed") == []
    assert current(alarmed).components == ("West", "Right")
    assert alarmed.answers() == [(True, "Left is now West; the record goes on")]


def test_rename_clears_the_ring_that_offered_it(alarmed: Plant, tmp_path: Path) -> None:
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "Drive end", "Right")

    def story() -> Story:
        yield from alarmed.until(lambda: alarmed.causes("layout changed") == [EventKind.RAISED])
        words = alarmed.events(EventKind.RAISED)[-1].detail["message"]
        command = shlex.split(str(words).partition("under new names: ")[2].partition(";")[0])
        assert command == ["raceway", "engine", "rename", "Left=Drive end"]
        alarmed.ask(Action.RENAME, names=[["Left", "Drive end"]])
        yield from alarmed.until(lambda: current(alarmed).components == ("Drive end", "Right"))
        yield from alarmed.two_rounds()

    alarmed.run(story())
    assert alarmed.causes("layout changed") == [EventKind.RAISED, EventKind.CLEARED]
    (told,) = alarmed.events(EventKind.RENAMED)
    assert told.detail["message"] == "Left is now Drive end, by ada"
    assert limit_alarm(alarmed).stands


REFUSALS = {
    "unknown": ([["Middle", "West"]], "'Middle' is not a component of the record; it has Left, Right"),
    "two into one": ([["Left", "West"], ["Right", "West"]], "two components would be named 'West'"),
    "two names": ([["Left", "West"], ["Left", "East"]], "'Left' is given two names"),
    "onto a neighbour": ([["Left", "Right"]], "two components would be named 'Right'"),
    "other than the settings": ([["Left", "East"]], "the settings name West, Right"),
    "nothing": ([], "does not say which"),
    "no pair": ([["Left"]], "does not say which"),
}


@pytest.mark.parametrize(("names", "words"), REFUSALS.values(), ids=REFUSALS)
def test_rename_that_does_not_fit_is_refused_and_the_engine_waits_on(
    alarmed: Plant, tmp_path: Path, names: list[list[str]], words: str
) -> None:
    before = alarmed.assessment()
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "Right")

    def story() -> Story:
        alarmed.ask(Action.RENAME, names=names)
        yield from alarmed.until(lambda: bool(alarmed.answers()))
        yield from alarmed.until(lambda: alarmed.causes("layout changed") == [EventKind.RAISED])

    alarmed.run(story())
    ((done, told),) = alarmed.answers()
    assert not done
    assert words in str(told)
    assert current(alarmed) == before


def test_rename_of_an_engine_with_the_names_of_the_record_is_refused(alarmed: Plant) -> None:
    def story() -> Story:
        alarmed.ask(Action.RENAME, names=[["Left", "West"]])
        yield from alarmed.until(lambda: bool(alarmed.answers()))

    alarmed.run(story())
    ((done, told),) = alarmed.answers()
    assert not done
    assert "change the names there" in str(told)


OTHER_LAYOUTS = {
    "channel": ("channels = [1]", "channels = [3]"),
    "unit": ('unit = "g"', 'unit = "m/s2"'),
    "rate": ("sample_rate = 25600.0", "sample_rate = 12800.0"),
}


@pytest.mark.parametrize(("old", "new"), OTHER_LAYOUTS.values(), ids=OTHER_LAYOUTS)
def test_names_are_not_mapped_onto_other_channels(alarmed: Plant, tmp_path: Path, old: str, new: str) -> None:
    place = tmp_path / "new.toml"
    text = alarmed.rig.config.read_text().replace('name = "Left"', 'name = "West"').replace(old, new, 1)
    place.write_text(text.replace("columns = 2", "columns = 3") if "3]" in new else text)
    settings = load_settings(place, overrides=QUICK)
    former = alarmed.assessment()
    assert not differs_in_names(former, settings)
    with pytest.raises(UnusableError, match="more than names"):
        checked_names(former, settings, [("Left", "West")])


def test_spelling_of_the_same_letters_does_not_matter(alarmed: Plant, tmp_path: Path) -> None:
    settings = named(alarmed, tmp_path / "new.toml", "S\u00fcd", "Right")
    found = checked_names(alarmed.assessment(), settings, [("Left", "Su\u0308d")])
    assert found == {"Left": "S\u00fcd"}
    assert rename_command(alarmed.assessment(), settings) == "raceway engine rename 'Left=S\u00fcd'"


def test_engine_killed_before_the_rename_is_stored_carries_it_out_at_its_next_start(
    alarmed: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_key = alarmed.assessment().key
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "East")
    (bundle,) = alarmed.bundles.names()

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(Store, "rename", killed)
        with pytest.raises(KilledError):
            alarmed.run(renaming_story(alarmed, Left="West", Right="East"))
    assert current(alarmed).key == old_key
    assert Bundles(alarmed.state, old_key).current() == bundle
    alarmed.run(alarmed.two_rounds())
    assert current(alarmed).components == ("West", "East")
    assert alarmed.bundles.current() == bundle
    assert [done for done, _ in alarmed.answers()] == [True]
    assert limit_alarm(alarmed).component == "East"


def test_names_of_another_record_of_the_machine_are_refused(alarmed: Plant, tmp_path: Path) -> None:
    first = alarmed.settings
    (bundle,) = alarmed.bundles.names()
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "East")

    def switches() -> Story:
        alarmed.ask(Action.SWITCH, bundle=bundle)
        yield from alarmed.until(lambda: len(alarmed.store.assessments()) == 2)
        alarmed.put(*range(SMALL_COUNT))
        second = alarmed.store.assessments()[1]
        yield from alarmed.until(lambda: len(alarmed.store.series(second)) > 0)

    alarmed.run(switches())
    second = alarmed.store.assessments()[1]
    alarmed.settings = first
    now = alarmed.clock.now()
    names = [["West", "Left"], ["East", "Right"]]
    asked = alarmed.store.request(second, Action.RENAME, by="ada", now=now, at=now, detail={"names": names})

    def answers() -> Story:
        yield from alarmed.until(lambda: any(one.ring == asked.seq for one in alarmed.store.events(second)))

    alarmed.run(answers())
    answer = next(one for one in alarmed.store.events(second) if one.ring == asked.seq)
    assert answer.detail["done"] is False
    assert "another record with these names" in str(answer.detail["words"])


def test_two_machines_keep_their_names_apart(alarmed: Plant, tmp_path: Path) -> None:
    text = alarmed.rig.config.read_text().replace('name = "small rig"', 'name = "other rig"')
    (tmp_path / "other.toml").write_text(text)
    settings = load_settings(tmp_path / "other.toml", overrides=QUICK)
    other = Plant(alarmed.rig, tmp_path / "in2", alarmed.state, settings)
    other.folder.mkdir()
    machine = other.settings.machine.name

    def story() -> Story:
        other.put(*range(3))
        yield from other.until(lambda: len(other.store.assessments()) == 2)
        yield from other.until(lambda: other.beats[-1].done == 3)

    other.run(story(), bundle=alarmed.rig.bundle)
    alarmed.ask(Action.RENAME, names=[["Left", "West"]])
    alarmed.settings = named(alarmed, tmp_path / "new.toml", "West", "Right")
    alarmed.run(alarmed.two_rounds())
    found = {one.machine: one.components for one in alarmed.store.assessments()}
    assert found == {machine: ("Left", "Right"), alarmed.settings.machine.name: ("West", "Right")}


def test_request_without_pairs_is_unusable(alarmed: Plant) -> None:
    request = alarmed.ask(Action.RENAME, names="Left=West")
    with pytest.raises(UnusableError):
        renaming.given_names(request)
