"""Text in cells: fitted, shortened, and unable to steer the terminal."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.draw.text import Span, clean, fit, pick, plain, title, window


def test_text_from_outside_cannot_steer_the_terminal() -> None:
    assert clean("a\x1b]0;owned\x07b\u202ec\n[/b]") == "a]0;ownedbc [/b]"


@given(st.text(max_size=40), st.integers(0, 30))
def test_fitted_text_takes_exactly_its_cells(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_the_longest_wording_that_fits_is_taken() -> None:
    assert pick(8, "acknowledged", "acked", "a") == "acked   "
    assert pick(3, "acknowledged", "acked") == "ac…"


def test_a_heading_fills_its_line_and_drops_its_remark_where_there_is_no_room() -> None:
    assert plain([title("Why", 20, "share")]) == "── Why ──── share ──"
    assert plain([title("Why", 10, "share")]) == "── Why ───"
    assert Span("── Why ").text == title("Why", 20)[0].text


@given(st.integers(0, 50), st.integers(0, 49), st.integers(-1, 20))
def test_the_window_holds_the_selected_row_and_is_no_higher_than_allowed(
    count: int, selected: int, height: int
) -> None:
    shown = window(count, selected, height)
    assert len(shown) == min(count, max(height, 0))
    assert selected in shown or selected >= count or height <= 0
