"""A change of the layout begins no record unasked: it rings, waits for an operator, and keeps open alarms."""

from pathlib import Path

import pytest

from engine.config.settings import Settings, load_settings
from engine.live import layout_change
from engine.live.founding import former_record
from engine.live.layout_change import difference
from engine.records.events import Action, EventKind
from engine.records.progress import Phase
from tests.engine.watched_plant import QUICK, Plant, Story


def edited(plant: Plant, old: str, new: str, place: Path) -> Settings:
    """Return the settings of the plant with one text replaced."""
    text = plant.rig.config.read_text()
    assert old in text
    place.write_text(
        text.replace(old, new, 1).replace("columns = 2", "columns = 3" if "3]" in new else "columns = 2")
    )
    return load_settings(place, overrides=QUICK)


@pytest.fixture
def failing(scored: Plant, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return a plant with an alarm of its left bearing and an ended engine."""
    monkeypatch.setattr(layout_change, "TURN_SECONDS", 0.0)
    assert scored.causes("limit")[-1] is EventKind.RAISED or "escalated" in scored.causes("limit")[-1]
    return scored


EDITS = {
    "renamed": ('name = "Left"', 'name = "West"', "components were Left, Right and are now West, Right"),
    "moved": ("channels = [1]", "channels = [3]", "channels were 1, 2 and are now 3, 2"),
    "unit": ('unit = "g"', 'unit = "m/s2"', "units were g, g and are now m/s2, g"),
    "rate": ("sample_rate = 25600.0", "sample_rate = 12800.0", "sample rate, rows or columns differ"),
}


@pytest.mark.parametrize(("old", "new", "words"), EDITS.values(), ids=EDITS)
def test_changed_layout_rings_and_scores_nothing_until_an_operator_decides(
    failing: Plant, tmp_path: Path, old: str, new: str, words: str
) -> None:
    scored = failing.scored()
    failing.settings = edited(failing, old, new, tmp_path / "edited.toml")

    def story() -> Story:
        yield from failing.until(lambda: failing.causes("layout changed") == [EventKind.RAISED])
        yield from failing.until(lambda: failing.last_beat().phase is Phase.PAUSED)

    failing.run(story())
    assert words in difference(failing.assessment(), failing.settings)
    assert len(failing.store.assessments()) == 1
    assert failing.scored() == scored
    assert failing.causes("limit")[-1] is not EventKind.CLEARED


def test_undone_change_clears_the_alarm_and_goes_on(failing: Plant, tmp_path: Path) -> None:
    before = failing.settings
    failing.settings = edited(failing, *EDITS["renamed"][:2], tmp_path / "edited.toml")

    def rings() -> Story:
        yield from failing.until(lambda: failing.causes("layout changed") == [EventKind.RAISED])

    failing.run(rings())
    failing.settings = before
    failing.run(failing.two_rounds())
    assert failing.causes("layout changed") == [EventKind.RAISED, EventKind.CLEARED]
    assert len(failing.store.assessments()) == 1


def test_operator_who_switches_to_the_bundle_begins_a_record_with_the_new_names(
    failing: Plant, tmp_path: Path
) -> None:
    failing.settings = edited(failing, *EDITS["renamed"][:2], tmp_path / "edited.toml")
    (name,) = failing.bundles.names()

    def story() -> Story:
        yield from failing.until(lambda: failing.causes("layout changed") == [EventKind.RAISED])
        failing.ask(Action.SWITCH, bundle=name)
        yield from failing.until(lambda: len(failing.store.assessments()) == 2)
        yield from failing.two_rounds()

    failing.run(story())
    former, current = failing.store.assessments()
    assert current.components == ("West", "Right")
    assert failing.causes("layout changed") == [EventKind.RAISED, EventKind.CLEARED]
    # Nobody has closed it.
    assert failing.causes("limit")[-1] is not EventKind.CLEARED
    assert former.live
    assert current.live
    assert former_record(failing.store, failing.settings) is None


def test_record_without_a_snapshot_may_change_its_layout(plant: Plant, tmp_path: Path) -> None:
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    plant.settings = edited(plant, *EDITS["renamed"][:2], tmp_path / "edited.toml")
    assert former_record(plant.store, plant.settings) is None
    plant.run(plant.two_rounds(), bundle=plant.rig.bundle)
    assert len(plant.store.assessments()) == 2
