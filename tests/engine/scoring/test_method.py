"""Each version of the scoring keeps its rules, so that bundles go on as they were learned."""

from engine.bundles.bundle import SCORED, SCORING
from engine.diagnosis.fault_lines import SEARCH_RULES
from engine.scoring.method import METHODS


def test_every_version_that_is_scored_has_its_rules() -> None:
    assert SCORED == METHODS.keys() == SEARCH_RULES.keys()
    assert max(SCORED) == SCORING


def test_levels_that_fall_localised_returns_and_tracking_are_of_the_fourth() -> None:
    older = [METHODS[number] for number in (1, 2, 3)]
    assert all(one.falls and not one.returns for one in older)
    assert not any(SEARCH_RULES[number].tracks for number in (1, 2, 3))
    assert (METHODS[4].falls, METHODS[4].returns, SEARCH_RULES[4].tracks) == (False, True, True)
