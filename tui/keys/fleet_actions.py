"""The actions on the list of machines, and those that lead from one machine to another."""

from tui.keys.keymap import Action, Group
from tui.keys.places import ONE_MACHINE
from tui.keys.sentences import ACKNOWLEDGE, LISTING, NARROW, SEARCH

FLEET = ("fleet",)

_BESIDE = "show the next or previous machine"

FLEET_ACTIONS = (
    Action("fleet-acknowledge", ("a",), "do('fleet-acknowledge')", "ack", ACKNOWLEDGE, Group.ALARMS, FLEET),
    Action(
        "fleet-listing", ("v",), "do('fleet-listing')", "alarms of all", LISTING, Group.ALARMS, FLEET, rank=4
    ),
    Action("fleet-search", ("/",), "do('fleet-search')", "search", SEARCH, Group.ALARMS, FLEET, rank=5),
    Action("fleet-all", ("x",), "do('fleet-all')", "filter", NARROW, Group.ALARMS, FLEET),
    Action(
        "fleet-order",
        ("*",),
        "do('fleet-order')",
        "sort",
        "sort the machines by urgency, name, severity or age of data",
        Group.SCREENS,
        FLEET,
        rank=5,
    ),
    Action(
        "fleet-healthy",
        ("~",),
        "do('fleet-healthy')",
        "hide healthy",
        "hide or show the machines that are healthy",
        Group.SCREENS,
        FLEET,
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
