"""Makes the pictures of the README and docs/: the console over the bundled recording, one for each screen."""

import os
import subprocess
import sys
from pathlib import Path

from bench.support.recordings import fresh_state
from replay.sample import sample_path

SCREENS = ("overview", "bearing", "alarms", "timeline", "model", "health")
RUNNING = ("overview", "bearing")
"""Screens that show more while the machine runs; the recording ends with a stopped machine."""

AT = "120"
"""A snapshot of the bundled recording with alarms of bearing 1 and its neighbours."""

SIZE = "100x30"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Score the bundled recording in a temporary store, and write a picture of each screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with fresh_state() as folder:
        raceway("score", str(sample_path()), "--rig", "ims-set2", "--out", str(folder / "out"))
        for screen in SCREENS:
            path = PICTURES / f"{screen}.svg"
            state = str(folder / "out" / "store")
            when = ("--at", AT) if screen in RUNNING else ()
            raceway(
                "snapshot", "--state", state, "--screen", screen, *when, "--size", SIZE, "--svg", str(path)
            )
            picture = path.read_text()
            for place, shown in (
                (state, "/var/lib/raceway"),
                (str(sample_path()), "/data/ims-set2-every-7th"),
            ):
                # Padded to the same length, so that nothing moves. Local paths must not be published.
                picture = picture.replace(place, shown.ljust(len(place), "\u00a0"))
            path.write_text(picture)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def raceway(*arguments: str) -> None:
    """Run a command of Raceway with a full terminal; raise if it fails."""
    terminal = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    given = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    program = [sys.executable, "-c", "from tui.cli import main; main()"]
    subprocess.run([*program, *arguments], check=True, env=given | terminal)


if __name__ == "__main__":
    main()
