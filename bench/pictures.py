"""Makes the pictures of the README: the console over the bundled recording, one screen after the other."""

import re
import subprocess
import sys
from pathlib import Path

from bench.recordings import fresh_state
from replay.sample import sample_path

SCREENS = ("overview", "bearing", "alarms", "timeline", "model", "health")
SIZE = "100x30"
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"

FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Fonts from elsewhere: a picture shows without them, and looks the same wherever it is opened."""


def main() -> None:
    """Score the bundled recording in a store that goes afterwards, and write a picture of each screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with fresh_state() as folder:
        raceway("score", str(sample_path()), "--rig", "ims-set2", "--out", str(folder / "out"))
        for screen in SCREENS:
            path = PICTURES / f"{screen}.svg"
            state = str(folder / "out" / "store")
            raceway("snapshot", "--state", state, "--screen", screen, "--size", SIZE, "--svg", str(path))
            picture = FONT.sub("", path.read_text())
            for place, shown in (
                (state, "/var/lib/raceway"),
                (str(sample_path()), "/data/ims-set2-every-7th"),
            ):
                # As long as before, so that nothing moves; where this was made is nobody's affair.
                picture = picture.replace(place, shown.ljust(len(place), "\u00a0"))
            path.write_text(picture)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def raceway(*arguments: str) -> None:
    """Run a command of Raceway; its failure is ours."""
    subprocess.run([sys.executable, "-c", "from tui.cli import main; main()", *arguments], check=True)


if __name__ == "__main__":
    main()
