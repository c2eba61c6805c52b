"""A bundle in one file: a zip of its files, checked whenever it is packed, unpacked or scored from."""

import os
import shutil
import zipfile
import zlib
from pathlib import Path

from engine.bundles.bundle import (
    ARRAYS,
    LARGEST_FILE,
    MANIFEST,
    NETWORK,
    WEIGHTS,
    Bundle,
    BundleError,
    flush,
    load_bundle,
    publish,
)
from engine.system.scratch import scratch

MEMBERS = (MANIFEST, ARRAYS, NETWORK)
"""The files of a bundle; a packed bundle holds these, its weights if it has them, and nothing else."""

_STAMP = (1980, 1, 1, 0, 0, 0)
"""Time of every member: the same bundle always gives the same bytes."""

_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""Errors of zipfile for damaged, encrypted or foreign files."""


def pack_bundle(place: Path, file: Path) -> Bundle:
    """Write a bundle folder into one new file, whole or not at all; return the bundle.

    Args:
        place: the bundle folder; it is checked first.
        file: the new file.

    Raises:
        BundleError: the folder is not a whole bundle, or the file exists.
        OSError: the file cannot be written.
    """
    bundle = load_bundle(place)
    if os.path.lexists(file):
        raise BundleError(f"{file}: exists already; name a new file")
    with scratch(".draft-", file.absolute().parent) as draft:
        whole = draft / "bundle.zip"
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in (*MEMBERS, *([WEIGHTS] if bundle.weights else [])):
                archive.writestr(_member(name), (place / name).read_bytes())
        # A bundle that changed while it was packed is refused here, not on the computer that receives it.
        if load_packed(whole).digest() != bundle.digest():
            raise BundleError(f"{place}: changed while it was packed; pack it again")
        flush(whole)
        try:
            os.link(whole, file)
        except FileExistsError:
            raise BundleError(f"{file}: exists already; name a new file") from None
        except OSError:
            # Some file systems have no links; there the last writer wins.
            whole.replace(file)
        flush(file.absolute().parent)
    return bundle


def unpack_bundle(file: Path, bundles: Path) -> Path:
    """Unpack a bundle into a new folder under `bundles`, whole or not at all; return that folder.

    A folder of the same name is taken for the same bundle once it was checked.

    Raises:
        BundleError: the file is not a packed bundle, or is damaged.
        OSError: the folder cannot be written.
    """
    bundle = load_packed(file)
    place = bundles / bundle.folder_name()
    if os.path.lexists(place):
        load_bundle(place)
        return place
    bundles.mkdir(mode=0o700, parents=True, exist_ok=True)
    with scratch(".draft-", bundles) as draft:
        _extract(file, draft)
        publish(draft, place)
    load_bundle(place)
    return place


def load_packed(file: Path) -> Bundle:
    """Load a bundle from its packed file.

    Raises:
        BundleError: the file is not a packed bundle, or a digest does not agree.
    """
    with scratch("raceway-bundle-") as folder:
        _extract(file, folder)
        try:
            return load_bundle(folder)
        except BundleError as error:
            raise BundleError(str(error).replace(str(folder), str(file))) from error


def load_any(path: Path) -> Bundle:
    """Load a bundle from a folder or from a packed file.

    Raises:
        BundleError: it is neither, or is damaged.
    """
    if not path.exists():
        raise BundleError(f"{path}: there is no such bundle")
    return load_packed(path) if path.is_file() else load_bundle(path)


def _extract(file: Path, folder: Path) -> None:
    """Write the members into a folder; the digests are checked by `load_bundle`."""
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            names = sorted(info.filename for info in infos)
            if names not in (sorted(MEMBERS), sorted((*MEMBERS, WEIGHTS))):
                raise BundleError(
                    f"{file}: is not a packed bundle (it must hold {', '.join(MEMBERS)} and nothing else);"
                    " raceway bundle pack writes one"
                )
            for info in infos:
                if info.file_size > LARGEST_FILE:
                    raise BundleError(f"{file}: is not a packed bundle ({info.filename} is far too large)")
                with archive.open(info) as packed, (folder / info.filename).open("xb") as plain:
                    # zipfile ends at the stated size, so that a false one cannot fill the disk.
                    shutil.copyfileobj(packed, plain)
    except _UNREADABLE as error:
        raise BundleError(f"{file}: is not a packed bundle, or is damaged ({error})") from error
    except OSError as error:
        if error.filename not in (None, str(file)):
            raise
        raise BundleError(f"{file}: cannot be read ({error.strerror or error})") from error


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info
