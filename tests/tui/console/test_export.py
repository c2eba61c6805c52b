"""Export and copy by key: files with what is on the screen, and reasons where there are none."""

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import put, settled
from tui.console.app import Console

Make = Callable[..., Console]


async def shown(pilot: Pilot[None], *keys: str) -> None:
    await settled(pilot)
    assert isinstance(pilot.app, Console)
    put(pilot.app, 110)
    await settled(pilot)
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


@pytest.mark.parametrize(
    ("keys", "name", "column"),
    [
        ((), "overview-severity", "severity Bearing 1"),
        (("2", "e"), "bearing-envelope", "squared envelope / its mean"),
        (("2", "d"), "bearing-bands", "band power [dB re 1 V]"),
        (("2", "r"), "bearing-trend", "limit"),
        (("2", "i"), "bearing-figures", "crest factor"),
        (("2", "u"), "bearing-waterfall", "time"),
        (("2", "c"), "bearing-contributions", "share ch 1"),
    ],
)
async def test_what_is_plotted_is_exported_with_its_picture(
    console: Make, whole_store: Path, tmp_path: Path, keys: tuple[str, ...], name: str, column: str
) -> None:
    app = console(whole_store, exports=tmp_path / "out")
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, *keys, "E")
        notice = app.controller.notice.text
    files = sorted((tmp_path / "out").iterdir())
    assert [file.suffix for file in files] == [".csv", ".png", ".svg"]
    assert all(file.name.startswith(f"ims-set2-{name}-20040217T") for file in files)
    assert str(tmp_path / "out") in notice
    assert notice.startswith("Exported as .svg, .png and .csv: ")
    assert files[2].name in notice
    assert all(file.suffix in notice for file in files)
    assert files[1].read_bytes().startswith(b"\x89PNG")
    with files[0].open() as table:
        rows = list(csv.reader(table))
    assert column in rows[0]
    assert len(rows) > 10
    assert "Bearing 1" in files[2].read_text()


async def test_a_pane_without_numbers_is_a_picture_alone(
    console: Make, whole_store: Path, tmp_path: Path
) -> None:
    app = console(whole_store, exports=tmp_path / "out")
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, "2", "s", "E")
        assert "plots no numbers" in app.controller.notice.text
    assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".png", ".svg"]


async def test_without_pillow_the_notice_says_how_to_get_it_and_the_rest_is_written(
    console: Make, whole_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    app = console(whole_store, exports=tmp_path / "out")
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, "E")
        assert "pip install 'raceway[pictures]'" in app.controller.notice.text
    assert sorted(file.suffix for file in (tmp_path / "out").iterdir()) == [".csv", ".svg"]


async def test_a_folder_that_cannot_be_written_is_named(
    console: Make, whole_store: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").write_text("")
    app = console(whole_store, exports=tmp_path / "out")
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, "E")
        assert "Nothing exported" in app.controller.notice.text
        assert "out" in app.controller.notice.text


async def test_numbers_are_copied_only_where_the_settings_allow_it(console: Make, whole_store: Path) -> None:
    app = console(whole_store)
    async with app.run_test(size=(100, 30)) as pilot:
        await shown(pilot, "2", "d", "Y")
        assert "clipboard = true in [console]" in app.controller.notice.text
        assert app.clipboard == ""
    allowed = console(whole_store, clipboard=True)
    async with allowed.run_test(size=(100, 30)) as pilot:
        await shown(pilot, "2", "d", "Y")
        assert "Copied 24 rows (bands)" in allowed.controller.notice.text
        assert allowed.clipboard.startswith("frequency [Hz]\tband power")
        await shown(pilot, "s", "Y")
        assert "plots no numbers" in allowed.controller.notice.text
