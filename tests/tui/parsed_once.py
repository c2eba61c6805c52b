"""Parses equal styles once for all consoles of a test process: each start of a console parses them twice."""

from collections.abc import Callable

from textual.css.model import RuleSet
from textual.css.stylesheet import CSSLocation, Stylesheet

Parse = Callable[[Stylesheet, str, CSSLocation, bool, int, str], list[RuleSet]]


def remembering(parse: Parse) -> Parse:
    """Return a parser of rules that takes the rules of an equal, earlier text and equal variables."""
    found: dict[object, list[RuleSet]] = {}

    def remembered(
        self: Stylesheet,
        css: str,
        read_from: CSSLocation,
        is_default_rules: bool = False,
        tie_breaker: int = 0,
        scope: str = "",
    ) -> list[RuleSet]:
        variables = frozenset(self._variables.items())
        key = (css, read_from, is_default_rules, tie_breaker, scope, variables)
        if key not in found:
            found[key] = parse(self, css, read_from, is_default_rules, tie_breaker, scope)
        return found[key]

    return remembered
