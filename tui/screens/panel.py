"""Panels: lines of styled text, of which only the changed ones are sent to the terminal."""

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual.css.styles import RenderStyles
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui.draw.glyphs import Glyphs, reduced
from tui.draw.text import Line, Lines, Role, Span, width_of

Draw = Callable[[int, int], Lines]
"""From a width and a height in cells to at most so many lines."""

ROLE_CLASSES = frozenset(f"panel--{role}" for role in Role)
"""One component class for each role of text. The application has them: a set for each panel takes time."""

FILLED = frozenset(
    {
        Role.RINGING,
        Role.RINGING_HIGH,
        Role.RINGING_MEDIUM,
        Role.RINGING_LOW,
        Role.RULED,
        Role.RULED_ALARM,
    }
)
"""Roles in which a blank is seen."""


class Panel(Widget):
    """Lines of text. The compositor sends dirty regions whole, so the panel compares its lines first."""

    ALLOW_SELECT = False
    wanted: reactive[int] = reactive(1, layout=True)
    """Lines that the panel would like to have, for `height: auto`."""

    def __init__(self, *, id: str) -> None:
        """Start empty; `show` gives it something to draw."""
        super().__init__(id=id)
        self._draw: Draw | None = None
        self._key: object = None
        self._lines: Lines = []
        self._styles: dict[Role, tuple[RenderStyles, Style]] = {}
        self._drawn_in: Size | None = None
        """The size that the lines are for, None where they are yet to be drawn."""

    def show(self, draw: Draw, key: object = None) -> None:
        """Draw this from now on, in whatever size the panel has.

        Args:
            draw: gives the lines.
            key: the values that the lines depend on; with the same key nothing is drawn again.
        """
        if key is not None and key == self._key:
            return
        self._draw, self._key = draw, key
        if self._drawn_in == self.size:
            self._update()
        else:
            # Also while it is hidden and has no size: it may come back in the size of the old lines.
            self._drawn_in = None
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the wanted height."""
        return self.wanted

    def render_line(self, y: int) -> Strip:
        """Return a line, blank below the last."""
        if self._drawn_in != self.size:
            # Only now, so that a new size is never painted blank first.
            self._drawn_in, self._lines = self.size, self._drawn()
        width = self.size.width
        line: Line = self._lines[y] if y < len(self._lines) else ()
        segments: list[Segment] = []
        role = Role.PLAIN
        style: Style | None = None
        ground, papered = self.rich_style, False
        for span in line:
            if style is None or span.text.strip() or span.role in FILLED or role in FILLED or papered:
                # Blanks look alike in most roles: keeping the style spares a change of colour.
                papered = span.paper is not None
                role, style = span.role, ground + self._style(span.role)
                if span.paper is not None:
                    style = style + Style(bgcolor=self._style(span.paper).color)
            segments.append(Segment(span.text, style))
        rest = ground if style is None or role in FILLED or papered else style
        return Strip(segments).simplify().adjust_cell_length(width, rest)

    def _style(self, role: Role) -> Style:
        """Return the style of a role, without the ground that it does not set itself."""
        styles = self.app.get_component_styles(f"panel--{role}")
        # With another theme, the application has new styles.
        known = self._styles.get(role)
        if known is None or known[0] is not styles:
            known = self._styles[role] = styles, styles.partial_rich_style
        return known[1]

    def _drawn(self) -> Lines:
        """Return the lines for the present size."""
        width, height = self.size
        return [] if self._draw is None else self._in_glyphs(self._draw(width, height)[:height])

    def _update(self) -> None:
        width = self.size.width
        before, self._lines = self._lines, self._drawn()
        for y in range(max(len(before), len(self._lines))):
            if before[y : y + 1] != self._lines[y : y + 1]:
                old, new = (lines[y] if y < len(lines) else () for lines in (before, self._lines))
                start, end = changed(old, new, width)
                if end > start:
                    self.refresh(Region(start, y, end - start, 1))

    def _in_glyphs(self, lines: Lines) -> Lines:
        """Return the lines in glyphs that the terminal can show."""
        glyphs = getattr(self.app, "glyphs", Glyphs.UNICODE)
        if glyphs is Glyphs.UNICODE:
            return lines
        return [
            tuple(Span(reduced(span.text, glyphs), span.role, span.paper) for span in line) for line in lines
        ]


def changed(old: Line, new: Line, width: int) -> tuple[int, int]:
    """Return from and to which cell two lines differ."""
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    start = width_of(old[:same])
    if width_of(old) != width_of(new):
        return min(start, width), width
    tail = 0
    while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return min(start, width), min(width_of(new[: len(new) - tail]), width)
