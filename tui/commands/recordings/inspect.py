"""`raceway inspect` and `raceway init`: from a place of recordings to a settings file."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.system.output import complain
from replay.recording import clean_text
from tui.commands.options import FAILED, UNUSABLE, fail, sentences

if TYPE_CHECKING:
    from replay.inspection.lines.raw import RawNumbers
    from replay.inspection.proposal import Proposal
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
        from replay.inspection.proposal import proposal_of
        from replay.inspection.settings_text import settings_text
        from tui.commands.recordings.questions import ask_proposal

        _check_place(out)
        raw = _stated(number_type, channels, rate, skip)
        try:
            proposal = proposal_of(_surveyed(path, raw, is_asking=not yes and sys.stdin.isatty()))
            if not yes:
                if not sys.stdin.isatty():
                    fail("init asks questions on a terminal; --yes takes all as proposed", UNUSABLE)
                proposal = ask_proposal(proposal)
        except (typer.Abort, KeyboardInterrupt):
            print()
            fail("stopped; nothing is written", FAILED)
        _write(settings_text(proposal, clean_text(str(path))), out)
        print(f"wrote {clean_text(str(out))}")
        for one in proposal.lines:
            if "NOT KNOWN" in one.reason:
                complain(f"check {one.table}.{one.key} = {one.value}: the files do not state it")
        print("\n".join(_next_commands(proposal, path, out)))


def _check_place(out: Path) -> None:
    """Exit where the settings file cannot be written, before any question is asked."""
    shown = clean_text(str(out))
    if os.path.lexists(out):
        fail(f"{shown} exists already; name another file by --out", UNUSABLE)
    if not out.parent.is_dir():
        parent = clean_text(str(out.parent))
        fail(f"{shown}: there is no folder {parent}; make it, or name another file by --out", UNUSABLE)
    if not os.access(out.parent, os.W_OK | os.X_OK):
        fail(f"{shown}: you may not write into its folder; name another file by --out", UNUSABLE)


def _write(text: str, out: Path) -> None:
    """Write a settings file that loads; exit, with nothing written, where it does not."""
    from engine.config.layers import SettingsError
    from engine.config.settings import load_settings

    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "answers"
        trial.write_text(text, encoding="utf-8")
        try:
            load_settings(trial)
        except SettingsError as error:
            reason = str(error).removeprefix(str(trial)).lstrip(",: ")
            fail(f"the answers do not fit together, so nothing is written: {reason}", UNUSABLE)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        fail(f"{clean_text(str(out))}: cannot be written ({error.strerror})", FAILED)


def _next_commands(proposal: "Proposal", path: Path, out: Path) -> list[str]:
    """Return the next two commands: to score the recordings, and then to watch or show them."""
    from tui.command_lines import line

    if proposal.value("model", "healthy") == "100%":
        return [
            f"next: {line('learn', path, config=out, out=Path('bundles'))}",
            "then score other runs with its bundle: raceway score RUN --bundle BUNDLE",
        ]
    then = line("watch" if path.is_dir() else "replay", path, config=out)
    words = "then, while a recorder writes into it" if path.is_dir() else "then, on the screen"
    return [f"next: {line('score', path, config=out, out=Path('results'))}", f"{words}: {then}"]


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
    from tui.commands.recordings.questions import ask_count

    try:
        return survey(path, raw=raw)
    except RawFilesError as error:
        if not is_asking:
            raise
        print(str(error).rsplit(". State its numbers", 1)[0])
        print("where they are plain numbers, state them (Ctrl-C ends):")
        head = error.head
    skip = ask_count("bytes of a header", 0)
    while True:
        kind = typer.prompt("type of the numbers", default=likely_type(head[skip:]))
        raw = RawNumbers(kind, ask_count("channels", 1, least=1), 0.0, skip)
        if not raw.fault:
            return survey(path, raw=raw)
        print(raw.fault)
