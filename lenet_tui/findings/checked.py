"""What ``lenet_tui.check`` returns."""

from __future__ import annotations

from dataclasses import dataclass

from lenet_tui.findings.finding import Finding, Findings
from lenet_tui.findings.report import json_text, text
from lenet_tui.text.notice import Notice
from lenet_tui.text.words import Words


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a step; ``str`` gives the text for people.

    ``result``: all of it. ``words``: the language of the text. ``not_checked``: why nothing was
    run, so that nothing is known; ``None``: it was.
    """

    result: Findings
    words: Words
    not_checked: Notice | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings, the gravest first; notes among them."""
        return self.result.findings

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the errors and warnings, each once."""
        return tuple(dict.fromkeys(f.id for f in self.findings if f.fails))

    def raise_if_any(self, allow: tuple[str, ...] | list[str] | str = ()) -> None:
        """Raise ``AssertionError`` with the text if there is an error or a warning.

        ``allow``: ids that are known and meant, such as ``"no-gradient"``. Notes never raise, and
        nor does what was not checked.
        """
        __tracebackhide__ = True  # pytest shows the line of the caller
        allowed = (allow,) if isinstance(allow, str) else tuple(allow)
        left = tuple(f for f in self.result.without(allowed).findings if f.fails)
        if left:
            shown = text(Findings(left, self.result.iterations), self.words)
            raise AssertionError(shown)

    def json(self) -> str:
        """What ``lenet-tui check --format json`` prints."""
        return json_text(self.result, self.words)

    def __str__(self) -> str:
        if self.not_checked is not None:
            return self.words.say(self.not_checked)
        return text(self.result, self.words)
