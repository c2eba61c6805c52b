"""Esc and a key typed right after it, as a terminal sends them; and the sequences of special keys."""

import pytest
from textual.events import Key, Paste

from tui.terminal.escape_keys import EscapeParser


def keys(sent: str) -> list[str]:
    """Names of the keys that are read from what a terminal sends in one go, followed by silence."""
    parser = EscapeParser()
    return [one.key for part in (sent, "") for one in parser.feed(part) if isinstance(one, Key)]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("\x1bt", ["alt+t"]),
        ("\x1b1", ["alt+1"]),
        ("\x1b\r", ["alt+enter"]),
        ("\x1b\t", ["alt+tab"]),
        ("\x1b:", ["alt+colon"]),
        ("\x1b\x7f", ["alt+backspace"]),
        ("\x1byes", ["alt+y", "e", "s"]),
        ("\x1by\x1b", ["alt+y", "escape"]),
        ("\x1b[", ["alt+left_square_bracket"]),
    ],
)
def test_a_key_right_after_escape_is_never_read_as_that_key(sent: str, read: list[str]) -> None:
    assert keys(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("\x1b", ["escape"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("\x1b[A", ["up"]),
        ("\x1bOB", ["down"]),
        ("\x1b\x1b[A", ["escape", "up"]),
        ("\r", ["enter"]),
        ("^", ["circumflex_accent"]),
    ],
)
def test_escape_alone_and_special_keys_are_read_as_before(sent: str, read: list[str]) -> None:
    assert keys(sent) == read


def test_a_paste_is_one_text() -> None:
    pasted = [one for one in EscapeParser().feed("\x1b[200~a note\x1b[201~x") if isinstance(one, Paste)]
    assert [one.text for one in pasted] == ["a note"]
