"""The registry of actions, the source of bindings, footer, palette, help and the table of keys."""

from collections.abc import Mapping

from tui.keys.alarm_actions import ALARM_ACTIONS
from tui.keys.analyst_actions import ANALYST_ACTIONS
from tui.keys.fleet_actions import FLEET_ACTIONS
from tui.keys.keymap import Action, Group, Keymap
from tui.keys.pane_actions import PANE_ACTIONS
from tui.keys.places import ONE_MACHINE, PLACES, present_id
from tui.keys.replay_actions import REPLAY_ACTIONS
from tui.keys.sentences import OPEN

SCREEN_SENTENCE = "the screens: "

TIME = (
    Action("play", ("space",), "play", "pause", "pause or continue", Group.TIME, ONE_MACHINE, rank=4),
    Action(
        "follow", ("f",), "follow", "newest", "follow the newest snapshot", Group.TIME, ONE_MACHINE, rank=6
    ),
    Action(
        "step-back",
        ("left",),
        "step(-1)",
        "step",
        "pause, and go one snapshot back or forward",
        Group.TIME,
        ONE_MACHINE,
        rank=7,
    ),
    Action(
        "step-on",
        ("right",),
        "step(1)",
        "step",
        "pause, and go one snapshot back or forward",
        Group.TIME,
        ONE_MACHINE,
        rank=7,
    ),
    Action(
        "slower",
        ("[",),
        "pace(-1)",
        "pace",
        "play slower or faster",
        Group.TIME,
        ONE_MACHINE,
        rank=8,
    ),
    Action(
        "faster",
        ("]",),
        "pace(1)",
        "pace",
        "play slower or faster",
        Group.TIME,
        ONE_MACHINE,
        rank=8,
    ),
    Action(
        "start",
        ("g",),
        "seek('start')",
        "ends",
        "go to the first or the newest snapshot",
        Group.TIME,
        ONE_MACHINE,
        rank=11,
    ),
    Action(
        "end",
        ("G",),
        "seek('end')",
        "ends",
        "go to the first or the newest snapshot",
        Group.TIME,
        ONE_MACHINE,
        rank=11,
    ),
    Action(
        "next-crossing",
        ("N",),
        "cross(1)",
        "crossing",
        "go to the next or previous crossing of a limit",
        Group.TIME,
        ONE_MACHINE,
        rank=10,
    ),
    Action(
        "previous-crossing",
        ("P",),
        "cross(-1)",
        "crossing",
        "go to the next or previous crossing of a limit",
        Group.TIME,
        ONE_MACHINE,
        rank=10,
    ),
)

FURTHER = (
    Action(
        "next-alarm",
        (">",),
        "alarm(1)",
        "ring",
        "go to the next or previous ring of an alarm",
        Group.TIME,
        ONE_MACHINE,
        rank=15,
    ),
    Action(
        "previous-alarm",
        ("<",),
        "alarm(-1)",
        "ring",
        "go to the next or previous ring of an alarm",
        Group.TIME,
        ONE_MACHINE,
        rank=15,
    ),
    Action(
        "goto",
        ("t",),
        "goto",
        "go to",
        "go to a time or a snapshot number that you type",
        Group.TIME,
        ONE_MACHINE,
        rank=16,
    ),
)

LOOKING = (
    Action("up", ("up",), "move(-1)", "select", "select the row above or below", Group.SCREENS, rank=12),
    Action("down", ("down",), "move(1)", "select", "select the row above or below", Group.SCREENS, rank=12),
    Action(
        "open",
        ("enter",),
        "open",
        "open",
        OPEN,
        Group.SCREENS,
        ("overview",),
        rank=5,
    ),
    Action("whole", ("enter",), "screen.whole", "maximise", OPEN, Group.SCREENS, ("bearing",), rank=5),
    Action(
        "machine",
        ("enter",),
        "machine",
        "open",
        OPEN,
        Group.SCREENS,
        ("machines",),
        rank=1,
    ),
    *(
        Action(
            place.id,
            (place.key,),
            f"go('{place.id}')",
            "screens",
            SCREEN_SENTENCE + ", ".join(one.word for one in PLACES),
            Group.SCREENS,
            rank=6,
        )
        for place in PLACES
    ),
    Action(
        "back",
        ("escape",),
        "back",
        "back",
        "go back; on the overview, select the most urgent bearing",
        Group.SCREENS,
        rank=2,
    ),
)

CONSOLE = (
    Action(
        "palette",
        ("ctrl+p", ":"),
        "find",
        "find",
        "find an action by typing a word",
        Group.CONSOLE,
        rank=13,
    ),
    Action(
        "theme",
        ("T",),
        "next_theme",
        "theme",
        "use the next colour theme",
        Group.CONSOLE,
        rank=19,
    ),
    Action(
        "redraw",
        ("ctrl+l",),
        "redraw",
        "redraw",
        "redraw the screen after another program wrote over it",
        Group.CONSOLE,
        rank=20,
    ),
    Action(
        "export",
        ("E",),
        "do('export')",
        "export",
        "export the screen as a picture (SVG, PNG) and the numbers it plots (CSV)",
        Group.CONSOLE,
        rank=17,
    ),
    Action(
        "copy",
        ("Y",),
        "do('copy')",
        "copy",
        "copy the plotted numbers to the clipboard of the terminal, if the settings allow it",
        Group.CONSOLE,
    ),
    Action("help", ("?",), "help", "help", "show all keys", Group.CONSOLE, rank=3),
    Action(
        "quit", ("q",), "quit", "quit", "leave the console; everything stored is kept", Group.CONSOLE, rank=3
    ),
)

DEFAULT = Keymap(
    (
        *ALARM_ACTIONS,
        *TIME,
        *FURTHER,
        *REPLAY_ACTIONS,
        *LOOKING,
        *FLEET_ACTIONS,
        *PANE_ACTIONS,
        *ANALYST_ACTIONS,
        *CONSOLE,
    )
)
"""Every action with its own keys."""


def keymap_of(overrides: Mapping[str, str | tuple[str, ...]]) -> Keymap:
    """Return the keymap with the keys of the settings.

    Args:
        overrides: keys by the id of the action, as [keys] in config.toml has them. Former ids are read too;
            where both are given, the present id counts.

    Raises:
        KeysError: unknown id or key, or two actions on the same key.
    """
    listed = {id: (keys,) if isinstance(keys, str) else tuple(keys) for id, keys in overrides.items()}
    former = {present_id(id): keys for id, keys in listed.items() if present_id(id) != id}
    return DEFAULT.changed(former | {id: keys for id, keys in listed.items() if present_id(id) == id})
