"""The one registry of what the console can do; every binding, hint, command and row of help comes from it."""

from collections.abc import Mapping

from tui.keys import Action, Group, Keymap
from tui.screens.table import SCREENS

SEEN = ("overview", "bearing", "alarms")
"""Screens on which alarms can be acted upon: nobody acknowledges what they cannot see."""

SCREEN_SENTENCE = "the screens: "

PANED = ("bearing",)
"""Screens with panes."""

PANE_KEYS = {
    "t": "trend",
    "s": "spectrum",
    "e": "envelope",
    "o": "waterfall",
    "w": "waveform",
    "c": "contributions",
    "i": "figures",
}

ZOOM_SENTENCE = "look nearer, or from further away again"
PAN_SENTENCE = "along the part that is looked at"

ALARMS = (
    Action(
        "acknowledge",
        ("a",),
        "acknowledge",
        "ack",
        "acknowledge the alarm selected, or the most urgent of the bearing selected",
        Group.ALARMS,
        SEEN,
        rank=1,
    ),
)

TIME = (
    Action("play", ("space",), "play", "pause", "pause, and go on", Group.TIME, rank=4),
    Action("follow", ("f",), "follow", "newest", "follow the newest snapshot", Group.TIME, rank=6),
    Action(
        "step-back", ("left",), "step(-1)", "step", "one snapshot back or on, and pause", Group.TIME, rank=7
    ),
    Action(
        "step-on", ("right",), "step(1)", "step", "one snapshot back or on, and pause", Group.TIME, rank=7
    ),
    Action("slower", ("[",), "pace(-1)", "pace", "slower (to ×0.25) or faster (to max)", Group.TIME, rank=8),
    Action("faster", ("]",), "pace(1)", "pace", "slower (to ×0.25) or faster (to max)", Group.TIME, rank=8),
    Action(
        "start", ("g",), "seek('start')", "ends", "to the first or the newest snapshot", Group.TIME, rank=11
    ),
    Action("end", ("G",), "seek('end')", "ends", "to the first or the newest snapshot", Group.TIME, rank=11),
    Action(
        "next-crossing",
        ("N",),
        "cross(1)",
        "crossing",
        "to the next or previous crossing of a limit",
        Group.TIME,
        rank=10,
    ),
    Action(
        "previous-crossing",
        ("P",),
        "cross(-1)",
        "crossing",
        "to the next or previous crossing of a limit",
        Group.TIME,
        rank=10,
    ),
)

LOOKING = (
    Action("up", ("up",), "move(-1)", "select", "select the row above or below", Group.SCREENS, rank=12),
    Action("down", ("down",), "move(1)", "select", "select the row above or below", Group.SCREENS, rank=12),
    Action(
        "panel",
        ("tab",),
        "panel",
        "panel",
        "go from the bearings to the alarms and back",
        Group.SCREENS,
        ("overview",),
        rank=9,
    ),
    Action(
        "open",
        ("enter",),
        "open",
        "open",
        "the selected bearing in detail",
        Group.SCREENS,
        ("overview",),
        rank=5,
    ),
    *(
        Action(
            place.id,
            (place.key,),
            f"go('{place.id}')",
            "screens",
            SCREEN_SENTENCE + ", ".join(one.word for one in SCREENS),
            Group.SCREENS,
            rank=6,
        )
        for place in SCREENS
    ),
    Action(
        "back",
        ("escape",),
        "back",
        "back",
        "back; on the overview, follow the most urgent",
        Group.SCREENS,
        rank=2,
    ),
)

PANES_SENTENCE = "the next or previous pane"

BEARING = (
    Action(
        "next-pane", ("tab",), "screen.pane('next')", "panes", PANES_SENTENCE, Group.SCREENS, PANED, rank=4
    ),
    Action(
        "previous-pane",
        ("shift+tab",),
        "screen.pane('previous')",
        "panes",
        PANES_SENTENCE,
        Group.SCREENS,
        PANED,
    ),
    *(
        Action(
            f"pane-{name}",
            (key,),
            f"screen.pane('{name}')",
            "pane",
            f"the panes of a bearing: {', '.join(PANE_KEYS.values())}",
            Group.SCREENS,
            ("bearing",),
        )
        for key, name in PANE_KEYS.items()
    ),
    Action("zoom-in", ("+",), "screen.zoom(1)", "zoom", ZOOM_SENTENCE, Group.SCREENS, ("bearing",), rank=7),
    Action("zoom-out", ("-",), "screen.zoom(-1)", "zoom", ZOOM_SENTENCE, Group.SCREENS, ("bearing",), rank=7),
    Action("pan-left", ("<",), "screen.pan(-1)", "along", PAN_SENTENCE, Group.SCREENS, ("bearing",), rank=9),
    Action("pan-right", (">",), "screen.pan(1)", "along", PAN_SENTENCE, Group.SCREENS, ("bearing",), rank=9),
    Action(
        "channel",
        ("h",),
        "screen.channel",
        "channel",
        "the next channel of the bearing",
        Group.SCREENS,
        ("bearing",),
        rank=12,
    ),
)

CONSOLE = (
    Action(
        "palette",
        ("ctrl+p", ":"),
        "command_palette",
        "find",
        "find what can be done, by typing",
        Group.CONSOLE,
        rank=13,
    ),
    Action("help", ("?",), "help", "help", "this list", Group.CONSOLE, rank=3),
    Action("quit", ("q",), "quit", "quit", "leave; nothing that is stored is lost", Group.CONSOLE, rank=3),
)

DEFAULT = Keymap((*ALARMS, *TIME, *LOOKING, *BEARING, *CONSOLE))
"""Every action with its own keys."""


def keymap_of(overrides: Mapping[str, str | tuple[str, ...]]) -> Keymap:
    """The keys in force.

    Args:
        overrides: keys by the id of the action, as [keys] in config.toml has them.

    Raises:
        KeysError: an id or a key that there is not, or two actions on one key.
    """
    listed = {id: (keys,) if isinstance(keys, str) else tuple(keys) for id, keys in overrides.items()}
    return DEFAULT.changed(listed)
