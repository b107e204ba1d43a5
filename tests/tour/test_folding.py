"""Code in a narrow column: the same code, in more lines."""

from __future__ import annotations

import ast

import pytest

from lenet_tui.tour.folding import fold
from lenet_tui.tour.stops import STOPS


def test_what_fits_stays_as_it_is() -> None:
    code = "x = 1     # one\n\ny = 2"
    assert fold(code, 15) == code


def test_a_remark_without_room_goes_above_its_line() -> None:
    assert fold("  x = f(1)      # of one", 12) == "  # of one\n  x = f(1)"


def test_only_parentheses_are_broken() -> None:
    assert fold("call(first, second)", 12) == "call(first,\n    second)"
    assert fold("a.b(c)[0].d(e)", 8) == "a.b(c)[0].d(\n    e)"
    assert fold("name = something_long", 8) == "name = something_long"


@pytest.mark.parametrize("width", [42, 44, 60])
def test_the_tours_code_stays_the_same_code(width: int) -> None:
    for stop in STOPS:
        folded = fold(stop.code, width)
        assert ast.dump(ast.parse(folded)) == ast.dump(ast.parse(stop.code)), stop.key
        assert max(map(len, folded.splitlines())) <= width, stop.key
