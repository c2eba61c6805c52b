"""Geometry of bearings as makers, data sets and papers state it. Only figures with a published source."""

import math
from dataclasses import dataclass

from engine.signals.bearing import Geometry

INCH = 25.4
"""Millimetres."""

_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Bearing:
    """A bearing of the table.

    Attributes:
        name: maker and designation.
        aliases: designations that mean it, without blanks and strokes.
        geometry: diameters in mm, or relative to the pitch diameter.
        source: publication of the figures.
        is_relative: whether the diameters are relative; fault frequencies need no more.
        size: designation without maker, seals and cage; alike for bearings of the same outer dimensions.
    """

    name: str
    aliases: tuple[str, ...]
    geometry: Geometry
    source: str
    is_relative: bool = False
    size: str = ""


def _inches(rollers: int, roller: float, pitch: float, angle: float = 0.0) -> Geometry:
    return Geometry(rollers, round(roller * INCH, 4), round(pitch * INCH, 4), angle)


def geometry_of_orders(outer: float, inner: float, spin: float | None = None) -> Geometry:
    """Return the relative geometry that published fault orders state.

    BPFO and BPFI add up to the number of rolling elements. Their difference over it is the ratio of the
    diameters times the cosine of the contact angle; BSF then tells the two apart.

    Args:
        outer: BPFO, as a multiple of the shaft's rotation.
        inner: BPFI.
        spin: BSF, one spin of a rolling element; None where the contact angle is 0.

    Source:
        Randall and Antoni (2011), Rolling element bearing diagnostics, a tutorial, section 2.
    """
    rollers = round(outer + inner)
    along = (inner - outer) / rollers
    if spin is None:
        return Geometry(rollers, round(along, _DIGITS), 1.0, 0.0)
    ratio = max((1 - along**2) / (2 * spin), along)
    return Geometry(rollers, round(ratio, _DIGITS), 1.0, round(math.degrees(math.acos(along / ratio)), 2))


_CWRU = "Case Western Reserve University, Bearing Data Center, bearing information"
_PADERBORN = "Lessmeier et al. (2016), PHM Society European Conference, table 1"
_SHEETS = "Paderborn University, KAt data center, fact sheets of the bearings"
_OTTAWA = "Sehri and Dumond (2023), University of Ottawa rolling-element dataset (UORED-VAFCLS), table 2"
_SEOUL = "Lee, Kim and Kim (2024), Data in Brief 57, 110940 (University of Seoul), table 2"
_HANOI = (
    "Thuan and Hong (2023), BMC Research Notes 16, 138 (HUST bearing): balls; the pitch diameter is taken as"
    " the mean of bore and outside diameter"
)
_BOGIE = "BJTU-RAO bogie datasets (2025), IEEE Transactions on Industrial Informatics: fault orders"
_TORINO = "Daga et al. (2019), Mechanical Systems and Signal Processing 120, 252-273 (DIRG), table 1"

BALLS = (
    Bearing("SKF 6205-2RS JEM", ("6205",), _inches(9, 0.3126, 1.537), f"{_CWRU} (drive end)", size="6205"),
    Bearing("SKF 6203-2RS JEM", ("6203",), _inches(8, 0.2656, 1.122), f"{_CWRU} (fan end)", size="6203"),
    Bearing("FAG 6203", (), Geometry(8, 6.75, 28.55, 0.0), _PADERBORN, size="6203"),
    Bearing("MTK 6203", (), Geometry(8, 6.75, 29.05, 0.0), _SHEETS, size="6203"),
    Bearing("IBU 6203", (), Geometry(8, 6.75, 29.05, 0.0), _SHEETS, size="6203"),
    Bearing("NSK 6203ZZ", (), Geometry(8, 6.77, 28.50, 0.0), _OTTAWA, size="6203"),
    Bearing("Fafnir 203KD", ("203kd",), Geometry(8, 6.77, 28.50, 0.0), _OTTAWA, size="6203"),
    Bearing(
        "NSK 6205DDU",
        (),
        Geometry(9, 7.90, 38.5, 0.0),
        "Jung et al. (2023), Data in Brief 48, 109049 (KAIST), table 1",
        size="6205",
    ),
    Bearing(
        "NTN 6201",
        ("6201",),
        geometry_of_orders(2.62, 4.38),
        "Atmaja et al. (2024), Journal of Vibration Engineering and Technologies 12, 1991-2001 (VBL-VA001):"
        " orders of the data sheet",
        is_relative=True,
        size="6201",
    ),
    Bearing("MOCHU 6204", ("6204",), Geometry(8, 7.94, 34.57, 0.0), _SEOUL, size="6204"),
    Bearing("KG 6204", (), Geometry(8, 7.6, 33.5, 0.0), _HANOI, size="6204"),
    Bearing("KG 6205", (), Geometry(9, 7.8, 38.5, 0.0), _HANOI, size="6205"),
    Bearing("KG 6206", (), Geometry(9, 9.0, 46.0, 0.0), _HANOI, size="6206"),
    Bearing("KG 6207", (), Geometry(9, 11.0, 53.5, 0.0), _HANOI, size="6207"),
    Bearing("KG 6208", ("6208",), Geometry(9, 12.0, 60.0, 0.0), _HANOI, size="6208"),
    Bearing(
        "SKF 6308",
        ("6308",),
        Geometry(8, 0.23204, 1.0, 0.0),
        "EWA Sensors, bearing fault case of a pump: 2 x BSF of 4.078 on the data sheet; 8 balls of that ratio"
        " fit the static rating of EPK's 6308 (ISO 76)",
        is_relative=True,
        size="6308",
    ),
    Bearing(
        "61806-2RS",
        ("61806", "6806"),
        Geometry(19, 3.18, 35.5, 0.0),
        "Aimiyekagbon (2024), Paderborn University, run-to-failure data set of ball bearings, table 1",
        size="61806",
    ),
    Bearing(
        "NSK 6804DD",
        ("6804",),
        Geometry(13, 3.5, 25.6, 0.0),
        "Nectoux et al. (2012), PRONOSTIA, IEEE PHM conference, table of bearing characteristics",
        size="61804",
    ),
    Bearing(
        "SKF 1205 ETN9",
        ("1205",),
        Geometry(12, 7.12, 38.09, 10.2),
        "Arpa et al. (2024), Data in Brief 55, 110620 (University of Ferrara), table 2; balls of one row",
        size="1205",
    ),
    Bearing(
        "FAG QJ212TVP",
        ("qj212",),
        Geometry(15, 15.87, 85.15, 35.0),
        "Ismail et al. (2023), Data in Brief 47, 109019 (DLR), table 1; the contact angle is that of its"
        " published BPFO and BPFI",
        size="qj212",
    ),
    Bearing(
        "LDK UER204",
        ("uer204", "uc204"),
        Geometry(8, 7.92, 34.55, 0.0),
        "Wang et al. (2020), IEEE Transactions on Reliability 69, XJTU-SY, table of bearing parameters",
        size="uc204",
    ),
    Bearing(
        "NICE (MFPT)",
        ("nice", "mfpt"),
        _inches(8, 0.235, 1.245),
        "Bechhoefer, MFPT condition based maintenance fault database, description",
    ),
    Bearing(
        "MB ER-16K",
        ("er16k", "er16"),
        Geometry(9, 7.9375, 38.5, 0.0),
        "Forbes (2012), Curtin University, bearing fault measurements, readme",
    ),
    Bearing(
        "MB ER-12K",
        ("er12k", "er12"),
        geometry_of_orders(3.048, 4.95, 1.992),
        "Gutierrez and Simon (2026), Mendeley Data sp3fbf8d9y (Tecnalia): multipliers of the maker",
        is_relative=True,
    ),
    Bearing(
        "MB ER-10K",
        ("er10k", "er10"),
        _inches(8, 0.3125, 1.319),
        "NPTEL, Theory and practice of rotor dynamics, module 15, example 15.2",
    ),
    Bearing(
        "MAFAULDA (SpectraQuest ABVT)",
        ("mafaulda",),
        Geometry(8, 7.145, 28.519, 0.0),
        "MAFAULDA machinery fault database, Federal University of Rio de Janeiro, bearing data",
    ),
)
"""Ball bearings."""

ROLLERS = (
    Bearing("NTN N204", ("n204",), Geometry(11, 7.5, 34.0, 0.0), _SEOUL, size="n204"),
    Bearing(
        "NU205 (Hou)",
        ("n205",),
        geometry_of_orders(104.65 / 20, 155.35 / 20),
        "Hou et al. (2025), Data in Brief 63, 112187: 13 rollers (table 5), fault frequencies at 20 Hz",
        is_relative=True,
        size="n205",
    ),
    Bearing(
        "FAG NU206-E-XL-TVP2",
        ("n206",),
        geometry_of_orders(5.24, 7.76),
        "Schnur et al. (2025), Data 10, 77 (Saarland University): factors of the maker",
        is_relative=True,
        size="n206",
    ),
    Bearing(
        "FAG NU2205-E-XL-TVP2",
        ("n2205",),
        Geometry(13, 7.5, 39.0, 0.0),
        "Wissbrock and Mueller (2025), Lenze motor bearing fault dataset, Zenodo 14762423: 13 rollers that"
        " run on 31.5 and 46.5 mm",
        size="n2205",
    ),
    Bearing(
        "FAG 22205-E1-K-C3",
        ("22205",),
        geometry_of_orders(6.1852, 8.8148, 5.4030 / 2),
        "Soto-Ocampo et al. (2020), Sensors 20, 3493: factors of the maker",
        is_relative=True,
        size="22205",
    ),
    Bearing(
        "SKF 22228",
        ("22228",),
        geometry_of_orders(205.3 / 25, 19 - 205.3 / 25, 89.1 / 25),
        "Vibroguard, BPFO and BSF: 205.3, 89.1 and 10.8 Hz (cage) at 1500 rpm, which are of 19 rollers",
        is_relative=True,
        size="22228",
    ),
    Bearing(
        "32305 (BJTU)",
        ("32305",),
        geometry_of_orders(5.111, 7.889, 2.203),
        _BOGIE,
        is_relative=True,
        size="32305",
    ),
    Bearing(
        "352213 (BJTU)",
        ("352213",),
        geometry_of_orders(8.071, 10.929, 3.164),
        _BOGIE,
        is_relative=True,
        size="352213",
    ),
    Bearing(
        "Rexnord ZA-2115",
        ("za2115",),
        _inches(16, 0.331, 2.815, 15.17),
        "Qiu et al. (2006), Journal of Sound and Vibration 289; IMS data set",
    ),
    Bearing("DIRG B1", ("dirg",), Geometry(10, 9.0, 40.5, 0.0), _TORINO),
    Bearing("DIRG B2", (), Geometry(16, 8.0, 54.0, 0.0), _TORINO),
)
"""Roller bearings."""
