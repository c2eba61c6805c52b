"""Intake stops while acknowledgements still fit, and resumes automatically."""

from pathlib import Path

import pytest

from engine.config.settings import load_settings
from engine.system.disk_space import free_bytes, has_room


@pytest.mark.parametrize(
    ("free", "paused", "goes_on"),
    [
        (200_000_000, False, True),
        (199_999_999, False, False),
        (200_000_000, True, False),
        (220_000_000, True, True),
        (0, False, False),
    ],
)
def test_intake_stops_at_the_floor_and_goes_on_a_little_above_it(
    free: int, paused: bool, goes_on: bool
) -> None:
    assert has_room(free, load_settings().store.minimum_free, paused=paused) is goes_on


def test_floor_of_nothing_lets_in_to_the_last_byte() -> None:
    assert has_room(0, 0)


def test_disk_of_a_folder_is_asked(tmp_path: Path) -> None:
    free = free_bytes(tmp_path)
    assert free > 0
    assert has_room(free_bytes(tmp_path), 0)
    assert not has_room(free_bytes(tmp_path), 10 * free // 1_000_000 + 1)


def test_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        free_bytes(tmp_path / "nowhere")
