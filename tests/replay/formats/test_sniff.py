"""The kind of a file comes from its bytes."""

import bz2
import gzip
import io
import lzma
import tarfile
import wave
import zipfile

import numpy as np
import pytest
from scipy.io import savemat

from replay.formats.sniff import Kind, encoding_of, identify

NUMBERS = np.arange(12.0).reshape(6, 2)


def _wav() -> bytes:
    sink = io.BytesIO()
    with wave.open(sink, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(NUMBERS.astype("<i2").tobytes())
    return sink.getvalue()


def _mat(version: str) -> bytes:
    sink = io.BytesIO()
    savemat(sink, {"x": NUMBERS}, format=version)
    return sink.getvalue()


def _npz() -> bytes:
    sink = io.BytesIO()
    np.savez(sink, x=NUMBERS)
    return sink.getvalue()


def _npy() -> bytes:
    sink = io.BytesIO()
    np.save(sink, NUMBERS)
    return sink.getvalue()


def _zip(name: str) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        file.writestr(name, "1\t2\n")
    return sink.getvalue()


def _tar() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as file:
        file.addfile(tarfile.TarInfo("run/a.txt"))
    return sink.getvalue()


TEXT = b"0.1\t0.2\n0.3\t0.4\n"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", Kind.EMPTY),
        (TEXT, Kind.TEXT),
        ("µg;Größe\n1,5;2,5\n".encode("cp1252"), Kind.TEXT),
        ("1,5;2,5\n".encode("utf-16"), Kind.TEXT),
        ("1,5;2,5\n2,5;3,5\n".encode("utf-16-le"), Kind.TEXT),
        (gzip.compress(TEXT), Kind.GZIP),
        (bz2.compress(TEXT), Kind.BZIP2),
        (lzma.compress(TEXT), Kind.XZ),
        (_wav(), Kind.WAV),
        (_mat("4"), Kind.MAT4),
        (_mat("5"), Kind.MAT5),
        (_npz(), Kind.NPZ),
        (_npy(), Kind.NPY),
        (_zip("run/a.txt"), Kind.ZIP),
        (_zip("[Content_Types].xml"), Kind.EXCEL),
        (_tar(), Kind.TAR),
        (b"    -1\n    58\nrecord\n", Kind.UFF),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", Kind.SEVEN_ZIP),
        (b"Rar!\x1a\x07\x01\x00", Kind.RAR),
        (NUMBERS.astype("<f4").tobytes(), Kind.UNKNOWN),
    ],
    ids=range(20),
)
def test_bytes_tell_the_kind_whatever_the_name(data: bytes, kind: Kind) -> None:
    assert identify(data, "2024.csv") is kind


def test_each_kind_has_words_for_a_message() -> None:
    assert all(kind.words for kind in Kind)


def test_a_character_that_the_head_cuts_is_no_fault_of_utf8() -> None:
    encoding = encoding_of("µ".encode() * 10 + b"\xc2")
    assert encoding is not None
    assert encoding.name == "utf-8"
