"""Geometry of bearings by their designation. Only figures with a published source stand here.

A maker may change ball count and diameters under one designation: check a fault line that stays away from its
computed frequency against the maker's data sheet.
"""

import difflib
import re
from dataclasses import dataclass

from engine.signals.bearing import Geometry
from engine.signals.bearing_orders import SOURCE, TIMKEN, geometry_of

INCH = 25.4
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """A bearing of the table.

    Attributes:
        name: maker and designation.
        aliases: designations that mean it, without blanks and strokes.
        geometry: diameters in mm, or relative to the pitch diameter.
        source: publication of the figures.
        is_relative: whether the diameters are relative; fault frequencies need no more.
    """

    name: str
    aliases: tuple[str, ...]
    geometry: Geometry
    source: str
    is_relative: bool = False


def _inches(rollers: int, roller: float, pitch: float, angle: float = 0.0) -> Geometry:
    return Geometry(rollers, round(roller * INCH, 4), round(pitch * INCH, 4), angle)


_CWRU = "Case Western Reserve University, Bearing Data Center, bearing information"
_PADERBORN = "Lessmeier et al. (2016), PHM Society European Conference, table 1"

_MEASURED = (
    Bearing("SKF 6205-2RS JEM", ("6205",), _inches(9, 0.3126, 1.537), f"{_CWRU} (drive end)"),
    Bearing("SKF 6203-2RS JEM", ("6203",), _inches(8, 0.2656, 1.122), f"{_CWRU} (fan end)"),
    Bearing("FAG 6203", (), Geometry(8, 6.75, 28.55, 0.0), _PADERBORN),
    Bearing(
        "MTK 6203",
        (),
        Geometry(8, 6.75, 29.05, 0.0),
        "Paderborn University, KAt data center, fact sheets of the bearings",
    ),
    Bearing(
        "LDK UER204",
        ("uer204",),
        Geometry(8, 7.92, 34.55, 0.0),
        "Wang et al. (2020), IEEE Transactions on Reliability 69, XJTU-SY, table of bearing parameters",
    ),
    Bearing(
        "Rexnord ZA-2115",
        ("za2115",),
        _inches(16, 0.331, 2.815, 15.17),
        "Qiu et al. (2006), Journal of Sound and Vibration 289; IMS data set",
    ),
    Bearing(
        "NICE (MFPT)",
        ("nice", "mfpt"),
        _inches(8, 0.235, 1.245),
        "Bechhoefer, MFPT condition based maintenance fault database, description",
    ),
    Bearing(
        "MB ER-16K",
        ("er16k",),
        Geometry(9, 7.9375, 38.5, 0.0),
        "Forbes (2012), Curtin University, bearing fault measurements, readme",
    ),
    Bearing(
        "MB ER-10K",
        ("er10k",),
        _inches(8, 0.3125, 1.319),
        "NPTEL, Theory and practice of rotor dynamics, module 15, example 15.2",
    ),
    Bearing(
        "NSK 6804DD",
        ("6804",),
        Geometry(13, 3.5, 25.6, 0.0),
        "Nectoux et al. (2012), PRONOSTIA, IEEE PHM conference, table of bearing characteristics",
    ),
    Bearing(
        "MAFAULDA (SpectraQuest ABVT)",
        ("mafaulda",),
        Geometry(8, 7.145, 28.519, 0.0),
        "MAFAULDA machinery fault database, Federal University of Rio de Janeiro, bearing data",
    ),
)

BEARINGS = _MEASURED + tuple(
    Bearing(f"Timken {size}", (size.lower(), f"fafnir{size.lower()}"), geometry_of(orders), SOURCE, True)
    for size, orders in TIMKEN.items()
)
"""All bearings of the table."""

_SERIES = {"60": "91", "62": "2", "63": "3"}
"""Series of deep groove ball bearings, and those of the same size by Timken."""

_SIZE_DIGITS = 4
_SUFFIX = re.compile(
    r"(?:2?rs[rhl]?1?|2?rsh|2?rz|2?hrs|ddu|dd|llu|llb|llh|lu|vv|zz|2?z|c[2345]|cn|cm|jem|p[456]|nr|tvh|tvp2?|e?tn9?"
    r"|gjn|wt|mt33|va\d{3}|hc5|open)+$"
)
_MAKERS = re.compile(r"^(?:skf|fag|nsk|ntn|koyo|nachi|ina|timken|ldk|rexnord|snr|mb|mtk|nice)(?=.)")


def plain_designation(text: str) -> str:
    """Return a designation as it is compared: lowercase letters and digits alone."""
    return re.sub(r"[^a-z0-9]", "", text.casefold())


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
        if bare == _SUFFIX.sub("", plain_designation(bearing.name)) or bare in bearing.aliases:
            return bearing
    number = _MAKERS.sub("", bare)
    return next((one for one in BEARINGS if number in one.aliases), None)


def _twin_of(designation: str) -> Bearing | None:
    """Return Timken's bearing of the size of a deep groove ball bearing that is not in the table."""
    bare = _MAKERS.sub("", _SUFFIX.sub("", plain_designation(designation)))
    series = _SERIES.get(bare[:2])
    if series is None or len(bare) != _SIZE_DIGITS or not bare.isdigit():
        return None
    size = series + bare[2:]
    return next((one for one in BEARINGS if one.is_relative and one.aliases[0].rstrip("k") == size), None)


def unknown_bearing(designation: str) -> str:
    """Return a sentence about a designation that the table has not, with the nearest ones."""
    shown = "".join(one for one in designation if one.isprintable())[:40]
    names = {
        plain_designation(one): bearing.name
        for bearing in BEARINGS
        for one in (bearing.name, *bearing.aliases)
    }
    if (twin := _twin_of(designation)) is not None:
        return (
            f"'{shown}' is no bearing of the table; {twin.name} has its size: name that one if its balls are"
            " alike, or set rollers, roller_diameter, pitch_diameter and contact_angle from its data sheet"
        )
    near = difflib.get_close_matches(plain_designation(designation), list(names), n=3, cutoff=0.4)
    found = list(dict.fromkeys(names[one] for one in near)) or [bearing.name for bearing in BEARINGS[:3]]
    return (
        f"'{shown}' is not a bearing of the table; the nearest are {', '.join(found)}."
        " Set rollers, roller_diameter, pitch_diameter and contact_angle from its data sheet"
    )
