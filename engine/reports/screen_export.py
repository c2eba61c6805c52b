"""Files of an export: a picture of a screen, and the numbers that it plots."""

from collections.abc import Sequence
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


def write_export(
    folder: Path,
    name: str,
    picture: str,
    header: Sequence[str] = (),
    rows: Sequence[Sequence[object]] = (),
) -> tuple[Path, ...]:
    """Write a picture and a table beside earlier exports of the same name.

    Args:
        folder: made if it is missing.
        name: of the files, from `safe_name`.
        picture: SVG.
        header: names of the columns; without any there is no table.
        rows: of the table.

    Returns:
        The files.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number, free = 1, name
    while any((folder / f"{free}.{kind}").exists() for kind in ("svg", "csv")):
        number += 1
        free = f"{name}-{number}"
    drawn, table = folder / f"{free}.svg", folder / f"{free}.csv"
    write_whole(drawn, picture)
    if not header:
        return (drawn,)
    write_csv(table, header, rows, rounded)
    return drawn, table
