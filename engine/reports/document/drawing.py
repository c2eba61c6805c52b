"""The style of plots: matplotlib figures to SVG text that is equal for equal data, in light and dark."""

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import cached_property
from io import BytesIO, StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from numpy.typing import NDArray

INK, MUTED, GRID = "#1f2328", "#6a737d", "#d5d9dd"
"""Colours that the page replaces by its variables, so that a plot follows light and dark."""

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7a5cc0", "#808080")
"""Colours of components, distinct for the colour-blind and readable on white and on black.

Source:
    Okabe and Ito, Color Universal Design (2008); the yellow is darkened, and two are added.
"""

LIMIT = "#c8102e"

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.0,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.2,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}

WIDE, HIGH = 7.2, 2.6
"""Inches of a plot: the text width of A4 with margins of 18 mm."""

MOST_POINTS = 700
"""Points drawn of a series: about two for each pixel of a small screen."""

UNUSED = re.compile(r' id="[A-Za-z0-9]+(?:\.[A-Za-z]+)*_\d+"')
"""The names of groups, which nothing refers to and which would be equal in two plots of a page."""

SIZE = re.compile(r'<svg [^>]*?width="[\d.]+pt" height="[\d.]+pt"')


class Drawing:
    """A plot that is drawn when it is asked for.

    Args:
        name: of the plot; it seeds the names inside, so that plots of a page differ.
        plot: draws on a figure.
        size: width and height [inches].
    """

    def __init__(
        self, name: str, plot: Callable[[Figure], None], size: tuple[float, float] = (WIDE, HIGH)
    ) -> None:
        """Keep the name, the function and the size."""
        self._name, self._plot, self._size = name, plot, size

    @cached_property
    def svg(self) -> str:
        """Return the plot as an SVG element."""
        with mpl.rc_context({**STYLE, "svg.hashsalt": self._name}):
            text = StringIO()
            nothing = {"Date": None, "Creator": None, "Type": None, "Format": None}
            self._figure().savefig(text, format="svg", metadata=nothing)
        return embedded(text.getvalue())

    def png(self, resolution: int) -> bytes:
        """Return the plot as a PNG picture on white, `resolution` dots an inch."""
        with mpl.rc_context({**STYLE, "savefig.facecolor": "white"}):
            content = BytesIO()
            self._figure().savefig(content, format="png", dpi=resolution, metadata={"Software": None})
        return content.getvalue()

    def _figure(self) -> Figure:
        figure = Figure(figsize=self._size, layout="constrained")
        self._plot(figure)
        return figure


def embedded(svg: str) -> str:
    """Return an SVG document as an element of a page: no prologue, no names that nothing refers to."""
    element = svg[svg.index("<svg ") :].strip()
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.DOTALL)
    element = re.sub(r"<!--.*?-->", "", element, flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", UNUSED.sub("", element))


def time_axis(axes: Axes, zone: tzinfo) -> None:
    """Write the times of an axis of days since 1970 in a time zone."""
    locator = AutoDateLocator(tz=zone, minticks=3, maxticks=9)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))


def days(at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return recording times [microseconds since 1970] as matplotlib counts them."""
    return np.asarray(date2num(at.astype("datetime64[us]")), np.float64)


def highest(
    at: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a series with at most `MOST_POINTS` points, the highest of each group of snapshots.

    Args:
        at: (n,) recording times [microseconds since 1970].
        values: (n,), NaN where there is none.

    Returns:
        Days and values; NaN where a whole group has none.
    """
    step = max(1, -(-len(at) // MOST_POINTS))
    starts = np.arange(0, len(at), step)
    top = np.maximum.reduceat(np.where(np.isfinite(values), values, -np.inf), starts)
    return days(at[starts]), np.where(np.isfinite(top), top, np.nan)


def legend(axes: Axes, columns: int = 4) -> None:
    """Write the legend above a plot."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, borderaxespad=0.2, handlelength=1.4
    )


def colour(number: int) -> str:
    """Return the colour of a component."""
    return COLOURS[number % len(COLOURS)]


def bars(axes: Axes, names: Sequence[str], shares: Sequence[float], number: int = 0) -> None:
    """Draw shares of 0 to 1 as bars with their names, the first on top.

    Args:
        axes: to draw on.
        names: of the bars.
        shares: of the bars, 0 to 1.
        number: of the colour.
    """
    places = np.arange(len(names))[::-1]
    axes.barh(places, [100 * one for one in shares], color=colour(number), height=0.65)
    axes.set_yticks(places, list(names))
    axes.set_xlabel("share of the error, %")
    axes.grid(axis="y", visible=False)
