"""Bearings by their designation: the one that is meant, those of the same size, and the nearest.

A maker may change ball count and diameters under one designation: check a fault line that stays away from its
computed frequency against the maker's data sheet.
"""

import difflib
import re

from engine.signals.bearing import Surface, fault_frequencies
from engine.signals.bearing_figures import BALLS, ROLLERS, Bearing
from engine.signals.bearing_orders import PLAIN, SOURCE, TIMKEN, geometry_of, size_of

__all__ = ["BEARINGS", "Bearing", "bearing_named", "like_size", "nearest_bearings", "unknown_bearing"]

_TIMKEN = tuple(
    Bearing(
        f"Timken {ring}",
        (ring.lower(), f"fafnir{ring.lower()}", *PLAIN.get(ring, ())),
        geometry_of(orders),
        SOURCE,
        is_relative=True,
        size=size_of(ring),
    )
    for ring, orders in TIMKEN.items()
)

BEARINGS = BALLS + ROLLERS + _TIMKEN
"""All bearings of the table."""

MOST_NEAREST = 4
"""Bearings that are named for a designation that is not in the table."""

_SHORTEST = 3
"""Characters that a designation exceeds where its first letter or digit tells its type."""

_SUFFIX = re.compile(
    r"(?:2?rs[rhl]?[12]?|2?rsh|2?rz|2?hrs|ddu|dd|llu|llb|llh|lu|vv|zz|2?z|c[2345]|cn|cm|cl|jem|p[456]|nr|tvh|tvp2?"
    r"|e?tn9?|gjn|wt|mt33|va\d{3}|hc5|open|e1|exl|xl|ec|e|w33|k30|k|m[abl]?|ew|j[23]?|ph?|g\d{1,2}|cd|cc|b)+$"
)
_MAKERS = re.compile(
    r"^(?:skf|fag|nsk|ntn|snr|koyo|jtekt|nachi|ina|timken|fafnir|ldk|rexnord|mb|mtk|ibu|kg|mochu|nice|fyh|asahi"
    r"|nke|zvl|kinex|epk|harp|urb|zkl|zwz|hrb|lyc|isb|nbc|schaeffler|dodge|rhp|steyr|slf|fersa)(?=.)"
)
_RIBS = re.compile(r"^(?:nup|nu|nj|n)(?=\d)")
"""Cylindrical roller bearings of a size differ by their ribs alone."""

_HOUSINGS = re.compile(r"^uc(?:fl|fc|fb|pa|p|f|t|c)(?=\d)")
"""Housed units with an insert bearing of the series UC."""

_INSERT = re.compile(r"^(?:uc|uer|uel|uk|sb|sa|yar|yel|gye)(?=[23]\d\d$)")


def plain_designation(text: str) -> str:
    """Return a designation as it is compared: lowercase letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


def _number(text: str) -> str:
    """Return a designation without maker, ribs, housing, seals, clearance and cage."""
    number = _MAKERS.sub("", _SUFFIX.sub("", plain_designation(text)))
    return _RIBS.sub("n", _HOUSINGS.sub("uc", number))


def bearing_named(designation: str) -> Bearing | None:
    """Return the bearing of a designation; None where the table has none.

    A maker before it, and seals, clearance and cage behind it, do not matter where only one bearing fits.
    """
    wanted = plain_designation(designation)
    if not wanted:
        return None
    for bearing in BEARINGS:
        if wanted == plain_designation(bearing.name) or wanted in bearing.aliases:
            return bearing
    bare = _SUFFIX.sub("", wanted)
    for bearing in BEARINGS:
        if bare and (bare == _SUFFIX.sub("", plain_designation(bearing.name)) or bare in bearing.aliases):
            return bearing
    number = _number(designation)
    return next((one for one in BEARINGS if number in one.aliases), None)


def is_of_its_name(found: Bearing, designation: str) -> bool:
    """Return whether a designation names the maker of the bearing that it found."""
    maker = _MAKERS.match(plain_designation(found.name))
    return maker is None or plain_designation(designation).startswith(maker[0])


def like_size(bearing: Bearing) -> tuple[Bearing, ...]:
    """Return the other bearings of the table with the same size."""
    if not bearing.size:
        return ()
    return tuple(one for one in BEARINGS if one.size == bearing.size and one is not bearing)


def nearest_bearings(designation: str) -> tuple[Bearing, ...]:
    """Return the bearings that an unknown designation could mean: of its size, series, type or spelling."""
    same = _of_size(_number(designation))
    if same:
        return same[:MOST_NEAREST]
    number = _number(designation)
    series, bore = number[:-2], number[-2:]
    if series and bore.isdigit():
        numbered = [one for one in BEARINGS if one.size[-2:].isdigit()]
        numbered.sort(key=lambda one: abs(int(one.size[-2:]) - int(bore)))
        near = [one for one in numbered if one.size[:-2] == series]
        near = near or [one for one in numbered if one.size[:1] == series[:1] and len(number) > _SHORTEST]
        if near or number.isdigit():
            return tuple(near[:MOST_NEAREST])
    names = {
        plain_designation(one): bearing for bearing in BEARINGS for one in (bearing.name, *bearing.aliases)
    }
    written = difflib.get_close_matches(plain_designation(designation), list(names), n=3, cutoff=0.7)
    return tuple(dict.fromkeys(names[one] for one in written))


def _of_size(number: str) -> tuple[Bearing, ...]:
    """Return the bearings of the size of a bare designation; of an insert the inserts come first."""
    insert = _INSERT.match(number)
    if insert is None:
        return tuple(one for one in BEARINGS if number and one.size == number)
    size = number[insert.end() :]
    inserts = [one for one in BEARINGS if f"uc{size}" in one.aliases]
    return (*inserts, *(one for one in BEARINGS if one.size == f"6{size}" and one not in inserts))


def unknown_bearing(designation: str) -> str:
    """Return a sentence about a designation that the table has not, with what it could be."""
    shown = "".join(one for one in designation if one.isprintable())[:40]
    by_hand = "set rollers, roller_diameter, pitch_diameter and contact_angle from its data sheet"
    same = _of_size(_number(designation))
    if same:
        twin = same[0]
        return (
            f"'{shown}' is no bearing of the table; {twin.name} has its size, with {twin.geometry.rollers}"
            f" rolling elements: name that one if its rolling elements are alike, or {by_hand}"
        )
    near = nearest_bearings(designation)
    if not near:
        return f"'{shown}' is not a bearing of the table (raceway bearing lists it); {by_hand}"
    names = ", ".join(one.name for one in near)
    return f"'{shown}' is not a bearing of the table; the nearest are {names}. Or {by_hand}"


def in_short(bearing: Bearing) -> str:
    """Return a bearing on a line: name, rolling elements and the orders of its races."""
    orders = fault_frequencies(bearing.geometry, 1.0)
    return (
        f"{bearing.name}: {bearing.geometry.rollers} rolling elements,"
        f" BPFO {orders[Surface.OUTER]:.3f}, BPFI {orders[Surface.INNER]:.3f}"
    )
