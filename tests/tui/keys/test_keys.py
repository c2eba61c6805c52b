"""Footer, help and the key table of the docs come from the registry of actions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.console.app import Console
from tui.draw.footer import footer_lines
from tui.draw.glyphs import Glyphs, reduced
from tui.draw.text import plain, width_of
from tui.keys.actions import DEFAULT, keymap_of
from tui.keys.keymap import KeysError, clashes, is_key, key_table, shown_key, textual_key, told_together
from tui.keys.places import PLACES
from tui.screens.help import KEYS_WIDTH, help_lines, help_rows
from tui.screens.registry import SCREENS

ACTIONS = DEFAULT.actions


def test_every_action_has_an_id_a_key_a_word_and_a_sentence() -> None:
    assert len({action.id for action in ACTIONS}) == len(ACTIONS)
    assert all(action.keys and action.word and action.sentence for action in ACTIONS)
    assert all(is_key(key) for action in ACTIONS for key in action.keys)


def test_every_action_can_be_run_where_it_is_said_to_work() -> None:
    for action in ACTIONS:
        name = action.call.partition("(")[0]
        if name.startswith("screen."):
            method = f"action_{name.removeprefix('screen.')}"
            places = action.where or tuple(SCREENS)
            assert all(hasattr(SCREENS[place], method) for place in places), action.id
        else:
            assert hasattr(Console, f"action_{name}"), action.id


def test_every_screen_of_the_table_has_a_key_and_knows_its_place() -> None:
    for place in PLACES:
        assert DEFAULT.by_id[place.id].keys[0] == place.key
    assert set(SCREENS) == {place.id for place in PLACES}


def test_no_two_actions_share_a_key_on_one_screen() -> None:
    assert clashes(ACTIONS) == []


def test_a_key_has_one_meaning_on_all_screens() -> None:
    meanings: dict[str, set[str]] = {}
    for action in ACTIONS:
        for key in action.keys:
            meanings.setdefault(key, set()).add(action.sentence)
    assert {key: sentences for key, sentences in meanings.items() if len(sentences) > 1} == {}


# Changed keys.


def test_keys_can_be_changed_by_id_and_the_hints_follow() -> None:
    keymap = keymap_of({"acknowledge": "k", "follow": ("F", "f6")})
    assert keymap.by_id["follow"].keys == ("F", "f6")
    assert " k ack " in plain(footer_lines(200, 1, keymap, "overview"))
    assert "| `F` `f6` |" in key_table(keymap)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"acknowlege": "k"}, "keys.acknowlege is not an action; the nearest is 'acknowledge'"),
        ({"acknowledge": "hyper+k"}, "'hyper+k' is not a key"),
        ({"acknowledge": "pgup"}, "'pgup' is not a key; the nearest is 'pageup'"),
        ({"acknowledge": ()}, "keys.acknowledge needs a key"),
        ({"acknowledge": "q"}, "keys.acknowledge and keys.quit are both 'q'"),
        ({"acknowledge": "ctrl+c"}, "^c leaves when pressed twice"),
        ({"slower": "("}, ""),
    ],
)
def test_what_cannot_be_a_key_is_refused_in_a_sentence(
    overrides: dict[str, str | tuple[str, ...]], said: str
) -> None:
    if not said:
        assert keymap_of(overrides).by_id["slower"].keys == ("(",)
        return
    with pytest.raises(KeysError) as caught:
        keymap_of(overrides)
    assert said in str(caught.value)


def test_two_actions_may_trade_keys() -> None:
    keymap = keymap_of({"start": "G", "end": "g"})
    assert keymap.keys_of("start") == "G"


@given(st.characters())
def test_any_character_that_is_a_key_has_one_name_that_no_comma_splits(character: str) -> None:
    if is_key(character):
        assert "," not in textual_key(character)
        assert shown_key(character)


# Results.


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("screen", list(SCREENS))
def test_the_footer_is_whole_at_any_width_and_never_without_help_and_quit(width: int, screen: str) -> None:
    (line,) = footer_lines(width, 1, DEFAULT, screen)
    assert width_of(line) <= width
    text = plain([line])
    assert (" Esc back" in text) == (screen != "overview")
    assert (" a ack" in text) == DEFAULT.by_id["acknowledge"].works_on(screen)
    assert " ? help" in text
    assert " q quit" in text


@pytest.mark.parametrize(("width", "height"), [(60, 16), (80, 24), (120, 40)])
def test_the_help_shows_every_key_uncut_if_one_scrolls(width: int, height: int) -> None:
    pages = [plain(help_lines(width, height, DEFAULT, first)) for first in range(120)]
    for page in pages:
        assert len(page.splitlines()) <= height
        assert max(cell_len(line) for line in page.splitlines()) <= width
    text = " ".join("\n".join(pages).split())
    assert "…" not in text
    for action in ACTIONS:
        assert all(shown_key(key) in text for key in action.keys)
        assert all(word in text for word in action.sentence.split())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_in_the_help_the_keys_never_run_into_the_words(width: int) -> None:
    keymap = keymap_of({"follow": ("F", "f6", "ctrl+f", "shift+f7")})
    rows = help_rows(width, keymap)
    told = [row for row in rows if len(row) == 2]
    assert len(told) > 30
    assert all(keys.text.startswith("  ") and keys.text.endswith(" ") for keys, _ in told)
    assert {cell_len(keys.text) for keys, _ in told} == {KEYS_WIDTH + 2}
    assert not any("…" in keys.text for keys, _ in told)
    shown = " ".join(keys.text for keys, _ in told).split()
    assert all(shown_key(key) in shown for action in keymap.actions for key in action.keys)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("screen", list(SCREENS))
def test_in_ascii_no_key_is_written_as_the_key_of_something_else(width: int, screen: str) -> None:
    keymap = replace(DEFAULT, plain=True)
    for group in told_together(DEFAULT.actions):
        shown, own = keymap.all_keys(group), {key for action in group for key in action.keys}
        assert shown.isascii()
        assert all(len(word) > 1 or word in own for word in shown.split())
        keys, _ = keymap.hint(group)
        assert all(len(word) > 1 or word in own for word in keys.split())
    drawn = reduced(plain(footer_lines(width, 1, keymap, screen)), Glyphs.ASCII)
    assert cell_len(drawn) <= width
    assert " ? help" in drawn
    assert "<>" not in drawn
    pages = "\n".join(plain(help_lines(width, 16, keymap, first)) for first in range(80))
    assert "Left Right" in pages
    assert "Up Down" in pages
    assert "Down PgDn " in pages
    assert ", Esc back" in pages


def test_the_table_for_the_readme_has_a_row_for_each_sentence() -> None:
    rows = key_table(DEFAULT).splitlines()
    assert "| `[` `]` | play slower or faster | `slower`, `faster` |" in rows
    assert all(sum(f"| {action.sentence}" in row for row in rows) == 1 for action in ACTIONS)


@pytest.mark.parametrize("name", ["order", "search", "healthy", "listing", "all", "acknowledge"])
def test_keys_are_read_from_the_former_ids_of_the_list_of_machines(name: str) -> None:
    assert keymap_of({f"fleet-{name}": "f5"}).by_id[f"machines-{name}"].keys == ("f5",)


def test_the_present_id_counts_where_the_former_is_given_too() -> None:
    changed = keymap_of({"machines-order": "f6", "fleet-order": "f5", "fleet": "f7"})
    assert changed.by_id["machines-order"].keys == ("f6",)
    assert changed.by_id["machines"].keys == ("f7",)


def test_no_id_or_word_of_a_key_says_fleet() -> None:
    for action in DEFAULT.actions:
        assert "fleet" not in " ".join((action.id, action.word, action.sentence, *action.where))


def test_the_footer_leaves_out_actions_that_have_nothing_to_act_on() -> None:
    idle = frozenset({"accept-proposal", "refuse-proposal"})
    assert "proposal" in plain(footer_lines(200, 1, DEFAULT, "model"))
    shown = plain(footer_lines(200, 1, DEFAULT, "model", idle))
    assert "proposal" not in shown
    assert "K accept" in shown
