"""The bundled recording: every 7th snapshot of a real bearing failure, packed in one archive."""

from importlib import resources
from pathlib import Path

SPAN_SECONDS = 588_000
"""Time from the first snapshot to the last [s]."""

ARCHIVE_NAME = "ims-set2-every-7th.tar.bz2"


def sample_path() -> Path:
    """Return the path of the archive: beside this module, in a checkout and in an installed wheel."""
    return Path(str(resources.files(__name__) / ARCHIVE_NAME))
