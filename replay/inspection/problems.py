"""All that is wrong at once: how files differ from the settings, and the lines that read them."""

from pathlib import Path

from replay.file_times import time_of
from replay.inspection.contents import Content
from replay.inspection.lines.raw import RawNumbers, likely_type
from replay.inspection.proposal import proposal_of
from replay.inspection.settings_text import literal
from replay.inspection.survey import RawFilesError, Survey, UnreadableError, survey
from replay.inspection.texts.rows import FEWEST_ROWS
from replay.recording import ANY_SEPARATORS, RecordingError, RecordingFormat, clean_text
from replay.run import RunError

_CLOSE = 0.001
_SHOWN = 3
_CUT_OFF = "cut off"


def advice_on(path: Path, form: RecordingFormat, said: str = "") -> str:
    """Return what the files of a place are, and every setting to change for them; empty where none is found.

    Args:
        path: the folder, archive or file of the recordings.
        form: the settings.
        said: the error that a person sees already; it is not repeated.
    """
    try:
        found = survey(path, raw=_stated(form))
    except RawFilesError as error:
        kind = literal(likely_type(error.head))
        return f'to read such files set recording.format = "raw" and recording.number_type = {kind} (likely)'
    except UnreadableError as error:
        new = [one for one in reversed(error.faults) if not _is_said(one[1], said)]
        reasons = {reason: clean_text(name) for name, reason in new}
        return "; ".join([f"{name}: {reason}" for reason, name in reversed(reasons.items())][:_SHOWN])
    except (RunError, OSError, ValueError):
        return ""
    wanted = [one for one in dict.fromkeys(differences(found, form)) if one not in said]
    if not wanted:
        return ""
    first = found.contents[0]
    return f"{first.name}: {first.words}; to read such files set {' and '.join(wanted)}"


def _is_said(reason: str, said: str) -> bool:
    """Return whether an error says a reason already; readers say in several ways that a file is cut off."""
    return reason in said or (_CUT_OFF in reason and _CUT_OFF in said)


def _stated(form: RecordingFormat) -> RawNumbers | None:
    """Return what the settings state about raw binary numbers; None for other formats."""
    return RawNumbers(form.number_type, form.columns, 0.0, form.skip) if form.format == "raw" else None


def differences(found: Survey, form: RecordingFormat) -> list[str]:
    """Return the settings that the files of a survey ask for and that are set otherwise."""
    if form.table:
        return _of_slow_rows(found, form)
    if proposal_of(found).slow is not None:
        return ['kind = "process" in one [[component]], as raceway init proposes it']
    first = found.contents[0]
    return [
        *_of_rows(found, form),
        *_of_layout(first, form),
        *_of_names(found, form),
        *_of_folders(found, form),
        *_of_rate(first, form),
    ]


def _of_folders(found: Survey, form: RecordingFormat) -> list[str]:
    """Return the setting for files that lie deeper than the settings look, and their folder."""
    if form.depth < 0 or found.depth <= form.depth:
        return []
    folders = {name.rpartition("/")[0] for name in found.meant.names}
    if len(folders) > 1:
        return ['recording.folders = "yes"']
    return [f'recording.folders = "yes" (or name the folder {clean_text(str(found.path / folders.pop()))})']


def _of_slow_rows(found: Survey, form: RecordingFormat) -> list[str]:
    """Return the window that fits, where all files together have fewer rows than one."""
    if len(found.contents) < len(found.meant.names):
        return []
    rows = sum(one.rows for one in found.contents)
    return [f"process.window = {rows // 2}"] if 4 <= rows < form.rows else []


def _of_rows(found: Survey, form: RecordingFormat) -> list[str]:
    counts = [one.rows for one in found.contents]
    if max(counts) < FEWEST_ROWS <= form.rows:
        # They are no snapshots, whatever is set.
        return []
    if form.cut or any(form.fewest <= rows <= form.most for rows in counts):
        return []
    proposed = proposal_of(found)
    lines = [one for one in proposed.lines if one.key in ("rows", "cut", "most_rows")]
    return [f"recording.{one.key} = {literal(one.value)}" for one in lines]


def _of_layout(content: Content, form: RecordingFormat) -> list[str]:
    wanted = ["recording.stacked = true"] if content.stacked and not form.stacked else []
    layout = content.layout
    if layout is not None:
        if form.separator not in (*ANY_SEPARATORS, layout.separator) and layout.columns > 1:
            wanted.append(f"recording.separator = {literal(layout.separator)}")
        if form.decimal not in ("auto", layout.decimal):
            wanted.append(f"recording.decimal = {literal(layout.decimal)}")
        if form.skip > layout.skipped and form.format != "raw":
            wanted.append(f"recording.skip = {layout.skipped} (now {form.skip})")
    sensors = len(content.names)
    is_single = sensors == 1 and form.columns > 1
    if form.format != "raw" and not form.names and form.columns not in (sensors, content.columns):
        noun = "channel" if sensors == 1 else f"{sensors} channels"
        wanted.append(
            f"the {noun} in [[component]], or a file a channel" if is_single else f"{noun} in [[component]]"
        )
    return wanted


def _of_names(found: Survey, form: RecordingFormat) -> list[str]:
    if form.time != "name" or found.single:
        return []
    names = found.recordings[:50]
    if any(_is_read(name, form) for name in names):
        return []
    lines = [
        one
        for one in proposal_of(found).lines
        if one.key in ("time", "time_pattern", "start", "every", "folders")
    ]
    return [f"recording.{one.key} = {literal(one.value)}" for one in lines]


def _is_read(name: str, form: RecordingFormat) -> bool:
    try:
        time_of(name, form)
    except RecordingError:
        return False
    return True


def _of_rate(content: Content, form: RecordingFormat) -> list[str]:
    rate = content.sample_rate
    if rate is None or abs(rate - form.sample_rate) <= _CLOSE * rate:
        return []
    return [f"machine.sample_rate = {rate:g}"]
