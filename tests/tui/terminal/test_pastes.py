"""Pasted texts: whole in any pieces, never read as keys, and never the end of all keys."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste

from tui.terminal.escape_keys import EscapeParser
from tui.terminal.pastes import END, MOST, OPEN_SECONDS, START, Pasted, Pastes, plain_text


def read(pieces: list[str]) -> tuple[str, list[str]]:
    """Return the characters of keys and the texts that were pasted."""
    pastes, keys, texts = Pastes(), "", []
    parts = [part for piece in pieces for part in pastes.read(piece, 0.0)]
    for part in [*parts, *pastes.rest()]:
        if isinstance(part, Pasted):
            texts.append(part.text)
        else:
            keys += part
    return keys, texts


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted({place % (len(text) + 1) for place in places}), len(text)]
    return [text[one:other] for one, other in pairwise(edges) if other > one]


@given(
    before=st.text("aA[~q1", max_size=5),
    pasted=st.text("aA[~2\x1b\n0m1", max_size=30).filter(lambda text: END not in text + END[:-1]),
    after=st.text("aA[~q1", max_size=5),
    places=st.lists(st.integers(0, 60), max_size=8),
)
def test_a_paste_in_any_pieces_is_one_text_and_no_key(
    before: str, pasted: str, after: str, places: list[int]
) -> None:
    keys, texts = read(cut(before + START + pasted + END + after, places))
    assert texts == [plain_text(pasted)]
    # Where Esc of the mark came alone, it was passed on as the key that it then is.
    assert keys.replace("\x1b", "") == before + after


@given(st.text("aA[~2\x1b01OB", max_size=40), st.lists(st.integers(0, 40), max_size=8))
def test_without_marks_every_character_is_passed_on(text: str, places: list[int]) -> None:
    if START[1:] not in text:
        assert read(cut(text, places)) == (text, [])


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\x1b[31mred\x1b[0m b", "ared b"),
        ("a\x1b]0;title\x07b", "ab"),
        ("tab\tand\r\nline\x07\n", "tab and line"),
        ("漢字 é", "漢字 é"),
        ("end\x1b", "end"),
    ],
)
def test_sequences_and_control_characters_leave_a_paste(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_a_paste_whose_end_never_comes_is_over_after_a_silence() -> None:
    pastes = Pastes()
    assert pastes.read(START + "half", 10.0) == []
    assert pastes.overdue(10.0 + OPEN_SECONDS / 2) == []
    assert pastes.overdue(10.1 + OPEN_SECONDS) == [Pasted("half")]
    assert pastes.read("q", 20.0) == ["q"]


def test_a_huge_paste_is_cut_and_its_end_is_found() -> None:
    pastes, parts = Pastes(), []
    for piece in (START, *["x" * 10_000] * 30, END[:3], END[3:] + "q"):
        parts += pastes.read(piece, 0.0)
    (text, keys) = parts
    assert isinstance(text, Pasted)
    assert len(text.text) <= MOST
    assert keys == "q"


def test_keys_work_after_a_paste_in_slow_pieces_with_colours() -> None:
    parser = EscapeParser()
    told = []
    for piece in (START[:1], START[1:], "aA\x1b[31mq", "\x1b", "[20", "1~", "z"):
        told += list(parser.feed(piece))
        told += list(parser.tick())
    assert [one.text for one in told if isinstance(one, Paste)] == ["aAq"]
    assert [one.key for one in told if isinstance(one, Key)][-1] == "z"
    assert not {"A", "q", "a", "2", "tilde"} & {one.key for one in told if isinstance(one, Key)}
