"""Each mistake of the lesson: what its text claims is so, and both twins run as plain scripts."""

from __future__ import annotations

import pytest

from lenet_tui.app.all_words import words
from lenet_tui.twins.mistake import BY_ID, MISTAKES, Mistake
from tests.twins.claims import CLAIMS
from tests.twins.script import Script


def test_every_mistake_has_a_claim_and_differs_by_few_lines() -> None:
    assert set(CLAIMS) == set(BY_ID) and len(MISTAKES) == len(BY_ID) >= 20
    for mistake in MISTAKES:
        changed = [line for line in mistake.diff if line[:1] in ("+", "-")]
        assert 1 <= len(changed) <= 4, mistake.id
        assert mistake.right in (0, 1, 2)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mistake_has_its_texts(language: str) -> None:
    told = words(language)
    for mistake in MISTAKES:
        parts = ("title", "ask", "0", "1", "2", "why")
        texts = [told(f"twins.{mistake.id}.{part}") for part in parts]
        assert all(texts) and len(set(texts)) == len(texts)
    rights = [mistake.right for mistake in MISTAKES]
    assert max(map(rights.count, range(3))) <= len(rights) / 2


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_what_the_text_claims_is_so(mistake: Mistake) -> None:
    CLAIMS[mistake.id](Script(mistake.healthy), Script(mistake.broken))
