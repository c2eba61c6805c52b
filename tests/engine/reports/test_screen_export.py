"""Exports are written beside earlier ones, under names that every file system takes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.screen_export import safe_name, write_export


def test_picture_and_table_stand_side_by_side_and_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "exports"
    first = write_export(
        folder, "fan-bearing", {"svg": "<svg/>"}, ("Hz", "g"), [(1.0, float("nan")), (2.5, "=1+1")]
    )
    again = write_export(folder, "fan-bearing", {"svg": "<svg></svg>", "png": b"\x89"}, ("Hz", "g"), [])
    assert [file.name for file in first] == ["fan-bearing.svg", "fan-bearing.csv"]
    assert [file.name for file in again] == ["fan-bearing-2.svg", "fan-bearing-2.png", "fan-bearing-2.csv"]
    assert first[0].read_text() == "<svg/>"
    assert again[1].read_bytes() == b"\x89"
    assert first[1].read_text() == "Hz,g\n1,\n2.5,'=1+1\n"


def test_a_screen_without_numbers_has_a_picture_alone(tmp_path: Path) -> None:
    assert [file.name for file in write_export(tmp_path, "help", {"svg": "<svg/>"})] == ["help.svg"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_export(tmp_path / "file" / "exports", "x", {"svg": "<svg/>"})


@given(st.lists(st.text(max_size=80), max_size=4))
def test_any_text_becomes_a_plain_name(parts: list[str]) -> None:
    name = safe_name(*parts)
    assert name
    assert name.isascii()
    assert not set(name) & set('/\\ :*?"<>|\0\n')
    assert not name.startswith((".", "-"))
