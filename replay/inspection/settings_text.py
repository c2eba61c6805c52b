"""A proposed settings file as text: every line with its explanation."""

import json

from replay.inspection.proposal import Line, Proposal, ProposedComponent, Sure

TABLES = ("machine", "recording", "model")
_COLUMN = 44


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
    bearing = (
        _commented(f"bearing = {literal(part.bearing)}", "raceway bearing prints its geometry")
        if part.bearing
        else '# bearing = "6205"  # designation of its bearing, if known; then the failing surface is named'
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


def _commented(setting: str, words: str) -> str:
    return f"{setting.ljust(_COLUMN)}  # {words}"
