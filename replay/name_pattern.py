"""The time in a file's name: patterns of `datetime.strptime`, with wildcards and Unix seconds.

`*` stands for any letters and `?` for one, both within one folder's or file's name. `%s` stands for seconds
since 1970; of so many digits it may also be milliseconds, microseconds or nanoseconds. A pattern with `/` is
matched with the folders that the file lies in. `#` stands for the number of a recording, where times are
counted.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
_DIRECTIVES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"1[0-2]|0?[1-9]",
    "d": r"3[01]|[12]\d|0?[1-9]",
    "j": r"36[0-6]|3[0-5]\d|[12]\d\d|0?[1-9]\d|0{0,2}[1-9]",
    "H": r"2[0-3]|[01]\d|\d",
    "I": r"1[0-2]|0?[1-9]",
    "M": r"[0-5]\d|\d",
    "S": r"6[01]|[0-5]\d|\d",
    "f": r"\d{1,6}",
    "p": r"[AaPp]\.?(?:[Mm]\.?)?",
    "b": rf"{_LETTER}+\.?",
    "B": rf"{_LETTER}+\.?",
    "a": r"[^\W\d_]+\.?",
    "A": r"[^\W\d_]+",
    "z": r"[+-]\d\d(?:[-:_.]?\d\d)?|Z",
    "s": r"\d{1,19}(?:\.\d{1,9})?",
}
# Directives that are written in more ways than strptime knows.
_FREE = re.compile("%[bBpz]")
# Digits of seconds since 1970 until the year 5138; of more digits they are a finer unit.
_LONGEST_SECONDS = 11

_MONTHS = (
    "jan january januar janner janvier janv enero ene gennaio gen januari janeiro января январь янв",
    "feb february februar fevrier fevr fev febrero febbraio februari fevereiro февраля февраль фев",
    "mar march marz mrz mars marzo maart mrt marco марта март мар",
    "apr april avril avr abril abr aprile апреля апрель апр",
    "may mai mei mayo maggio mag maio мая май",
    "jun june juni juin junio giugno giu junho июня июнь июн",
    "jul july juli juillet juil julio luglio lug julho июля июль июл",
    "aug august aout agosto ago augustus августа август авг",
    "sep sept september septembre septiembre settembre set setembro сентября сентябрь сен",
    "oct october oktober okt octobre octubre ottobre ott outubro out октября октябрь окт",
    "nov november novembre noviembre novembro ноября ноябрь ноя",
    "dec december dezember dez decembre dic diciembre dicembre dezembro декабря декабрь дек",
)


def month_of(word: str) -> int | None:
    """Return the month from 1 that a word names in a language of Europe, with or without accents.

    A short form may end with a point. Other words give None.
    """
    return _MONTH_OF.get(_folded(word))


def _folded(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word.casefold().rstrip("."))
    return "".join(one for one in parts if not unicodedata.combining(one))


_MONTH_OF = {_folded(word): number for number, words in enumerate(_MONTHS, 1) for word in words.split()}


def is_plain(pattern: str) -> bool:
    """Return whether a pattern is one for `datetime.strptime` alone."""
    return "*" not in pattern and "?" not in pattern and "%s" not in pattern


def tail_of(path: str, pattern: str) -> str:
    """Return the end of a path that a pattern is matched with: its file's name, and as many folders."""
    return "/".join(path.split("/")[-1 - pattern.count("/") :])


def time_in(path: str, pattern: str) -> datetime | None:
    """Return the time in the end of a path; None where it does not follow the pattern.

    Returns:
        Aware where the pattern says the offset (`%z`, `%s`), else naive, by the recorder's clock.

    Raises:
        ValueError: the time is beyond the calendar.
    """
    name = tail_of(path, pattern)
    if is_plain(pattern):
        try:
            return datetime.strptime(name, pattern)
        except ValueError:
            if not _FREE.search(pattern):
                return None
    expression, letters = _expression(pattern)
    found = expression.fullmatch(name)
    if found is None:
        return None
    texts = dict(zip(letters, found.groups(), strict=True))
    if "s" in texts:
        return _since_1970(texts["s"])
    try:
        return _made(texts)
    except ValueError:
        return None


def _made(texts: Mapping[str, str]) -> datetime:
    """Return the time of texts by their directives.

    Raises:
        ValueError: they are no time.
    """
    plain = {}
    for letter, text in texts.items():
        month = month_of(text) if letter in ("b", "B") else None
        if month is not None:
            plain["m"] = str(month)
        elif letter == "p":
            plain["p"] = f"{text[0]}m"
        elif letter == "z" and text != "Z":
            digits = re.sub(r"[-:_.]", "", text[1:])
            plain["z"] = text[0] + digits.ljust(4, "0")
        else:
            plain[letter] = text
    return datetime.strptime(" ".join(plain.values()), " ".join(f"%{letter}" for letter in plain))


def has_counter(pattern: str) -> bool:
    """Return whether a pattern says where the number of a recording stands."""
    return "#" in pattern


def counted_in(path: str, pattern: str) -> tuple[int, datetime | None] | None:
    """Return the number of a recording in the end of a path, and the date beside it.

    Args:
        path: its file's name, with the folders below that of the run.
        pattern: with `#` for the number; a date may stand beside it.

    Returns:
        The number and the naive date, which is None where the pattern has none. None where the path does not
        follow the pattern.

    Raises:
        ValueError: the date is beyond the calendar.
    """
    expression, letters = _expression(pattern, counted=True)
    found = expression.fullmatch(tail_of(path, pattern))
    if found is None:
        return None
    texts = dict(zip(letters, found.groups(), strict=True))
    number = int(texts.pop("#"))
    if not texts:
        return number, None
    return number, _made(texts)


def fault_of_counter(pattern: str) -> str:
    """Return why a pattern with `#` tells no number; empty for one that does, or that has none."""
    if not has_counter(pattern):
        return ""
    if pattern.count("#") > 1:
        return "has # more than once"
    try:
        _expression(pattern, counted=True)
    except (ValueError, re.error) as error:
        return f"is no pattern of a number ({error})"
    return ""


def example_of(pattern: str, time: datetime) -> str:
    """Return a name that follows a pattern, as an example for a message."""
    seconds = str(int(time.replace(tzinfo=time.tzinfo or UTC).timestamp()))
    return time.strftime(pattern.replace("%s", seconds)).replace("*", "...").replace("?", "x")


def fault_of(pattern: str) -> str:
    """Return why a pattern tells no time; empty for one that does."""
    # This sample distinguishes day from month, and a 24-hour clock from a 12-hour clock.
    sample = datetime(2004, 12, 31, 23, 52, tzinfo=UTC)
    if "%s" in pattern:
        return "" if pattern.count("%s") == 1 else "has %s more than once"
    try:
        name = sample.strftime(pattern)
        read = time_in(name.replace("*", "x").replace("?", "x"), pattern)
        if read is None:
            datetime.strptime(name, pattern)
    # It becomes a regular expression, where a field that comes twice is an error of its own.
    except (ValueError, re.error) as error:
        return f"is not a pattern that Python's strptime can read ({error})"
    if read is None or read.replace(tzinfo=UTC, second=0) != sample:
        return "must tell year, month, day, hour and minute"
    return ""


@lru_cache(maxsize=64)
def _expression(pattern: str, counted: bool = False) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Return a pattern as a regular expression, and the letters of its groups.

    Raises:
        ValueError: it has a directive that is not known, or one twice.
    """
    letters: list[str] = []
    parts: list[str] = []
    for token in re.findall(r"%.|[*?#]|[^%*?#]+|%", pattern):
        if token == "*":
            parts.append("[^/]*?")
        elif token == "?":
            parts.append("[^/]")
        elif token == "#" and counted:
            letters.append("#")
            parts.append(r"(\d{1,15})")
        elif token == "%%":
            parts.append("%")
        elif token.startswith("%"):
            letter = token[1:]
            if letter not in _DIRECTIVES:
                raise ValueError(f"'{token}' cannot stand beside a wildcard")
            if letter in letters:
                raise ValueError(f"'{token}' comes twice")
            letters.append(letter)
            parts.append(f"({_DIRECTIVES[letter]})")
        else:
            parts.append(re.escape(token))
    return re.compile("".join(parts), re.IGNORECASE), tuple(letters)


def _since_1970(text: str) -> datetime:
    """Return the time of a number of seconds, or of a finer unit where it has more digits."""
    whole, _, fraction = text.partition(".")
    digits = len(whole.lstrip("0"))
    exponent = 0
    while digits - exponent > _LONGEST_SECONDS and exponent < 9:
        exponent += 3
    number = int(whole + fraction)
    nanoseconds = number * 10**9 // 10 ** (exponent + len(fraction))
    try:
        return EPOCH + timedelta(microseconds=nanoseconds // 1000)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error
