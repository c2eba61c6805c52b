"""The text of `raceway inspect`: a table of facts, pictures of the first recording, proposed settings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from replay.inspection.contents import Content
from replay.inspection.lines.line import Sure
from replay.inspection.motors import ProposedMotor, evidence_of
from replay.inspection.proposal import Proposal
from replay.inspection.signals import ChannelLook, look_of
from replay.inspection.survey import Survey
from replay.recording import clean_text

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", "_.-:=+*#"
"""Heights of a picture, in a terminal with and without these glyphs."""

_FAULTS_SHOWN = 4
_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: a fact, its value, and how sure it is."""

    fact: str
    value: str
    sure: str = ""


def table_of(found: Survey, proposal: Proposal) -> list[Row]:
    """Return the facts of a survey, one a row."""
    first = found.contents[0]
    names = found.meant.names
    rows = [
        Row("files", f"{len(names)} named like {names[0]}", "seen"),
        Row(
            "content", f"{first.words}", "seen" if len({one.kind for one in found.contents}) == 1 else "mixed"
        ),
    ]
    if found.channels is not None:
        tokens = ", ".join(found.channels.tokens[:8])
        rows.append(Row("channels", f"a file each: {tokens}; {len(found.recordings)} recordings", "seen"))
    keys = ["time_pattern", "time", "start", "every", "folders", "rows", "cut", "sample_rate", "shaft_speed"]
    keys += ["mains_frequency"] if proposal.motors else []
    for line in proposal.lines:
        if line.key in keys:
            rows.append(Row(line.key, f"{line.value}", {Sure.SEEN: "seen"}.get(line.sure, str(line.sure))))
    for motor in proposal.motors:
        phases = ", ".join(map(str, motor.channels))
        rows.append(Row("motor", f"{phases}: {evidence_of(motor)}", "likely"))
    if proposal.slow is not None:
        seconds = proposal.slow.dates.step
        explaining = [str(one.channel) for one in proposal.slow.channels if one.is_condition]
        conditions = f"{', '.join(explaining)}; they explain the others" if explaining else "none"
        rows.append(
            Row(
                "rows", f"slow: one in {seconds:.4g} s, so {first.rows} rows are watched as a process", "seen"
            )
        )
        rows.append(Row("conditions", f"{conditions}", "likely"))
    for group in found.others:
        shown = ", ".join(group.names[:_NAMES_SHOWN])
        why = f": {group.fault}" if group.fault else ""
        kind = "other" if group.glob == "others" and len(group.names) == 1 else group.glob
        rows.append(Row("other files", f"{len(group.names)} {kind} ({shown}){why}", "passed over"))
    for name, reason in found.faults[:_FAULTS_SHOWN]:
        rows.append(Row("not read", f"{name}: {reason}", ""))
    if found.left_out:
        one = found.left_out[0]
        rows.append(Row("left out", f"{len(found.left_out)} members, the first {one.name}: {one.reason}", ""))
    return rows


def table_lines(rows: Sequence[Row]) -> list[str]:
    """Return the table as lines."""
    wide = max(len(row.fact) for row in rows)
    sure = max(len(row.sure) for row in rows)
    return [clean_text(f"{row.fact:<{wide}}  {row.sure:<{sure}}  {row.value}") for row in rows]


def picture_lines(
    content: Content, rate: float, width: int, glyphs: str, motors: Sequence[ProposedMotor] = ()
) -> list[str]:
    """Return the channels of a recording: figures, waveform and spectrum, a few lines each.

    Args:
        content: of one file.
        rate: sample rate [Hz].
        width: of the pictures, in characters.
        glyphs: eight, from low to high.
        motors: in it, whose currents show a supply and no shaft.
    """
    supplied = {channel for motor in motors for channel in motor.channels}
    lines = [f"first recording: {clean_text(content.name)}"]
    for index in range(content.signal.shape[1]):
        name = content.names[index] or f"channel {index + 1}"
        unit = content.units[index]
        one = look_of(content.signal[:, index], rate)
        if supplied & {content.names[index], index + 1}:
            one = replace(one, shaft=None)
        lines.append(clean_text(f"{name}{f' [{unit}]' if unit else ''}: {words_of(one)}"))
        if one.spectrum.size:
            lines.append(f"  wave      {bars(one.wave, width, glyphs)}")
            lines.append(f"  spectrum  {bars(one.spectrum, width, glyphs)}  0 to {rate / 2:g} Hz")
    return lines


def words_of(one: ChannelLook) -> str:
    """Return a channel's state in words."""
    parts = [f"{one.state}, standard deviation {one.deviation:.4g}, mean {one.mean:.4g}"]
    if one.shaft is not None:
        parts.append(f"a line at {one.shaft:.1f} Hz may be the shaft ({one.shaft * 60:.0f} rpm)")
    if one.mains:
        parts.append(f"lines of {one.mains:g} Hz mains")
    return "; ".join(parts)


def bars(values: NDArray[np.float64], width: int, glyphs: str) -> str:
    """Return values as a row of bars: the highest of each part, from the lowest to the highest of all."""
    parts = [part for part in np.array_split(values, min(width, len(values))) if len(part)]
    heights = np.array([part.max() for part in parts])
    low, high = float(heights.min()), float(heights.max())
    scaled = (heights - low) / (high - low) if high > low else np.zeros(len(heights))
    return "".join(glyphs[min(int(one * len(glyphs)), len(glyphs) - 1)] for one in scaled)
