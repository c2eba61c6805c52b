"""The actions of screens with panes: choose a pane, zoom, ask the engine."""

from tui.keys.keymap import Action, Group
from tui.keys.sentences import SEARCH

PANES = {
    "r": "trend",
    "d": "bands",
    "s": "spectrum",
    "e": "envelope",
    "u": "waterfall",
    "w": "waveform",
    "y": "cepstrum",
    "#": "peaks",
    "c": "contributions",
    "i": "figures",
}
"""Panes of the bearing screen by their keys."""

PANED = ("bearing", "model", "health")
"""Screens with panes."""

BEARING, MODEL = ("bearing",), ("model",)

_NEXT = "the next or previous pane"
_NAMED = f"panes of a bearing: {', '.join(PANES.values())}"
_ZOOM = "zoom in or out"
_PAN = "move the zoomed part left or right"

PANE_ACTIONS = (
    Action("next-pane", ("tab",), "screen.pane('next')", "panes", _NEXT, Group.SCREENS, PANED, rank=4),
    Action("previous-pane", ("shift+tab",), "screen.pane('previous')", "panes", _NEXT, Group.SCREENS, PANED),
    *(
        Action(f"pane-{name}", (key,), f"screen.pane('{name}')", "pane", _NAMED, Group.SCREENS, BEARING)
        for key, name in PANES.items()
    ),
    Action("sensor-search", ("/",), "do('sensor-search')", "search", SEARCH, Group.ALARMS, BEARING),
    Action("zoom-in", ("+",), "screen.zoom(1)", "zoom", _ZOOM, Group.SCREENS, BEARING, rank=5),
    Action("zoom-out", ("-",), "screen.zoom(-1)", "zoom", _ZOOM, Group.SCREENS, BEARING, rank=5),
    Action("pan-left", (",",), "screen.pan(-1)", "along", _PAN, Group.SCREENS, BEARING, rank=9),
    Action("pan-right", (".",), "screen.pan(1)", "along", _PAN, Group.SCREENS, BEARING, rank=9),
    Action(
        "channel",
        ("h",),
        "screen.channel",
        "channel",
        "the next channel of the bearing",
        Group.SCREENS,
        BEARING,
        rank=12,
    ),
    Action(
        "accept",
        ("K",),
        "accept",
        "accept",
        "accept the baseline: you confirm that the machine was healthy while it was learned",
        Group.MODEL,
        MODEL,
        second_step=True,
        rank=3,
    ),
    Action(
        "bundle",
        ("b",),
        "screen.bundle",
        "bundle",
        "choose the next bundle of the state folder",
        Group.MODEL,
        MODEL,
        rank=5,
    ),
    Action(
        "switch",
        ("B",),
        "switch",
        "switch",
        "ask the engine to score with the chosen bundle",
        Group.MODEL,
        MODEL,
        second_step=True,
        rank=6,
    ),
    Action(
        "relearn",
        ("R",),
        "relearn",
        "relearn",
        "ask the engine to learn again from a healthy span",
        Group.MODEL,
        MODEL,
        second_step=True,
        rank=7,
    ),
    Action(
        "accept-proposal",
        ("k",),
        "do('accept-proposal')",
        "use proposal",
        "accept the proposed baseline: the engine scores with it from the next snapshot on",
        Group.MODEL,
        MODEL,
        second_step=True,
        rank=4,
    ),
    Action(
        "refuse-proposal",
        ("%",),
        "do('refuse-proposal')",
        "refuse proposal",
        "refuse the proposed baseline, with a reason",
        Group.MODEL,
        MODEL,
        second_step=True,
        rank=5,
    ),
)
"""All of them; most run methods of the screen on top."""
