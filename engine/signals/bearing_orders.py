"""Bearings whose maker publishes fault orders: the balls and the ratio of diameters follow from them."""

from dataclasses import dataclass

from engine.signals.bearing import Geometry
from engine.signals.bearing_figures import geometry_of_orders

SOURCE = "Timken, Ball bearing housed unit catalog, page A-13, table A-9: frequency coefficients"
"""Publication of the orders."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Fault orders as printed: multiples of the shaft's rotation.

    Attributes:
        cage: FTF.
        spin: BSF, one spin of a ball.
        outer: BPFO.
        inner: BPFI.
    """

    cage: float
    spin: float
    outer: float
    inner: float


TIMKEN = {
    "9104": Orders(0.398, 2.339, 3.578, 5.422),
    "9106": Orders(0.417, 2.933, 4.588, 6.412),
    "202K": Orders(0.391, 2.175, 3.125, 4.875),
    "203K": Orders(0.382, 1.994, 3.053, 4.947),
    "204K": Orders(0.382, 1.992, 3.052, 4.948),
    "205K": Orders(0.397, 2.328, 3.574, 5.426),
    "206K": Orders(0.396, 2.311, 3.568, 5.432),
    "207K": Orders(0.396, 2.303, 3.565, 5.435),
    "208K": Orders(0.394, 2.256, 3.547, 5.453),
    "209K": Orders(0.402, 2.461, 3.621, 5.379),
    "210K": Orders(0.409, 2.665, 4.093, 5.907),
    "211K": Orders(0.408, 2.620, 4.078, 5.922),
    "212K": Orders(0.407, 2.584, 4.066, 5.934),
    "213K": Orders(0.410, 2.685, 4.099, 5.901),
    "214K": Orders(0.410, 2.702, 4.104, 5.896),
    "303K": Orders(0.364, 1.696, 2.545, 4.455),
    "304K": Orders(0.368, 1.757, 2.574, 4.426),
    "306K": Orders(0.368, 1.757, 2.574, 4.426),
    "307K": Orders(0.376, 1.888, 3.006, 4.994),
    "308K": Orders(0.378, 1.925, 3.023, 4.977),
    "309K": Orders(0.380, 1.955, 3.037, 4.963),
    "310K": Orders(0.381, 1.981, 3.047, 4.953),
    "311K": Orders(0.382, 2.002, 3.057, 4.943),
    "312K": Orders(0.383, 2.020, 3.064, 4.936),
    "314K": Orders(0.385, 2.050, 3.076, 4.924),
    "315K": Orders(0.385, 2.062, 3.081, 4.919),
    "316K": Orders(0.386, 2.073, 3.086, 4.914),
    "318K": Orders(0.387, 2.091, 3.093, 4.907),
}
"""Orders by the basic outer-ring size.

The rows 305K and 9105 are left out: they repeat figures of 205K, which fit neither size. The row 306K repeats
that of 304K, and fits both: balls of 17/32 inch on 51 mm, and of 3/8 inch on 36 mm.
"""

PLAIN = {
    "9106": ("6006",),
    "205K": ("uc205",),
    "206K": ("6206", "uc206"),
    "207K": ("6207", "uc207"),
    "208K": ("uc208",),
    "209K": ("uc209",),
    "210K": ("6210", "uc210"),
    "211K": ("6211",),
    "213K": ("6213",),
    "214K": ("6214",),
    "304K": ("6304",),
    "309K": ("6309",),
    "310K": ("6310",),
    "311K": ("6311",),
    "312K": ("6312",),
    "314K": ("6314",),
    "315K": ("6315",),
    "316K": ("6316",),
    "318K": ("6318",),
}
"""Plain designations of the same size: another maker's static rating fits these balls to 3 percent.

The rating is f0 times the number of balls times the square of their diameter (ISO 76). For the same number of
balls 3 percent of it are 0.5 percent of BPFO and BPFI; the rating alone cannot exclude fewer, larger balls.
Sizes whose rating does not fit are left out: 6208, 6209, 6212, 6307 and 6308.
6306 is left out, because the row 306K may be a misprint.

Source:
    EPK, General catalogue (2011), pages 111 to 117; HARP, product range, pages 4 to 7, and 36 for UC inserts.
"""

_SERIES = {"91": "60", "2": "62", "3": "63"}
"""Series of deep groove ball bearings of the same size, by the start of the outer-ring size."""


def size_of(ring: str) -> str:
    """Return the deep groove ball bearing of the size of a basic outer-ring size: 6206 for 206K."""
    number = ring.rstrip("K")
    return f"{_SERIES[number[:-2]]}{number[-2:]}"


def geometry_of(orders: Orders) -> Geometry:
    """Return the balls, and the diameter of a ball over that of the pitch circle."""
    return geometry_of_orders(orders.outer, orders.inner)
