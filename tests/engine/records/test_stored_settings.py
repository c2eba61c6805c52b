"""Stored settings are parsed once; missing or damaged values are unknown."""

from datetime import timedelta

import pytest

from engine.config.settings import load_settings
from engine.operator.shelf_limit import longest_shelf
from engine.records.stored_settings import FoldRules, StoredSettings, stored_settings


def test_the_settings_of_this_release_are_read_whole() -> None:
    settings = load_settings(overrides={"alarms.latching": True, "alarms.shelf_hours": 8.0})
    found = stored_settings(settings.plain())
    assert found.fold == FoldRules(True, timedelta(hours=1))
    assert found.longest_shelf == timedelta(hours=8)
    assert found.advice == settings.advice.model_dump()
    assert found.minimum_free == settings.store.minimum_free
    assert found.machine is not None
    assert found.machine.sample_rate == settings.machine.sample_rate
    assert (found.machine.group, found.machine.foundation) == (0, "")
    assert found.recording is not None
    assert found.recording.rows == settings.recording.rows
    assert [part.channels for part in found.parts] == [part.channels for part in settings.components]
    assert found.parts[0].geometry == (16, 0.331, 2.815, 15.17)


@pytest.mark.parametrize(
    "damaged",
    [
        {},
        {"alarms": None, "advice": 3, "store": [], "machine": "x", "recording": {"rows": 9}, "component": {}},
        {"alarms": {"latching": "yes", "chatter_minutes": "x", "shelf_hours": None}},
    ],
)
def test_what_is_missing_or_damaged_is_unknown(damaged: dict[str, object]) -> None:
    assert stored_settings(damaged) == StoredSettings()


def test_part_of_a_list_of_numbers_is_not_taken_for_the_whole() -> None:
    (part,) = stored_settings({"component": [{"channels": [1, "x"], "rollers": 16}]}).parts
    assert (part.channels, part.geometry) == ((), None)


def test_record_without_a_limit_for_shelving_has_the_default_of_the_settings_file() -> None:
    assert longest_shelf(StoredSettings()) == timedelta(hours=load_settings().alarms.shelf_hours)
    assert longest_shelf(StoredSettings(longest_shelf=timedelta(hours=2))) == timedelta(hours=2)
