"""The end of a child process in words: its signal, the likely cause, and the remedy."""

import re
import signal
from dataclasses import dataclass
from enum import Enum, auto

LONGEST_QUOTE = 300
"""Longest quote of a child's last line, in characters."""


class Cause(Enum):
    """The cause of a child's end, by its signal and its last line."""

    PROCESSOR = auto()
    MEMORY = auto()
    DISK = auto()
    ASKED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a child: `words` continue a sentence that begins with its name."""

    words: str
    cause: Cause


_BY_SIGNAL: dict[signal.Signals, tuple[Cause, str]] = {
    signal.SIGILL: (
        Cause.PROCESSOR,
        "this computer's processor lacks instructions that {library} needs, such as AVX",
    ),
    signal.SIGKILL: (Cause.MEMORY, "most often because memory ran out"),
    signal.SIGBUS: (Cause.DISK, "most often memory, or the disk beneath a file in use, ran out"),
    signal.SIGSEGV: (Cause.UNKNOWN, "a fault in a native library, or in the memory of this computer"),
    signal.SIGFPE: (Cause.UNKNOWN, "a fault in the arithmetic of a native library"),
    signal.SIGABRT: (
        Cause.UNKNOWN,
        "{library} gave up: often memory ran out, or the processor lacks instructions such as AVX",
    ),
    signal.SIGSYS: (Cause.UNKNOWN, "a sandbox forbids a system call that it needs"),
    signal.SIGXCPU: (Cause.UNKNOWN, "its limit of processor time is used up (ulimit -t)"),
    signal.SIGXFSZ: (Cause.DISK, "its limit for the size of a file is reached (ulimit -f)"),
    signal.SIGTERM: (Cause.ASKED, "a person or program ended it"),
    signal.SIGINT: (Cause.ASKED, "a person or program interrupted it"),
    signal.SIGHUP: (Cause.ASKED, "its terminal or session ended"),
    signal.SIGQUIT: (Cause.ASKED, "a person or program ended it"),
}

_BY_WORDS = (
    (Cause.PROCESSOR, re.compile(r"\bAVX|\bSSE4|\bFMA\b|illegal instruction", re.IGNORECASE)),
    (
        Cause.MEMORY,
        re.compile(
            r"MemoryError|bad_alloc|cannot allocate memory|failed to map segment|out of memory|\bOOM\b",
            re.IGNORECASE,
        ),
    ),
    (Cause.DISK, re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)),
)


def signal_name(number: int) -> str:
    """Return the name of a signal, such as SIGKILL; "signal 35" for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def death_of(code: int, said: str = "", library: str = "the program") -> Death:
    """Return the end of a child that failed, in words.

    Args:
        code: its exit code; below 0 for the signal that killed it, as in `subprocess`.
        said: its standard error; the last line is quoted.
        library: the library that works in it.
    """
    quote = _last_line(said)
    by_words = next((cause for cause, pattern in _BY_WORDS if pattern.search(quote)), None)
    tail = f"; its last line: {quote}" if quote else ""
    if code >= 0:
        words = f"ended with exit code {code}{of_shell(code)}"
        return Death(
            f"{words}: {quote}" if quote else f"{words} and printed nothing", by_words or Cause.UNKNOWN
        )
    cause, why = Cause.UNKNOWN, ""
    if -code in set(signal.Signals):
        cause, why = _BY_SIGNAL.get(signal.Signals(-code), (cause, why))
    words = f"was killed by {signal_name(-code)}"
    because = f" ({why.format(library=library)})" if why else ""
    return Death(f"{words}{because}{tail}", by_words or cause)


def of_shell(code: int) -> str:
    """Return the meaning of a shell's exit code, in brackets; "" for a code of the program."""
    if code == 126:
        return " (it may not be executed)"
    if code == 127:
        return " (a command in it was not found)"
    if 128 < code <= 128 + max(signal.Signals):
        return f" (a shell's code for {signal_name(code - 128)})"
    return ""


def _last_line(said: str) -> str:
    lines = said.strip().splitlines()
    if not lines:
        return ""
    line = lines[-1].strip()
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 3]}..."
