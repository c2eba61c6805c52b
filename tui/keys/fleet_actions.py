"""The actions on the list of machines, and those that lead from one machine to another."""

from tui.keys.keymap import Action, Group
from tui.keys.places import ONE_MACHINE
from tui.keys.sentences import ACKNOWLEDGE, LISTING, NARROW, SEARCH

MACHINES = ("machines",)

_BESIDE = "show the next or previous machine"

FLEET_ACTIONS = (
    Action(
        "machines-acknowledge",
        ("a",),
        "do('machines-acknowledge')",
        "ack",
        ACKNOWLEDGE,
        Group.ALARMS,
        MACHINES,
    ),
    Action(
        "machines-listing",
        ("v",),
        "do('machines-listing')",
        "alarms of all",
        LISTING,
        Group.ALARMS,
        MACHINES,
        rank=4,
    ),
    Action(
        "machines-search", ("/",), "do('machines-search')", "search", SEARCH, Group.ALARMS, MACHINES, rank=5
    ),
    Action("machines-all", ("x",), "do('machines-all')", "filter", NARROW, Group.ALARMS, MACHINES),
    Action(
        "machines-order",
        ("*",),
        "do('machines-order')",
        "sort",
        "sort the machines by urgency, name, severity or age of data",
        Group.SCREENS,
        MACHINES,
        rank=5,
    ),
    Action(
        "machines-healthy",
        ("~",),
        "do('machines-healthy')",
        "hide healthy",
        "hide or show the machines that are healthy",
        Group.SCREENS,
        MACHINES,
        rank=6,
    ),
    Action(
        "next-machine", ("J",), "do('next-machine')", "machine", _BESIDE, Group.SCREENS, ONE_MACHINE, rank=18
    ),
    Action(
        "previous-machine",
        ("U",),
        "do('previous-machine')",
        "machine",
        _BESIDE,
        Group.SCREENS,
        ONE_MACHINE,
        rank=18,
    ),
)
