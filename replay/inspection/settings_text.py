"""A proposed settings file as text: every line with its explanation."""

import json
from collections.abc import Sequence

from replay.inspection.lines.line import Line, Sure
from replay.inspection.motors import ProposedMotor, evidence_of
from replay.inspection.proposal import Proposal, ProposedComponent
from replay.inspection.slow_rows import SlowChannel

TABLES = ("machine", "recording", "model")
_COLUMN = 44
NO_BOUND = 1e30
"""A number beyond any, as in config.toml."""


def settings_text(proposal: Proposal, source: str) -> str:
    """Return the settings file of a proposal.

    Args:
        proposal: its lines and components.
        source: the place of the recordings, for the first line.
    """
    parts = [f"# Settings for {source}, proposed by `raceway inspect`. config.toml explains all settings.\n"]
    for table in TABLES[:1]:
        parts.append(_table(table, proposal))
    parts += [_component(one) for one in proposal.components]
    parts += [_motor(one) for one in proposal.motors]
    if proposal.slow is not None:
        parts.append(_slow_component(str(proposal.value("machine", "name")), proposal.slow.channels))
    parts += [_table(table, proposal) for table in TABLES[1:]]
    return "\n".join(part for part in parts if part)


def literal(value: object) -> str:
    """Return a value as TOML writes it."""
    return json.dumps(value, ensure_ascii=False)


def _table(table: str, proposal: Proposal) -> str:
    lines = [one for one in proposal.lines if one.table == table]
    if not lines:
        return ""
    return "\n".join([f"[{table}]", *map(_line, lines)]) + "\n"


def _line(line: Line) -> str:
    doubt = "" if line.sure is Sure.SEEN or "NOT KNOWN" in line.reason else f" ({line.sure})"
    return _commented(f"{line.key} = {literal(line.value)}", f"{line.reason}{doubt}")


def _component(part: ProposedComponent) -> str:
    known = isinstance(part.channel, str)
    channel = "its name in the header or in the file names" if known else "its column, from 1"
    unit = "unit after scaling, as the files state" if part.unit_known else "unit after scaling (not known)"
    if part.geometry is not None:
        bearing = _geometry(part.geometry)
    elif part.bearing:
        bearing = _commented(f"bearing = {literal(part.bearing)}", "raceway bearing prints its geometry")
    else:
        bearing = (
            '# bearing = "6205"  # designation of its bearing, if known; then the failing surface is named'
        )
    return "\n".join(
        [
            "[[component]]",
            _commented(f"name = {literal(part.name)}", "name of the part on the screen"),
            _commented(f"channels = [{literal(part.channel)}]", channel),
            _commented(f"unit = {literal(part.unit)}", unit),
            _commented(f"sensitivity = {literal(part.sensitivity)}", "recorded number per unit"),
            bearing,
            "",
        ]
    )


def _geometry(geometry: tuple[int, float, float, float]) -> str:
    rollers, roller, pitch, angle = geometry
    return "\n".join(
        [
            _commented(f"rollers = {rollers}", "rolling elements of its bearing, of one row"),
            _commented(f"roller_diameter = {literal(roller)}", "of a rolling element [mm]"),
            _commented(f"pitch_diameter = {literal(pitch)}", "[mm]"),
            _commented(f"contact_angle = {literal(angle)}", "[degrees]"),
        ]
    )


def _motor(motor: ProposedMotor) -> str:
    known = "their names in the header" if isinstance(motor.channels[0], str) else "their columns, from 1"
    return "\n".join(
        [
            "[[component]]",
            _commented(f"name = {literal(motor.name)}", "name of the part on the screen"),
            _commented('kind = "motor"', f"{evidence_of(motor)}: docs/motors.md (likely)"),
            _commented(f"channels = {literal(motor.channels)}", known),
            _commented(
                f"unit = {literal(motor.units)}",
                "units; of more than three channels, those in V are voltages",
            ),
            "# pole_pairs = 2  # of the motor; without it the speed of the rotor is sought in the currents",
            "",
        ]
    )


def _ranges(channels: Sequence[SlowChannel]) -> list[str]:
    """Return the lines of valid ranges, where numbers in the rows stand for no value."""
    marks = sorted({mark for one in channels for mark in one.marks})
    if not marks:
        return []
    shown = " and ".join(f"{mark:g}" for mark in marks)
    words = f"# {shown} in the rows stands for no value (likely)"
    low = [max((0.9 * one for one in own.marks if one < 0), default=-NO_BOUND) for own in channels]
    high = [min((0.9 * one for one in own.marks if one > 0), default=NO_BOUND) for own in channels]
    return [f"low = {literal(low)}  {words}", f"high = {literal(high)}"]


def _slow_component(name: str, channels: Sequence[SlowChannel]) -> str:
    roles = ["condition" if one.is_condition else "symptom" for one in channels]
    units = [one.unit or "?" for one in channels]
    known = "their names in the header" if isinstance(channels[0].channel, str) else "their columns, from 1"
    doubt = "" if all(one.unit for one in channels) else " (not known where ?)"
    return "\n".join(
        [
            "[[component]]",
            _commented(f"name = {literal(name)}", "name of the part on the screen (likely)"),
            _commented('kind = "process"', "rows that come slowly: docs/process.md"),
            f"channels = {literal([one.channel for one in channels])}  # {known}",
            f"unit = {literal(units)}  # units of the numbers{doubt}",
            f"role = {literal(roles)}  # a condition explains, a symptom is judged (likely)",
            *_ranges(channels),
            "",
        ]
    )


def _commented(setting: str, words: str) -> str:
    return f"{setting.ljust(_COLUMN)}  # {words}"
