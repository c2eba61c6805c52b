"""Makes the bundled sample from a folder that holds the complete IMS Set 2.

    python -m replay.sample.make_sample FOLDER [ARCHIVE]

The same recordings give the same archive, byte for byte: its order, times and owners are fixed. bzip2 packs
columns of short numbers best: 12.9 MB; xz at its highest level needs 14.8 MB.
"""

import bz2
import hashlib
import io
import sys
import tarfile
from pathlib import Path

from replay.recording import RecordingFormat
from replay.run import Run, RunError, open_run
from replay.sample import sample_path

# Every 7th from index 3: the first faulty one is then 535, three after the onset; the last is 983, the
# stopped machine.
FIRST, EVERY = 3, 7
SNAPSHOTS_OF_SET_2 = 984
LARGEST_ARCHIVE = 15_000_000
IMS_SET_2 = RecordingFormat("IMS rig", sample_rate=20480.0, columns=4, rows=20480)


def packed(run: Run) -> bytes:
    """Pack the chosen files of the run, as they are, into a .tar.bz2.

    Raises:
        RecordingError: one of them is not a valid recording.
        OSError: one of them cannot be read.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for index in range(FIRST, len(run), EVERY):
            run.read(index)
            content = run.location(index).read_bytes()
            member = tarfile.TarInfo(f"ims-set2-every-7th/{run.entries[index].name}")
            member.size = len(content)
            member.mtime = int(run.entries[index].time.timestamp())
            tar.addfile(member, io.BytesIO(content))
    return bz2.compress(buffer.getvalue(), 9)


def main(arguments: list[str]) -> int:
    """Write the archive and return the exit code."""
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(arguments[1]) if arguments[1:] else sample_path()
    try:
        run = open_run(Path(arguments[0]), IMS_SET_2)
        if len(run) != SNAPSHOTS_OF_SET_2:
            raise RunError(f"{run.path} holds {len(run)} snapshots; IMS Set 2 has {SNAPSHOTS_OF_SET_2}")
        archive = packed(run)
    except (RunError, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    if len(archive) > LARGEST_ARCHIVE:
        print(f"{len(archive)} bytes: too large to be bundled", file=sys.stderr)
        return 1
    target.write_bytes(archive)
    print(f"{target}: {len(archive)} bytes, sha256 {hashlib.sha256(archive).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
