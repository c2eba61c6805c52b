"""The actions of an analyst on the bearing screen: cursors, axes, comparison."""

from tui.keys.keymap import Action, Group

BEARING = ("bearing",)

_PEAK = "move the cursor to the previous or next peak"
_SPACING = "set the sidebands closer together or further apart"


def _tool(id: str, key: str, word: str, sentence: str, rank: int = 0) -> Action:
    """Return an action of the bearing screen that uses a tool of the analyst."""
    return Action(id, (key,), f"screen.tool('{id}')", word, sentence, Group.ANALYSIS, BEARING, rank=rank)


ANALYST_ACTIONS = (
    _tool("cursor", "l", "cursor", "set a cursor on the highest peak, or remove all cursors of the pane", 6),
    Action("peak-before", (";",), "screen.peak(-1)", "peak", _PEAK, Group.ANALYSIS, BEARING, rank=10),
    Action("peak-after", ("'",), "screen.peak(1)", "peak", _PEAK, Group.ANALYSIS, BEARING, rank=10),
    _tool("second", "D", "second cursor", "leave a second cursor here; the readout shows the difference", 21),
    _tool("harmonics", "H", "harmonics", "mark the multiples of the cursor, 2 to 20", 20),
    _tool(
        "sidebands",
        "W",
        "sidebands",
        "mark sidebands of the cursor: at the shaft, the cage, the distance of the second cursor; none",
        21,
    ),
    Action("closer", ("{",), "screen.spacing(-1)", "spacing", _SPACING, Group.ANALYSIS, BEARING),
    Action("further", ("}",), "screen.spacing(1)", "spacing", _SPACING, Group.ANALYSIS, BEARING),
    _tool("then", "m", "then", "mark this snapshot as then, and compare the playhead with it", 11),
    _tool("compare", "M", "compare", "compare with then, with the baseline, with nothing", 13),
    _tool("axis", "X", "axis", "write frequencies in Hz, cpm or orders of the shaft", 14),
    _tool("scale", "L", "scale", "write amplitudes as RMS, peak or dB", 14),
    _tool(
        "quantity",
        "Q",
        "quantity",
        "draw the spectrum as recorded, as velocity or acceleration; the envelope in the sensor's unit",
        22,
    ),
    _tool(
        "averages", "V", "average", "average the spectrum over 1, 3 or 9 recordings up to the playhead", 22
    ),
    _tool("lines", "I", "lines", "show or hide the lines of faults, shaft and mains", 22),
)
"""All of them; those of `screen.tool` change the analyst's state by a pure function."""
