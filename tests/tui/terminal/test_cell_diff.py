"""The reduced output shows the same on a terminal, and is never longer than needed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import get_character_cell_size

from tests.tui.conftest import settled
from tui.console.app import Console
from tui.terminal.cell_diff import Thrift
from tui.terminal.driver import ThriftyDriver

Make = Callable[..., Console]

COLUMNS, ROWS = 12, 4
COMMAND = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|([^\x1b])")
ENDS = {22: (1, 2), 23: (3,), 24: (4,), 25: (5,), 27: (7,), 28: (8,), 29: (9,)}


class Screen:
    """A terminal without line wrap: characters and their styles."""

    def __init__(self) -> None:
        self.cells = {(x, y): ("?", "") for x in range(COLUMNS) for y in range(ROWS)}
        self.x = self.y = 0
        self.style: dict[object, str] = {}

    def feed(self, data: str) -> "Screen":
        for parameters, final, character in COMMAND.findall(data):
            if character == "\n":
                self.y += 1
            elif character:
                self.put(character)
            elif final == "m":
                self.dress([int(number or 0) for number in parameters.split(";")])
            elif final == "H":
                self.y, self.x = (int(number) - 1 for number in parameters.split(";"))
            elif final == "C":
                self.x += int(parameters or 1)
            elif final == "J":
                self.cells = dict.fromkeys(self.cells, (" ", self.look(" ")))
        return self

    def dress(self, numbers: list[int]) -> None:
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.style = {}
            elif number in (38, 48):
                count = 4 if numbers[0] == 2 else 2
                self.style[number] = str(numbers[:count])
                del numbers[:count]
            elif number in (39, 49):
                self.style.pop(number - 1, None)
            elif number in ENDS:
                for one in ENDS[number]:
                    self.style.pop(one, None)
            elif number < 10:
                self.style[number] = "on"
            else:
                self.style[38 if number // 10 in (3, 9) else 48] = str(number)

    def look(self, character: str) -> str:
        seen = {4, 5, 7, 8, 9, 48} if character == " " and not self.style.keys() & {4, 5, 7, 8, 9} else None
        return str(sorted((str(key), one) for key, one in self.style.items() if seen is None or key in seen))

    def put(self, character: str) -> None:
        width = get_character_cell_size(character)
        if self.cells[self.x, self.y][0] == "":
            self.cells[self.x - 1, self.y] = (" ", "left of a half")
        for place in range(self.x, self.x + width):
            self.cells[place, self.y] = (character if place == self.x else "", self.look(character))
        self.x += width
        if self.x < COLUMNS and self.cells[self.x, self.y][0] == "":
            self.cells[self.x, self.y] = (" ", "right of a half")


COLOURS = ("38;2;1;2;3", "48;2;18;18;18", "38;5;9", "48;5;200")
LOOKS = st.lists(
    st.sampled_from(
        [
            *COLOURS,
            "0",
            "",
            "1",
            "2",
            "3",
            "4",
            "7",
            "9",
            "22",
            "24",
            "27",
            "29",
            "31",
            "97",
            "44",
            "39",
            "49",
        ]
    ),
    max_size=4,
).map(lambda parts: f"\x1b[{';'.join(parts)}m")
TEXTS = st.text(st.sampled_from("ab  ▁█軸"), min_size=1, max_size=8)


@st.composite
def frames(draw: st.DrawFn) -> list[str]:
    """Draw the output of a program: moves, styles, text within its line."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        frame = "\x1b[?2026h"
        for _ in range(draw(st.integers(1, 6))):
            x, y = draw(st.integers(0, COLUMNS - 1)), draw(st.integers(0, ROWS - 1))
            frame += f"\x1b[{y + 1};{x + 1}H"
            for _ in range(draw(st.integers(1, 3))):
                text = draw(TEXTS)
                frame += draw(LOOKS)
                if x + (width := sum(map(get_character_cell_size, text))) <= COLUMNS:
                    frame += text
                    x += width
            if draw(st.booleans()) and y < ROWS - 1:
                frame += "\n"
        found.append(frame + draw(st.sampled_from(["", "\x1b[2J", "\x1b[?2026l"])))
    return found


@given(frames())
def test_the_screen_is_the_same(written: list[str]) -> None:
    thrift, whole, spared = Thrift(), Screen(), Screen()
    thrift.forget(COLUMNS, ROWS)
    for frame in written:
        whole.feed(frame)
        spared.feed(thrift.passed(frame))
        assert spared.cells == whole.cells


def known(*written: str) -> Thrift:
    thrift = Thrift()
    thrift.forget(COLUMNS, ROWS)
    for data in written:
        thrift.passed(data)
    return thrift


STYLED = "\x1b[1;38;2;1;2;3;48;2;18;18;18m"
FRAME = f"\x1b[1;1H{STYLED}four five\x1b[0m\x1b[1;1H"


def test_what_is_there_is_not_sent_again() -> None:
    assert known(FRAME).passed(FRAME) == ""


def test_only_what_changed_is_sent_and_of_its_look_only_what_is_other() -> None:
    changed = f"\x1b[1;1H{STYLED}four \x1b[0m\x1b[1;38;2;9;2;3;48;2;18;18;18mfine\x1b[0m\x1b[1;1H"
    assert known(FRAME).passed(changed) == "\x1b[5C\x1b[38;2;9;2;3mfine\x1b[1;1H"


def test_a_blank_is_sent_in_whatever_look_has_its_ground() -> None:
    sent = known("").passed("\x1b[1;1H\x1b[1;31;44ma\x1b[0m\x1b[32;44m \x1b[0m\x1b[1;31;44mb\x1b[0m")
    assert sent == "\x1b[1;1H\x1b[0;1;31;44ma b"


def test_text_goes_on_after_a_wide_character_that_was_there() -> None:
    written = "\x1b[1;1Ha軸\x1b[0mb\x1b[1;1H"
    assert known(written).passed(written) == ""
    assert known(written).passed("\x1b[1;1Ha軸\x1b[0mc\x1b[1;1H") == "\x1b[3Cc\x1b[1;1H"


def test_after_forgetting_all_is_sent() -> None:
    thrift = known(FRAME)
    thrift.forget(COLUMNS, ROWS)
    assert "four five" in thrift.passed(FRAME)


@pytest.mark.parametrize(
    "strange", ["\x1b[?1049h", "\x1b]52;c;eA==\x07", "\x1b[21m", "\x1b[K", "\x1b7", "\r"]
)
def test_what_is_not_understood_is_handed_on_and_nothing_is_known_after_it(strange: str) -> None:
    thrift = known(FRAME)
    assert strange in thrift.passed(strange)
    assert "four five" in thrift.passed(FRAME)


def test_text_after_what_is_not_understood_is_handed_on_until_it_is_said_where_it_stands() -> None:
    thrift = known(FRAME)
    assert thrift.passed("\r\x1b[31mfour\x1b[0m").endswith("\r\x1b[31mfour\x1b[0m")
    assert thrift.passed("\x1b[21mfour") == "\x1b[21mfour"
    assert thrift.passed("\x1b[0m\x1b[2;2Hx") == "\x1b[0m\x1b[2;2H\x1b[0mx"


def test_text_that_would_run_over_the_edge_is_handed_on() -> None:
    assert "a" * 20 in known(FRAME).passed(f"\x1b[2;1H{'a' * 20}")


def test_before_the_size_is_known_all_is_handed_on() -> None:
    assert Thrift().passed(FRAME) == FRAME


async def test_another_size_or_screen_sends_everything_anew(
    console: Make, whole_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = console(whole_store)
    sizes: list[tuple[int, int]] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        monkeypatch.setattr(app._driver, "forget", lambda *size: sizes.append(size), raising=False)
        await pilot.press("4")
        await pilot.resize_terminal(60, 16)
        await settled(pilot)
        assert sizes[0] == (80, 24)
        assert (60, 16) in sizes
        sizes.clear()
        await pilot.press("ctrl+l")
        assert sizes == [(60, 16)]


def test_the_console_writes_by_it(console: Make, whole_store: Path) -> None:
    assert console(whole_store).driver_class is ThriftyDriver


def test_looks_that_change_in_every_row_are_sent_look_by_look() -> None:
    thrift, shown = Thrift(), Screen()
    thrift.forget(COLUMNS, ROWS)
    colours = "\x1b[0;38;2;141;152;166m", "\x1b[0;38;2;95;179;240m"
    frame = "".join(
        f"\x1b[{row};1H{colours[0]}a│{colours[1]}▁▂{colours[0]}│{colours[1]}▃" for row in (1, 2, 3, 4)
    )
    sent = thrift.passed(frame)
    assert sent.count("m") == 2
    assert shown.feed(sent).cells == Screen().feed(frame).cells


def test_wide_characters_keep_their_order() -> None:
    thrift, whole, spared = Thrift(), Screen(), Screen()
    thrift.forget(COLUMNS, ROWS)
    red, blue = "\x1b[0;31m", "\x1b[0;34m"
    frame = f"\x1b[1;1H{red}軸{blue}ab{red}軸{blue}cd\x1b[1;2H{red}x{blue}yz"
    assert spared.feed(thrift.passed(frame)).cells == whole.feed(frame).cells
