import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.recorder.rows import LONGEST_ROW, BadRow, RowReader, Rows


def read_all(reader: RowReader, *pieces: bytes) -> list[Rows | BadRow]:
    return [one for piece in pieces for one in reader.read(piece)]


def text_of(found: list[Rows | BadRow]) -> bytes:
    return b"".join(one.text for one in found if isinstance(one, Rows))


@given(
    values=st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=1, max_size=30),
    separator=st.sampled_from(["\t", ";", ",", " ", " ; ", "   "]),
    seed=st.integers(0, 999),
)
def test_rows_come_out_whole_wherever_the_pieces_end(values, separator, seed):
    text = "".join(separator.join(f"{one:.6g}" for one in row) + "\n" for row in values).encode()
    dice = random.Random(seed)
    cuts = sorted(dice.randrange(len(text) + 1) for _ in range(4))
    reader = RowReader(3)
    found = read_all(
        reader, *(text[one:other] for one, other in zip([0, *cuts], [*cuts, len(text)], strict=True))
    )
    expected = "".join("\t".join(f"{one:.6g}" for one in row) + "\n" for row in values).encode()
    assert text_of(found) == expected
    assert sum(one.count for one in found if isinstance(one, Rows)) == len(values)
    assert not any(isinstance(one, BadRow) for one in found)


@pytest.mark.parametrize(
    ("stream", "rows"),
    [
        (b"1,5;2,5\n3;4\n", b"1.5\t2.5\n3\t4\n"),
        (b"1,5\t2,5\n", b"1.5\t2.5\n"),
        (b"-1e-3 +2\r\n.5  6.\r\n", b"-1e-3\t+2\n.5\t6.\n"),
        (b"\n\n1\t2\n\n3\t4\n", b"1\t2\n3\t4\n"),
    ],
)
def test_the_notation_is_read_from_the_first_row(stream, rows):
    assert text_of(read_all(RowReader(2), stream)) == rows


@pytest.mark.parametrize("bad", [b"1\t2\t3", b"1", b"1\tx", b"\xff\xfe", b"1\tnan", b"1\t", b"1\t2\t"])
def test_a_row_that_is_no_row_stands_between_those_beside_it(bad):
    found = read_all(RowReader(2), b"1\t2\n" + bad + b"\n3\t4\n")
    assert [type(one) for one in found] == [Rows, BadRow, Rows]


def test_the_reason_names_the_columns_found():
    (bad,) = read_all(RowReader(3), b"0.1,0.2\n")
    assert isinstance(bad, BadRow)
    assert bad.reason == "a row has 2 columns where 3 are expected: '0.1,0.2'"


def test_a_stream_without_line_ends_needs_no_memory():
    reader = RowReader(2)
    found = read_all(reader, *[b"1" * 10_000] * 100)
    assert all(isinstance(one, BadRow) for one in found)
    assert len(found) >= 100 * 10_000 // (LONGEST_ROW + 10_000)


def test_the_rest_of_a_broken_connection_joins_no_row():
    reader = RowReader(2)
    reader.read(b"1\t2\n3\t")
    reader.restart()
    assert text_of(reader.read(b"5\t6\n")) == b"5\t6\n"


def test_blanks_in_a_long_row_take_no_time():
    # A pattern that tries every split of a run of blanks would not end.
    (bad,) = read_all(RowReader(3), b"1" + b" " * 50_000 + b"x\n")
    assert isinstance(bad, BadRow)
