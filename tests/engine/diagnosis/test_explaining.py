"""A surface is clear if it explains the lines of others and is not explained by them."""

import numpy as np
import pytest

from engine.diagnosis.explaining import (
    Case,
    Lines,
    best_cases,
    clear_case,
    explained_by,
    leading_case,
    weighed,
)
from engine.diagnosis.fault_lines import NEWEST_RULE, line_search
from engine.signals.bearing import Surface

HERTZ = {Surface.OUTER: 236.0, Surface.INNER: 296.5, Surface.ROLLER: 279.5, Surface.CAGE: 14.75}
SHAFT = 33.27
OUTER, INNER, ROLLER, CAGE = range(4)
MODULATED = frozenset({Surface.ROLLER})


class Seen:
    """Lines of a bearing at 1 Hz, set by hand: nothing exceeds until it is put there."""

    def __init__(self) -> None:
        self.search = line_search(HERTZ, SHAFT, 50.0, 1.0, 4000)
        shape = (1, 4, len(NEWEST_RULE.lines))
        self.above, self.hints = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self.exceeds, self.places = np.zeros(shape, np.bool_), np.zeros(shape, np.int64)
        for number, surface in enumerate(HERTZ):
            for line, (order, side) in enumerate(NEWEST_RULE.lines):
                place = order * HERTZ[surface] + side * self.search.spacing[number]
                self.places[0, number, line] = round(place)

    def put(self, surface: int, *lines: tuple[int, int], above: float = 1.0, at: int = 0) -> "Seen":
        for one in lines:
            line = NEWEST_RULE.lines.index(one)
            self.exceeds[0, surface, line], self.above[0, surface, line] = True, above
            if at:
                self.places[0, surface, line] = at
        return self

    def hint(self, surface: int, line: tuple[int, int], excess: float) -> "Seen":
        self.hints[0, surface, NEWEST_RULE.lines.index(line)] = excess
        return self

    def lines(self) -> Lines:
        return weighed(self.search, self.above, self.exceeds, self.places, self.hints)

    def clear(self) -> int | None:
        case = clear_case(self.lines(), MODULATED)
        return None if case is None else case.surface


@pytest.mark.parametrize("surface", [OUTER, INNER, CAGE])
def test_two_harmonics_name_a_race_or_the_cage(surface: int) -> None:
    assert Seen().put(surface, (1, 0)).clear() is None
    assert Seen().put(surface, (1, 0), (3, 0)).clear() == surface


def test_sidebands_of_an_inner_race_stand_for_a_second_harmonic() -> None:
    assert Seen().put(INNER, (2, 0), (2, -1)).clear() is None
    assert Seen().put(INNER, (2, 0), (2, -1), (2, 1)).clear() == INNER


def test_roller_needs_a_sideband_of_the_cage() -> None:
    assert Seen().put(ROLLER, (1, 0), (2, 0), (3, 0)).clear() is None
    assert Seen().put(ROLLER, (1, 0), (2, 0), (1, 1)).clear() == ROLLER


def test_sidebands_of_a_roller_in_the_search_of_the_inner_race_do_not_count() -> None:
    seen = Seen().put(ROLLER, (1, 0), (2, 0), (1, 1), (2, 1))
    seen.put(INNER, (1, 0), at=round(279.5 + 14.75)).put(INNER, (2, 0), at=round(2 * 279.5 + 2 * 14.75))
    assert seen.clear() == ROLLER


def test_lines_of_the_cage_beside_those_of_a_roller_are_its_load() -> None:
    assert Seen().put(ROLLER, (1, 0), (2, 0), (1, 1), (1, -1)).put(CAGE, (1, 0), (2, 0)).clear() == ROLLER


def test_many_harmonics_of_the_cage_explain_a_line_of_every_surface() -> None:
    seen = Seen().put(CAGE, (1, 0), (2, 0), (3, 0), (4, 0), (5, 0))
    seen.put(OUTER, (1, 0), at=16 * 15 - 4).put(OUTER, (2, 0), at=32 * 15 - 8)
    assert seen.clear() == CAGE


def test_two_surfaces_with_lines_of_their_own_are_not_clear_unless_one_leads() -> None:
    both = Seen().put(OUTER, (1, 0), (2, 0)).put(INNER, (1, 0), (2, 0))
    assert both.clear() is None
    assert both.put(OUTER, (3, 0), (4, 0)).clear() == OUTER


def test_race_beside_a_comparable_sideband_of_a_roller_is_doubtful() -> None:
    seen = Seen().put(OUTER, (1, 0), (2, 0))
    assert seen.hint(ROLLER, (1, -1), 0.4).clear() == OUTER
    assert seen.hint(ROLLER, (1, -1), 0.6).clear() is None


def test_comb_explains_its_sidebands_and_nothing_between() -> None:
    seen = Seen().put(INNER, (1, 0), (2, 0))
    case = Case(INNER, 0, (0, 1), 2.0)
    on, off = round(593 - SHAFT), round(593 - SHAFT / 2)
    seen.places[0, ROLLER, :2] = on, off
    assert explained_by(seen.lines(), case)[0, ROLLER, :2].tolist() == [True, False]


def test_nothing_speaks_for_nothing() -> None:
    assert best_cases(Seen().lines()) == {}
    assert Seen().clear() is None


def test_older_scorings_decide_by_weight_alone_and_for_the_cage() -> None:
    seen = Seen().put(ROLLER, (1, 0), (2, 0))
    case = leading_case(seen.lines())
    assert case is not None
    assert case.surface == ROLLER
    assert leading_case(seen.put(OUTER, (1, 0), (2, 0)).lines()) is None
    case = leading_case(seen.put(CAGE, (1, 0), (2, 0), above=5.0).lines())
    assert case is not None
    assert case.surface == CAGE
