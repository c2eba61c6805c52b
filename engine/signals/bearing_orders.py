"""Bearings whose maker publishes fault orders: the balls and the ratio of diameters follow from them."""

from dataclasses import dataclass

from engine.signals.bearing import Geometry

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
    "9105": Orders(0.397, 2.328, 3.574, 5.426),
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

The rows 305K and 306K are left out: one has the cage of another bearing, the other repeats the row of 304K.
"""


def geometry_of(orders: Orders) -> Geometry:
    """Return the balls, and the diameter of a ball over that of the pitch circle.

    BPFO and BPFI add up to the number of balls; their difference over it is that ratio.
    """
    balls = round(orders.outer + orders.inner)
    return Geometry(balls, round((orders.inner - orders.outer) / balls, 5), 1.0, 0.0)
