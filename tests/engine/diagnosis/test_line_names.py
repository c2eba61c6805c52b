"""Likely names of peaks: fault lines, shaft orders and mains within the resolution."""

import pytest

from engine.diagnosis.line_names import likely_name, named_lines, nearest_line
from engine.records.stored_settings import StoredMachine, StoredPart, StoredSettings

IMS = StoredSettings(
    machine=StoredMachine(20_480.0, 1996.0, 60.0),
    parts=(StoredPart(channels=(1,), sensitivity=(1.0,), geometry=(16, 0.331, 2.815, 15.17)),),
)


@pytest.mark.parametrize(
    ("hertz", "name"),
    [
        (236.0, "BPFO"),
        (472.0, "2×BPFO"),
        (707.5, "3×BPFO"),
        (296.2, "BPFI"),
        (33.3, "1× shaft"),
        (232.9, "7× shaft"),
        (240.0, "4× mains"),
        (14.8, "FTF"),
        (329.4, "BPFI + shaft"),
        (263.0, "BPFI − shaft"),
        (3333.0, ""),
    ],
)
def test_a_peak_has_the_name_of_the_line_within_reach(hertz: float, name: str) -> None:
    assert likely_name(named_lines(IMS, 0), hertz, 1.5) == name


def test_without_geometry_only_shaft_and_mains_have_names_and_without_settings_nothing() -> None:
    plain = StoredSettings(machine=IMS.machine, parts=(StoredPart(),))
    assert likely_name(named_lines(plain, 0), 236.0, 1.5) == ""
    assert likely_name(named_lines(plain, 5), 66.5, 1.5) == "2× shaft"
    assert named_lines(StoredSettings(), 0) == ()
    assert nearest_line((), 50.0) is None


def test_the_distance_is_to_the_nearest_fault_line_if_there_is_one() -> None:
    nearest = nearest_line(named_lines(IMS, 0), 233.0)
    assert nearest is not None
    assert nearest.name == "BPFO"
    plain = StoredSettings(machine=IMS.machine, parts=(StoredPart(),))
    other = nearest_line(named_lines(plain, 0), 233.0)
    assert other is not None
    assert other.name == "7× shaft"
