"""Remote file systems, which report no changes, are recognised by the kernel's table of mounts."""

from pathlib import Path

import pytest

from replay.incoming.notify import file_system_of, is_remote, kind_of_file_system

MOUNTS = rb"""/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
systemd-1 /data autofs rw 0 0
server:/export /data nfs4 rw 0 0
//plc/share /mnt/plc\0401 cifs rw 0 0
pi@rig:/in /home/op/rig fuse.sshfs rw 0 0
/dev/sdb1 /data/local ext4 rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", "ext4"),
        ("/data", "nfs4"),
        ("/data/in/2004", "nfs4"),
        ("/database", "ext4"),
        ("/data/local/in", "ext4"),
        ("/mnt/plc 1/in", "cifs"),
        ("/home/op/rig", "fuse.sshfs"),
        ("/run/x", "tmpfs"),
    ],
)
def test_file_system_is_that_of_the_innermost_and_latest_mount(folder: str, kind: str) -> None:
    assert file_system_of(Path(folder), MOUNTS) == kind


def test_table_that_says_nothing_gives_no_type() -> None:
    assert file_system_of(Path("/data"), b"") == ""


@pytest.mark.parametrize(
    ("kind", "remote"),
    [
        *((kind, True) for kind in ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "virtiofs", "ceph")),
        *((kind, False) for kind in ("ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuseblk", "")),
    ],
)
def test_remote_file_systems_are_known_by_their_type(kind: str, remote: bool) -> None:
    assert is_remote(kind) is remote


def test_kernel_is_asked_for_a_real_folder(tmp_path: Path) -> None:
    assert kind_of_file_system(tmp_path) != ""
