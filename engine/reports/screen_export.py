"""Files of an export: pictures of a screen, and the numbers that it plots."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from engine.reports.csv_files import rounded, write_csv
from engine.system.whole_file import write_whole


def safe_name(*parts: str) -> str:
    """Return parts as the name of a file: ASCII letters, digits, dots, underscores and hyphens."""
    words = []
    for part in parts:
        kept = "".join(one if one.isascii() and (one.isalnum() or one in "._") else "-" for one in part)
        words.append(kept.strip("-.")[:60])
    return "-".join(word for word in words if word) or "raceway"


def free_name(folder: Path, name: str, kinds: Iterable[str]) -> str:
    """Return a name of which no file exists: the name itself, or with the next number.

    Args:
        folder: of the files.
        name: wanted.
        kinds: suffixes of the files that will be written.
    """
    number, free, suffixes = 1, name, tuple(kinds)
    while any((folder / f"{free}.{kind}").exists() for kind in suffixes):
        number += 1
        free = f"{name}-{number}"
    return free


def write_export(
    folder: Path,
    name: str,
    pictures: Mapping[str, str | bytes],
    header: Sequence[str] = (),
    rows: Sequence[Sequence[object]] = (),
) -> tuple[Path, ...]:
    """Write pictures and a table beside earlier exports of the same name.

    Args:
        folder: made if it is missing.
        name: of the files, from `safe_name`.
        pictures: content of each, by the suffix of its file, such as `svg`.
        header: names of the columns; without any there is no table.
        rows: of the table.

    Returns:
        The files.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = free_name(folder, name, (*pictures, "csv"))
    files = []
    for kind, content in pictures.items():
        files.append(folder / f"{free}.{kind}")
        write_whole(files[-1], content)
    if header:
        files.append(folder / f"{free}.csv")
        write_csv(files[-1], header, rows, rounded)
    return tuple(files)
