"""Files that more bytes could complete are distinguished from faulty ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.ims import read_ims
from replay.incoming.partial_file import may_still_grow
from replay.recording import RecordingFormat

NAME = "2004.02.12.10.32.39"
ROW = b"0.125\t-1.500\t2.250\n"
FORM = RecordingFormat("rig", 1000.0, columns=3, rows=4)
MIXED = b"1.5\t0.25\t-3\n0.125\t7\t1e-3\n2\t2.5\t2.75\n10\t0.5\t12.375\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        ROW,
        ROW * 3,
        ROW * 2 + b"0.1",
        ROW * 2 + b"0.125\t",
        ROW * 2 + b"0.125\t-",
        ROW[:-1],
        b"0.125\t-1.5",
        b"\xef\xbb\xbf" + ROW,
        (ROW * 2).replace(b"\n", b"\r\n"),
        (ROW * 2)[:-1] + b"\r",
        ROW * 3 + b"0.125\t-1.500\t2.25",
        ROW * 3 + b"0.125\t-1.500",
        ROW + b"\0" * 70,
        MIXED[:-1],
        MIXED[:-3],
    ],
)
def test_file_that_ends_too_soon_may_still_grow(data: bytes) -> None:
    assert may_still_grow(data, NAME, FORM)


@pytest.mark.parametrize(
    "data",
    [
        ROW * 4,
        ROW * 5,
        ROW * 4 + b"0.1",
        ROW * 3 + ROW[:-1],
        ROW + b"broken\tbroken\tbroken\n" + ROW,
        b"0.125\t-1.500\n" * 2,
        b"0.125,-1.500,2.250\n",
    ],
)
def test_file_that_is_whole_or_wrong_before_its_end_is_not_waited_for(data: bytes) -> None:
    assert not may_still_grow(data, NAME, FORM)


@given(
    st.lists(
        st.lists(st.sampled_from(["0.5", "-1.25", "3", "1e-3", "12.375", "-0.125"]), min_size=3, max_size=3),
        min_size=4,
        max_size=4,
    ),
    st.sampled_from(["\n", "\r\n"]),
    st.data(),
)
def test_of_a_valid_file_every_beginning_may_grow_or_reads_as_the_whole(
    rows: list[list[str]], newline: str, draw: st.DataObject
) -> None:
    whole = "".join("\t".join(row) + newline for row in rows).encode()
    begun = whole[: draw.draw(st.integers(0, len(whole) - 1))]
    if not may_still_grow(begun, NAME, FORM):
        expected = read_ims(whole, NAME, FORM).signal
        assert read_ims(begun, NAME, FORM).signal.tolist() == expected.tolist()


def test_of_files_of_several_lengths_a_row_without_its_end_may_grow() -> None:
    form = RecordingFormat("rig", 1000.0, columns=3, rows=2, most_rows=6)
    assert may_still_grow(ROW * 3 + b"0.125\t-1.5", NAME, form)
    assert not may_still_grow(ROW * 3 + ROW[:-1], NAME, form)
    assert not may_still_grow(ROW * 6 + b"0.125\t-1.5", NAME, form)
