"""`raceway bearing`: the geometry of a bearing and its fault frequencies."""

from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.system.output import complain
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
    rollers: Annotated[int | None, typer.Option(min=1, max=1000, help="Rolling elements, by hand.")] = None,
    roller: Annotated[float | None, typer.Option(min=1e-6, help="Their diameter, by hand.")] = None,
    pitch: Annotated[float | None, typer.Option(min=1e-6, help="Pitch diameter, in the same unit.")] = None,
    angle: Annotated[float, typer.Option(min=0, max=89.9, help="Contact angle [degrees].")] = 0.0,
    as_json: Json = False,
) -> None:
    """Print the geometry of a bearing and its fault frequencies in orders, Hz and cycles per minute.

    By hand: --rollers, --roller and --pitch from its data sheet, with --angle.
    """
    from engine.signals.bearing_table import BEARINGS, bearing_named

    with sentences():
        if rollers is not None or roller is not None or pitch is not None:
            _show(_by_hand(designation, rollers, roller, pitch, angle), speed, as_json=as_json)
            return
        if designation is None:
            for one in BEARINGS:
                print(f"{one.name:<30}{one.source}")
            return
        found = bearing_named(designation)
        if found is None:
            _fail_unknown(designation)
        _show(found, speed, designation, as_json=as_json)


def _fail_unknown(designation: str) -> NoReturn:
    """Say that the table has no such bearing, and list those that it could be."""
    from engine.signals.bearing_table import in_short, nearest_bearings, unknown_bearing

    complain(clean_text(unknown_bearing(designation)))
    if near := nearest_bearings(designation):
        complain("\n".join(["it could be:", *(f"  {clean_text(in_short(one))}" for one in near)]))
    raise typer.Exit(UNUSABLE)


def _show(found: "Bearing", speed: float | None, designation: str | None = None, *, as_json: bool) -> None:
    if as_json:
        _print_json(found, speed)
        return
    notes = [] if designation is None else notes_on(found, designation)
    print("\n".join(map(clean_text, [*bearing_lines(found, speed), *notes])))


def notes_on(found: "Bearing", designation: str) -> list[str]:
    """Return lines about makers: whose figures a plain designation gets, and others of the same size."""
    from engine.signals.bearing_table import in_short, is_of_its_name, like_size

    others = like_size(found)
    lines = []
    if found.size and not is_of_its_name(found, designation):
        lines.append(
            f"{designation} is taken as {found.name}, the best documented of its size; other makers may build"
            " in other rolling elements"
        )
    if others:
        lines += ["of the same size:", *(f"  {in_short(one)}" for one in others)]
    return lines


def _by_hand(
    designation: str | None, rollers: int | None, roller: float | None, pitch: float | None, angle: float
) -> "Bearing":
    """Return a bearing whose geometry is given; exit where it cannot be one."""
    from engine.signals.bearing import Geometry
    from engine.signals.bearing_table import Bearing
    from tui.commands.recordings.questions import geometry_fault

    if rollers is None or roller is None or pitch is None:
        fail("give --rollers, --roller and --pitch together: the three make the geometry", UNUSABLE)
    if roller >= pitch:
        fail("--roller is not smaller than --pitch", UNUSABLE)
    if fault := geometry_fault(rollers, roller, pitch):
        fail(f"--rollers, --roller and --pitch do not fit: {fault}", UNUSABLE)
    return Bearing(
        designation or "this bearing", (), Geometry(rollers, roller, pitch, angle), "given by hand"
    )


def bearing_lines(found: "Bearing", speed: float | None) -> list[str]:
    """Return a bearing as lines: geometry, source, and a table of its fault frequencies.

    Args:
        found: the bearing.
        speed: of the shaft [rpm]; None for orders alone.
    """
    from engine.signals.bearing import fault_frequencies

    shape = found.geometry
    angle = f", contact angle {shape.contact_angle:g} degrees" if shape.contact_angle else ""
    sizes = (
        f" of {shape.roller_diameter:g} times the pitch diameter{angle}"
        if found.is_relative
        else f" of {shape.roller_diameter:g} mm, pitch diameter {shape.pitch_diameter:g} mm,"
        f" contact angle {shape.contact_angle:g} degrees"
    )
    lines = [
        f"{found.name}: {shape.rollers} rolling elements{sizes}",
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
