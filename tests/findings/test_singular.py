"""A finding of one parameter says "1 parameter", in its title as in its reason."""

from __future__ import annotations

import re

import pytest

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.words import FINDINGS, said, shown_evidence
from lenet_tui.text.words import Words

COUNTED = sorted(
    key.removesuffix(".title")
    for key, (english, _) in FINDINGS.items()
    if key.endswith(".title")
    and re.search(r"\{count\} ([a-z]+ )?(parameters|tensors|buffers)", english)
)
ALWAYS_SEVERAL = {
    "findings.param-not-registered",
    "findings.param-not-in-optimizer.bare_several",
}
"""Of one parameter the reason is ``one``, or ``bare``."""


@pytest.mark.parametrize("count", [1, 2])
def test_one_is_not_said_as_several(count: int) -> None:
    assert len(COUNTED) > 10
    for key in set(COUNTED) - ALWAYS_SEVERAL:
        _, id, *reason = key.split(".")
        fields = {name for text in FINDINGS for name in re.findall(r"\{(\w+)\}", FINDINGS[text][0])}
        values = dict.fromkeys(fields, "x") | {"count": count, "reason": ".".join(reason)}
        for language in ("en", "zh"):
            title, *rest = said(Finding(id, evidence=values), Words(language, FINDINGS))
            if language == "zh":
                assert f"{count} 个" in title, key
                continue
            one, several = (
                re.search(rf"\b{count} ([a-z]+ )?(parameter|tensor|buffer){end}\b", title)
                for end in ("", "s")
            )
            assert bool(one) == (count == 1) and bool(several) == (count == 2), title
            told = re.search(r"\b([Tt]hey|[Tt]heir|them|these parameters)\b", " ".join(rest))
            assert count == 2 or not told, rest


def test_the_thousands_of_whole_numbers_are_parted_and_those_of_shapes_are_not() -> None:
    values = {"lr": 12345.0, "count": 1234567, "numbers": 4096, "shape": [2048, 1024], "low": -5000}
    found = Finding("no-gradient", evidence=values | {"parameters": ["w"]})
    for language in ("en", "zh"):
        shown = shown_evidence(found, Words(language, FINDINGS))
        for text in ("4,096", "(2048, 1024)", "−5,000", "12345"):
            assert text in shown, shown
        assert "1,234,567" in said(found, Words(language, FINDINGS))[0]
