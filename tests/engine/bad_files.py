"""Puts every kind of bad file into a folder of the small rig's recordings."""

from pathlib import Path

from tests.engine.rigs import SMALL_INTERVAL, SMALL_START


def name_between(position: float) -> str:
    """Return a file name with a time half an interval after a snapshot."""
    return f"{SMALL_START + (position + 0.5) * SMALL_INTERVAL:%Y%m%dT%H%M%S}.csv"


def add_bad_files(folder: Path) -> dict[str, str]:
    """Put every kind of bad file between the good ones; return the expected reason of each."""
    good = (folder / f"{SMALL_START:%Y%m%dT%H%M%S}.csv").read_bytes()
    lines = good.splitlines(keepends=True)

    def with_row(row: bytes) -> bytes:
        return b"".join([*lines[:9], row + b"\n", *lines[10:]])

    contents = {
        b"": "the file is empty",
        b"".join(lines[:100]): "it has 100 rows where 2560 are expected",
        good[:-4]: "line 2560 is cut off",
        b"left,right\n" * 2560: "line 1 ('left,right') and those after it hold no rows of numbers",
        with_row(b"broken,broken"): "line 10, column 1: 'broken' is not a number",
        with_row(b"nan,OVL"): "line 10, column 1: 'nan' is not a finite number",
        with_row(b"-inf,"): "line 10, column 1: '-inf' is not a finite number",
        with_row(b"0,5,0.1"): "line 10 has 3 columns where 2 are expected",
        good.replace(b",", b";").replace(b".", b","): "it has 2 columns separated by semicolons with decimal",
        b"\x7fELF\x00\x01": "it is a program",
        b"0.1,0.2,0.3\n" * 2560: "it has 3 columns separated by commas where 2 are expected",
    }
    said = {}
    for number, (content, reason) in enumerate(contents.items()):
        name = name_between(4 * number + 3)
        (folder / name).write_bytes(content)
        said[name] = reason
    (folder / "notes.txt").write_text("greased on Monday")
    said["notes.txt"] = "its name is not a time"
    # Python also accepts a month of one digit.
    same = f"{SMALL_START:%Y%m%dT%H%M%S}.csv".replace("202503", "20253")
    (folder / same).write_bytes(good)
    said[same] = "it has the same time as"
    return said
