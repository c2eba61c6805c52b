"""The keys: one list from which the bindings, the footer, the help screen and the README's table come."""

from rich.cells import cell_len
from textual.binding import Binding

from tui.draw.text import Line, Lines, Role, Span, fit, title

ACKNOWLEDGE = "acknowledge the alarm selected, or the most urgent"
SELECT = "select the row above or below"
PANEL = "go from the bearings to the alarms and back"
PLAY = "pause, and go on"
STEP = "one snapshot back or on, and pause"
PACE = "slower (to ×0.25) or faster (to max)"
SEEK = "to the first or the newest snapshot"
CROSS = "to the next or previous crossing of a limit"
DETAIL = "the selected bearing in detail"
BACK = "back; on the overview, follow the most urgent"
HELP = "this list"
QUIT = "leave; nothing that is stored is lost"

KEYS = (
    Binding("a", "acknowledge", "ack", id="acknowledge", key_display="a", tooltip=ACKNOWLEDGE),
    Binding("up", "move(-1)", "select", id="up", key_display="↑", tooltip=SELECT),
    Binding("down", "move(1)", "select", id="down", key_display="↓", tooltip=SELECT),
    Binding("tab,shift+tab", "panel", "panel", id="panel", key_display="Tab", priority=True, tooltip=PANEL),
    Binding("space", "play", "pause", id="play", key_display="Space", tooltip=PLAY),
    Binding("left", "step(-1)", "step", id="step-back", key_display="←", tooltip=STEP),
    Binding("right", "step(1)", "step", id="step-on", key_display="→", tooltip=STEP),
    Binding("left_square_bracket", "pace(-1)", "pace", id="slower", key_display="[", tooltip=PACE),
    Binding("right_square_bracket", "pace(1)", "pace", id="faster", key_display="]", tooltip=PACE),
    Binding("g", "seek('start')", "start", id="start", key_display="g", tooltip=SEEK),
    Binding("G", "seek('end')", "end", id="end", key_display="G", tooltip=SEEK),
    Binding("N", "cross(1)", "crossing", id="next-crossing", key_display="N", tooltip=CROSS),
    Binding("P", "cross(-1)", "crossing", id="previous-crossing", key_display="P", tooltip=CROSS),
    Binding("enter", "detail", "detail", id="detail", key_display="Enter", tooltip=DETAIL),
    Binding("escape", "back", "back", id="back", key_display="Esc", tooltip=BACK),
    Binding("question_mark", "help", "help", id="help", key_display="?", tooltip=HELP),
    Binding("q,ctrl+q,ctrl+c", "quit", "quit", id="quit", key_display="q", priority=True, tooltip=QUIT),
)
"""Every key of the console; `description` is the word in the footer, `tooltip` the sentence in the help,
one for keys that belong together."""

FOOTER = (
    ("acknowledge",),
    ("help",),
    ("quit",),
    ("play",),
    ("detail",),
    ("step-back", "step-on"),
    ("slower", "faster"),
    ("next-crossing", "previous-crossing"),
    ("panel",),
    ("start", "end"),
    ("up", "down"),
)
"""Ids in order of need: where the line is too short, the last ones are left out whole."""

BY_ID = {binding.id: binding for binding in KEYS if binding.id is not None}


def footer_lines(width: int, _height: int, *, back: bool = False) -> Lines:
    """As many key hints as fit whole, in the order of the key list.

    Args:
        width: cells.
        back: on a screen over the overview: how to leave it instead of how to get there.
    """
    groups = [group for group in FOOTER if group != ("detail",)] if back else list(FOOTER)
    if back:
        groups.insert(0, ("back",))
    chosen: list[tuple[str, ...]] = []
    for group in groups:
        if width_of_hints([*chosen, group]) <= width:
            chosen.append(group)
    order = [binding.id for binding in KEYS]
    chosen.sort(key=lambda group: order.index(group[0]))
    spans: list[Span] = []
    for group in chosen:
        keys, word = hint(group)
        spans += [Span(f" {keys}", Role.STRONG), Span(f" {word} ", Role.DIM)]
    return [tuple(spans)]


def hint(group: tuple[str, ...]) -> tuple[str, str]:
    """The keys of a group and the word for what they do: `[ ]`, `pace`."""
    words = dict.fromkeys(BY_ID[one].description for one in group)
    shown = [BY_ID[one].key_display or "" for one in group]
    return ("".join(shown) if shown[0] in "←↑" else " ".join(shown)), "/".join(words)


def width_of_hints(groups: list[tuple[str, ...]]) -> int:
    """Cells that the hints of some groups take together."""
    return sum(cell_len(keys) + cell_len(word) + 3 for keys, word in map(hint, groups))


def help_lines(width: int, height: int) -> Lines:
    """The help screen: every key and what it does, then what the glyphs mean."""
    rows: list[Line] = [
        (Span(f"  {keys:<7}", Role.STRONG), Span(fit(sentence, width - 9))) for keys, sentence in sentences()
    ]
    signs = (
        "▲ UNACK  △ acked  ▽ returned, UNACK  ◆ above limit",
        "● normal  ○ baseline  ■ stopped  ✕ sensor  ? no data",
        "Severity 1.00 is the limit. · nothing to score there",
    )
    lines: Lines = [title("Keys", width, "Esc back"), *rows]
    if height > len(lines) + len(signs):
        lines.append(title("Signs", width))
    lines.extend((Span("  " + fit(sign, width - 2)),) for sign in signs)
    return lines[:height]


def sentences() -> list[tuple[str, str]]:
    """Each sentence with its keys, in the order of the key list."""
    keys: dict[str, list[str]] = {}
    for binding in KEYS:
        keys.setdefault(binding.tooltip, []).append(binding.key_display or binding.key)
    return [(" ".join(shown), sentence) for sentence, shown in keys.items()]


def key_table() -> str:
    """The keys as a table in Markdown."""
    rows = [
        f"| {' '.join(f'`{key}`' for key in keys.split())} | {sentence} |" for keys, sentence in sentences()
    ]
    return "\n".join(["| key | what it does |", "|---|---|", *rows])
