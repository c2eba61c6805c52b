"""Footer, help and the table for the README come from the one list of keys."""

import pytest
from rich.cells import cell_len

from tui.app import Console
from tui.draw.text import plain, width_of
from tui.keys import FOOTER, KEYS, footer_lines, help_lines, key_table


def test_every_key_has_an_id_a_word_and_a_sentence() -> None:
    assert len({binding.id for binding in KEYS}) == len(KEYS)
    assert all(binding.id and binding.description and binding.tooltip for binding in KEYS)


def test_every_key_has_an_action_that_exists() -> None:
    for binding in KEYS:
        assert hasattr(Console, f"action_{binding.action.split('(')[0]}")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("back", [False, True])
def test_the_footer_is_whole_at_any_width_and_never_without_help_acknowledge_and_quit(
    width: int, back: bool
) -> None:
    (line,) = footer_lines(width, 1, back=back)
    assert width_of(line) <= width
    text = plain([line])
    assert text.startswith(" Esc back" if back else " a ack") or "Esc back" in text
    assert " a ack" in text
    assert " ? help" in text
    assert " q quit" in text


def test_the_footer_names_every_key_but_back_where_there_is_room() -> None:
    assert {one for group in FOOTER for one in group} | {"back"} == {binding.id for binding in KEYS}


@pytest.mark.parametrize(("width", "height"), [(60, 16), (80, 24), (120, 40)])
def test_the_help_shows_every_key_uncut(width: int, height: int) -> None:
    text = plain(help_lines(width, height))
    assert len(text.splitlines()) <= height
    assert "…" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= width
    for binding in KEYS:
        assert binding.tooltip in text
        assert (binding.key_display or "") in text


def test_the_table_for_the_readme_has_a_row_for_each_sentence() -> None:
    rows = key_table().splitlines()
    assert rows[0] == "| key | what it does |"
    assert "| `[` `]` | slower (to ×0.25) or faster (to max) |" in rows
    assert all(sum(binding.tooltip in row for row in rows) == 1 for binding in KEYS)
