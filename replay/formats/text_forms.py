"""Texts of numbers that are no plain table: labels beside the numbers, arrows, brackets, rules between lines.

Each line is brought to plain cells by itself, so that line numbers stay those of the file.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ROWS = 40
# Share of the last lines that must have a form.
_MOSTLY = 0.8
_QUOTED = re.compile(r"(?m)(?:^|(?<=[;,\t| ]))'([^'\"\n]*)'(?=[;,\t| ]|$)")
_HARD_BLANKS = re.compile(r"(?m)(?:(?<=[;,\t|])|^)[ \u00a0]+|[ \u00a0]+(?=[;,\t|]|$)")
_RULE = re.compile(r"(?m)^(?=.*--)(?=.*[|+])[ \t|+:=-]+$")
_UNTIDY = (b"'", b"\xe2\x88\x92", b"\xc2\xa0", b"--")

_NUMBER = r"[+-]?(?:\d[\d.,]*|\.\d+)(?:[eE][+-]?\d+)?"
_PAIR = re.compile(rf"\s*([^\W\d][\w./%]*(?: [^\W\d][\w./%]*)?)\s*[:=]\s*({_NUMBER})[,;|\s]*")
_ARROW = re.compile(r"\s*\[?(\d[\d:.,/ TZ-]*[\dZ])\]?\s*[-=]>\s*(.+)")
_STAMPED = re.compile(r"\s*\[(\d[\d:.,/ TZ-]*[\dZ])\]:?\s+(.+)")
_PROTOCOL = re.compile(r"([^\s=][^\s]*) ((?:[^\s,=]+=[^\s,=]+,?)+)(?: (\d{10,19}))?\s*")
_FIELD = re.compile(rf"([^\s,=]+)=({_NUMBER})[iu]?(?:,|$)")
_BRACKETS = re.compile(r"\s*[\[({]\s*(.*?)\s*[\])}]\s*[,;]?\s*")
_SENTENCE = re.compile(r"\$\w+,(.*)\*[0-9A-Fa-f]{2}\s*")
_WORDS = {
    "labels": "with a label at each number",
    "arrow": "behind a time and an arrow or bracket",
    "protocol": "in Influx line protocol",
    "brackets": "in brackets",
    "sentence": "in lines with a checksum",
}
_MARKS = ("\t", ";", ",")


@dataclass(frozen=True, slots=True)
class LineForm:
    """How the lines of a text are written.

    Attributes:
        kind: a key of `_READERS`.
        names: of the numbers, for a form with labels; empty for others.
        series: what stands before the fields of Influx line protocol.
    """

    kind: str
    names: tuple[str, ...] = ()
    series: str = ""

    @property
    def words(self) -> str:
        """Return how numbers are written, to put after "2 columns"."""
        return _WORDS[self.kind]

    def plain(self, line: str) -> str:
        """Return a line as plain cells; a line of another form as it is."""
        found = _READERS[self.kind](line)
        return line if found is None or found[0] != self else found[1]

    def plain_lines(self, lines: Sequence[str]) -> list[str]:
        """Return lines as plain cells."""
        return [self.plain(line) for line in lines]


def tidied(text: str) -> str:
    """Return lines with double quotes for single ones, ASCII minus signs, and no rules and hard blanks."""
    if "\u2212" in text:
        text = text.replace("\u2212", "-")
    if "\u00a0" in text:
        text = _HARD_BLANKS.sub("", text)
    if "'" in text:
        text = _QUOTED.sub(r'"\1"', text)
    return _RULE.sub("", text) if "--" in text else text


def tidied_bytes(body: bytes) -> bytes:
    """Return rows in UTF-8 as `tidied` does."""
    if not any(one in body for one in _UNTIDY):
        return body
    return tidied(body.decode("utf-8", errors="replace")).encode()


def form_of_lines(lines: Sequence[str]) -> LineForm | None:
    """Return the form that most of the last lines have; None for a plain table."""
    last = [line for line in lines if line.strip()][-_ROWS:]
    for read in _READERS.values():
        found = [one[0] for one in map(read, last) if one is not None]
        if found:
            form, count = Counter(found).most_common(1)[0]
            if count >= _MOSTLY * len(last):
                return form
    return None


def has_several_series(lines: Sequence[str]) -> bool:
    """Return whether lines are Influx line protocol of several series or sets of fields."""
    last = [line for line in lines if line.strip()][-_ROWS:]
    found = [one[0] for one in map(_of_protocol, last) if one is not None]
    return len(found) >= _MOSTLY * len(last) > 0 and len(set(found)) > 1


def _of_labels(line: str) -> tuple[LineForm, str] | None:
    """Read x:12 y:34, or x=1.5, y=2.5; a time of day has no letter before its colon."""
    names, numbers, at = [], [], 0
    while at < len(line):
        found = _PAIR.match(line, at)
        if found is None:
            return None
        names.append(found[1])
        numbers.append(found[2].rstrip(".,"))
        at = found.end()
    return (LineForm("labels", tuple(names)), "\t".join(numbers)) if names else None


def _of_arrow(line: str) -> tuple[LineForm, str] | None:
    """Read 21:30:00.125 -> 0.5,0.7 or [21:30:00.125] x=0.5 y=0.7, as serial monitors write it."""
    found = _ARROW.fullmatch(line) or _STAMPED.fullmatch(line)
    if found is None or (found.re is _STAMPED and _of_labels(found[2]) is None):
        return None
    time, rest = found[1].replace(",", "."), found[2].strip()
    labelled = _of_labels(rest)
    if labelled is not None:
        return LineForm("arrow", ("time", *labelled[0].names)), f"{time}\t{labelled[1]}"
    mark = next((one for one in _MARKS if one in rest), "")
    return LineForm("arrow"), (f"{time}{mark}{rest}" if mark else "\t".join([time, *rest.split()]))


def _of_protocol(line: str) -> tuple[LineForm, str] | None:
    """Read Influx line protocol: vib,machine=pump x=0.5,y=0.7 1710019800000000000."""
    found = _PROTOCOL.fullmatch(line)
    if found is None:
        return None
    fields = _FIELD.findall(found[2])
    if not fields or len(fields) != found[2].rstrip(",").count(",") + 1:
        return None
    names, numbers = [name for name, _ in fields], [number for _, number in fields]
    if found[3]:
        names, numbers = ["time", *names], [found[3], *numbers]
    return LineForm("protocol", tuple(names), found[1]), "\t".join(numbers)


def _of_brackets(line: str) -> tuple[LineForm, str] | None:
    """Read (0.5, 0.7)."""
    found = _BRACKETS.fullmatch(line)
    is_row = found is not None and re.fullmatch(rf"{_NUMBER}(?:[,;\s]+{_NUMBER})*", found[1])
    return (LineForm("brackets"), found[1]) if found is not None and is_row else None


def _of_sentence(line: str) -> tuple[LineForm, str] | None:
    """Read $VIB,0.5,0.7*7F."""
    found = _SENTENCE.fullmatch(line)
    return None if found is None else (LineForm("sentence"), found[1])


_READERS: dict[str, Callable[[str], tuple[LineForm, str] | None]] = {
    "labels": _of_labels,
    "arrow": _of_arrow,
    "protocol": _of_protocol,
    "brackets": _of_brackets,
    "sentence": _of_sentence,
}
