"""One parse of the style sheets for all apps that a test run starts in its process.

An app parses its style sheets four times while it starts: a tenth of what a start costs. And it
looks up each rule for each widget.
"""

from __future__ import annotations

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet


def share_parsed_css() -> None:
    """Have each style sheet take the rules from those parsed before with the same variables."""
    parsed: dict[object, dict[object, list[RuleSet]]] = {}
    plain_init, plain_set = Stylesheet.__init__, Stylesheet.set_variables

    def share(sheet: Stylesheet, variables: dict[str, str]) -> None:
        rules = parsed.setdefault(frozenset(variables.items()), {})
        sheet._parse_cache = rules  # type: ignore[assignment]

    def init(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
        plain_init(self, variables=variables)
        share(self, variables or {})

    def set_variables(self: Stylesheet, variables: dict[str, str]) -> None:
        self._parse_cache = {}  # type: ignore[assignment]  # it is cleared
        plain_set(self, variables)
        share(self, variables)

    RuleSet.__hash__ = object.__hash__  # type: ignore[method-assign]  # the same, without Python
    Stylesheet.__init__ = init  # type: ignore[method-assign]
    Stylesheet.set_variables = set_variables  # type: ignore[method-assign]
