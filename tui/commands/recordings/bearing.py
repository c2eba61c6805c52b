"""`raceway bearing`: the geometry of a bearing and its fault frequencies."""

from typing import TYPE_CHECKING, Annotated

import typer

from replay.recording import clean_text
from tui.commands.options import UNUSABLE, Json, fail, sentences

if TYPE_CHECKING:
    from engine.signals.bearing_table import Bearing


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(bearing)


def bearing(
    designation: Annotated[
        str | None, typer.Argument(help="Such as 6205, or SKF 6205-2RS; none lists the table.")
    ] = None,
    speed: Annotated[float | None, typer.Option(min=0.1, max=1e6, help="Speed of the shaft [rpm].")] = None,
    as_json: Json = False,
) -> None:
    """Print the geometry of a bearing and its fault frequencies in orders, Hz and cycles per minute."""
    from engine.signals.bearing_table import BEARINGS, bearing_named, unknown_bearing

    with sentences():
        if designation is None:
            for one in BEARINGS:
                print(f"{one.name:<18}  {one.source}")
            return
        found = bearing_named(designation)
        if found is None:
            fail(unknown_bearing(designation), UNUSABLE)
        if as_json:
            _print_json(found, speed)
        else:
            print("\n".join(map(clean_text, bearing_lines(found, speed))))


def bearing_lines(found: "Bearing", speed: float | None) -> list[str]:
    """Return a bearing as lines: geometry, source, and a table of its fault frequencies.

    Args:
        found: the bearing.
        speed: of the shaft [rpm]; None for orders alone.
    """
    from engine.signals.bearing import fault_frequencies

    shape = found.geometry
    lines = [
        f"{found.name}: {shape.rollers} rolling elements of {shape.roller_diameter:g} mm, pitch diameter"
        f" {shape.pitch_diameter:g} mm, contact angle {shape.contact_angle:g} degrees",
        f"source: {found.source}",
        "",
    ]
    head = f"{'surface':<18}{'orders':>10}"
    lines.append(head if speed is None else f"{head}{'Hz':>12}{'cpm':>12}")
    for surface, order in fault_frequencies(shape, 1.0).items():
        row = f"{surface:<18}{order:>10.4f}"
        lines.append(row if speed is None else f"{row}{order * speed / 60:>12.2f}{order * speed:>12.1f}")
    if speed is None:
        lines.append("--speed RPM prints them in Hz and cycles per minute too")
    lines.append(
        "rolling element: twice its spin frequency, because a defect strikes both races in each turn"
    )
    return lines


def _print_json(found: "Bearing", speed: float | None) -> None:
    import json
    from dataclasses import asdict

    from engine.signals.bearing import fault_frequencies

    orders = {str(surface): order for surface, order in fault_frequencies(found.geometry, 1.0).items()}
    told: dict[str, object] = {
        "name": found.name,
        **asdict(found.geometry),
        "source": found.source,
        "orders": orders,
    }
    if speed is not None:
        told["hertz"] = {surface: order * speed / 60 for surface, order in orders.items()}
    print(json.dumps(told))
