"""The table of causes is whole: every cause has its row, its advice is a setting and its rule exists."""

from importlib import import_module

import pytest

from engine.alarms.causes import CAUSES
from engine.config.sections.core import AdviceSettings
from engine.records.events import Cause, Priority


def test_every_cause_has_a_row() -> None:
    assert set(CAUSES) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_row_names_a_setting_and_a_rule_that_exist(cause: Cause) -> None:
    rule = CAUSES[cause]
    assert not rule.advice or rule.advice in AdviceSettings.model_fields
    module, function = rule.raised_by.split(".")
    assert callable(getattr(import_module(f"engine.alarms.{module}"), function))


def test_what_leaves_the_machine_unwatched_is_always_notified() -> None:
    unwatched = {
        Cause.NO_DATA,
        Cause.REFUSED,
        Cause.RECORDER_CLOCK,
        Cause.LAYOUT_CHANGED,
        Cause.ENGINE_FAILED,
        Cause.MODEL_MISSING,
    }
    assert {cause for cause, rule in CAUSES.items() if rule.always_notified} == unwatched


def test_advisories_are_low() -> None:
    low = {cause for cause, rule in CAUSES.items() if rule.priority is Priority.LOW}
    assert low == {Cause.TREND, Cause.CONDITION}
