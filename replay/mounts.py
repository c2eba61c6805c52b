"""On what kind of file system a folder lies: of changes made by another machine the system tells nobody."""

import os
import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")

# As /proc/mounts names them; of FUSE's file systems nearly all are remote, and "fuseblk" is a local disk.
_REMOTE = frozenset(
    {
        *("9p", "acfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse", "gfs", "gfs2"),
        *(
            "glusterfs",
            "gpfs",
            "lustre",
            "ncp",
            "ncpfs",
            "nfs",
            "nfs4",
            "ocfs2",
            "orangefs",
            "panfs",
            "prl_fs",
        ),
        *("pvfs2", "smb", "smb2", "smb3", "smbfs", "vboxsf", "virtiofs", "vmhgfs"),
    }
)
_ESCAPED = re.compile(rb"\\([0-7]{3})")


def is_remote(kind: str) -> bool:
    """Whether changes on a file system of this type may be made by another machine."""
    return kind in _REMOTE or kind.startswith("fuse.")


def file_system_of(folder: Path, mounts: bytes) -> str:
    """The type of the file system that a path without links lies on; "" if the table does not say.

    Args:
        folder: an absolute path without links in it.
        mounts: the kernel's table of mounts, as /proc/mounts shows it; of two on one place the later counts.
    """
    path = os.fsencode(folder)
    longest, kind = b"", ""
    for line in mounts.splitlines():
        fields = line.split(b" ")
        if len(fields) < 3:
            continue
        place = _ESCAPED.sub(lambda found: bytes([int(found[1], 8) & 0xFF]), fields[1])
        inside = path == place or path.startswith(place.rstrip(b"/") + b"/")
        if inside and len(place) >= len(longest):
            longest, kind = place, fields[2].decode("ascii", errors="replace")
    return kind


def kind_of_file_system(folder: Path) -> str:
    """The type of the file system that a folder lies on now; "" if that cannot be told."""
    try:
        return file_system_of(Path(os.path.realpath(folder)), MOUNTS.read_bytes())
    except OSError:
        return ""
