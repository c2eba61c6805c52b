"""`raceway inspect` and `raceway init`: from a place of recordings to a settings file."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.system.output import complain
from replay.recording import clean_text
from tui.commands.options import FAILED, UNUSABLE, fail, sentences

if TYPE_CHECKING:
    from replay.inspection.lines.line import Line
    from replay.inspection.lines.raw import RawNumbers
    from replay.inspection.proposal import Proposal, ProposedComponent
    from replay.inspection.slow_rows import SlowChannel
    from replay.inspection.survey import Survey

WIDTH = 60
"""Characters of a picture."""

NumberType = Annotated[
    str | None,
    typer.Option("--type", help="Type of raw binary numbers: int16, float32 ...; >int16: high byte first."),
]
Channels = Annotated[int | None, typer.Option(min=1, help="Channels of raw binary numbers.")]
Rate = Annotated[float, typer.Option(min=0, help="Sample rate of raw binary numbers [Hz]; 0: not known.")]
Skip = Annotated[int, typer.Option(min=0, help="Bytes of a header before raw binary numbers.")]
Place = Annotated[Path, typer.Argument(help="A folder, archive or file of recordings.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(inspect)
    app.command()(init)


def inspect(
    path: Place,
    number_type: NumberType = None,
    channels: Channels = None,
    rate: Rate = 0.0,
    skip: Skip = 0,
) -> None:
    """Look at recordings of any layout: a table of facts, pictures, and proposed settings. Writes nothing."""
    with sentences():
        from replay.inspection.proposal import proposal_of
        from replay.inspection.settings_text import settings_text
        from replay.inspection.survey import survey
        from tui.output.inspection import BLOCKS, PLAIN, picture_lines, table_lines, table_of

        found = survey(path, raw=_stated(number_type, channels, rate, skip))
        proposal = proposal_of(found)
        sampled = proposal.value("machine", "sample_rate")
        pace = sampled if isinstance(sampled, float) else 1.0
        if proposal.slow is not None:
            pace = 1 / proposal.slow.dates.step
        glyphs = BLOCKS if "utf" in (sys.stdout.encoding or "").lower() else PLAIN
        shown = clean_text(str(path))
        print("\n".join(table_lines(table_of(found, proposal))))
        print("\n" + "\n".join(picture_lines(found.contents[0], pace, WIDTH, glyphs, proposal.motors)))
        print(f"\nproposed settings (raceway init {shown} writes them):\n")
        print(settings_text(proposal, shown))


def init(
    path: Place,
    out: Annotated[Path, typer.Option(help="The settings file to write.")] = Path("machine.toml"),
    yes: Annotated[
        bool, typer.Option("--yes", help="Ask nothing, and write all settings as proposed.")
    ] = False,
    number_type: NumberType = None,
    channels: Channels = None,
    rate: Rate = 0.0,
    skip: Skip = 0,
) -> None:
    """Write a settings file for recordings; asks only what the files cannot tell."""
    with sentences():
        from engine.config.settings import load_settings
        from replay.inspection.proposal import proposal_of
        from replay.inspection.settings_text import settings_text
        from tui.command_lines import line

        if out.exists():
            fail(f"{out} exists already; name another file by --out", UNUSABLE)
        raw = _stated(number_type, channels, rate, skip)
        proposal = proposal_of(_surveyed(path, raw, is_asking=not yes and sys.stdin.isatty()))
        if not yes:
            if not sys.stdin.isatty():
                fail("init asks questions on a terminal; --yes takes all as proposed", UNUSABLE)
            proposal = _asked(proposal)
        text = settings_text(proposal, clean_text(str(path)))
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            fail(f"{out}: cannot be written ({error.strerror})", FAILED)
        load_settings(out)
        print(f"wrote {clean_text(str(out))}")
        for one in proposal.lines:
            if "NOT KNOWN" in one.reason:
                complain(f"check {one.table}.{one.key} = {one.value}: the files do not state it")
        if proposal.value("model", "healthy") == "100%":
            print(f"next: {line('learn', path, config=out, out=Path('bundles'))}")
            print("then score other runs with its bundle: raceway score RUN --bundle BUNDLE")
        else:
            print(f"next: {line('score', path, config=out, out=Path('results'))}")


def _stated(number_type: str | None, channels: int | None, rate: float, skip: int) -> "RawNumbers | None":
    """Return what the options state about raw binary numbers; exit where they do not fit together."""
    from replay.inspection.lines.raw import RawNumbers

    if number_type is None and (channels or rate or skip):
        fail("--channels, --rate and --skip describe raw binary numbers: give --type too", UNUSABLE)
    if number_type is None:
        return None
    if channels is None:
        fail("--type needs --channels: the numbers of a row", UNUSABLE)
    raw = RawNumbers(number_type, channels, rate, skip)
    if raw.fault:
        fail(f"--type: {raw.fault}", UNUSABLE)
    return raw


def _surveyed(path: Path, raw: "RawNumbers | None", *, is_asking: bool) -> "Survey":
    """Look at a place, and ask a person about raw binary numbers."""
    from replay.inspection.lines.raw import RawNumbers, likely_type
    from replay.inspection.survey import RawFilesError, survey

    try:
        return survey(path, raw=raw)
    except RawFilesError as error:
        if not is_asking:
            raise
        print(str(error).rsplit(". State its numbers", 1)[0])
        print("where they are plain numbers, state them (Ctrl-C ends):")
        head = error.head
    skip = typer.prompt("bytes of a header", default=0, type=int)
    while True:
        kind = typer.prompt("type of the numbers", default=likely_type(head[skip:]))
        count = typer.prompt("channels", default=1, type=int)
        raw = RawNumbers(kind, max(count, 1), 0.0, max(skip, 0))
        if not raw.fault:
            return survey(path, raw=raw)
        print(raw.fault)


def _asked(proposal: "Proposal") -> "Proposal":
    """Ask a person for each value that the files cannot tell."""
    lines = tuple(_asked_line(one) for one in proposal.lines)
    parts = tuple(_asked_component(one) for one in proposal.components)
    slow = proposal.slow
    if slow is not None:
        slow = replace(slow, channels=tuple(map(_asked_channel, slow.channels)))
    return replace(proposal, lines=lines, components=parts, slow=slow)


def _asked_channel(channel: "SlowChannel") -> "SlowChannel":
    unit = channel.unit or typer.prompt(f"unit of {channel.channel}, empty if not known", default="")
    words = f"does {channel.channel} explain others, as speed, load or ambient do (no: it is judged)"
    return replace(channel, unit=unit, is_condition=typer.confirm(words, default=channel.is_condition))


def _asked_line(line: "Line") -> "Line":
    from replay.inspection.lines.line import Sure

    words = {
        "name": "name of the machine",
        "sample_rate": "sample rate [Hz]",
        "shaft_speed": "speed of the shaft [rpm], 0 if not known",
        "mains_frequency": "mains frequency [Hz], 0 if none",
        "every": "seconds between two recordings",
        "start": "time of recording number 0",
    }
    asked = line.sure is Sure.UNKNOWN or line.key == "name"
    if not asked or line.key not in words:
        return line
    kind = float if isinstance(line.value, float) else str
    answer = typer.prompt(words[line.key], default=line.value, type=kind)
    reason = line.reason.replace("; NOT KNOWN", "").split(": the files")[0]
    return replace(line, value=answer, reason=reason, sure=Sure.SEEN)


def _asked_component(part: "ProposedComponent") -> "ProposedComponent":
    from engine.signals.bearing_table import bearing_named, unknown_bearing

    name = typer.prompt(f"name of the part on channel {part.channel}", default=part.name)
    unit = part.unit if part.unit_known else typer.prompt("  unit of its numbers after scaling", default="V")
    factor = typer.prompt("  recorded number per unit (sensitivity)", default=part.sensitivity, type=float)
    while True:
        bearing = typer.prompt(
            "  designation of its bearing, empty if not known", default="", show_default=False
        )
        if not bearing or bearing_named(bearing):
            break
        print(f"  {unknown_bearing(bearing)}")
    return replace(part, name=name, unit=unit, unit_known=True, sensitivity=factor, bearing=bearing)
