"""Cells as text: what is one, what is none, and that no text does harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.explain.cell_address import (
    LONGEST,
    Cell,
    CellError,
    check_index,
    parse_cell,
    unknown,
)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("conv1.weight.grad[0,0,2,3]", Cell("conv1.weight.grad", (0, 0, 2, 3))),
        ("loss", Cell("loss")),
        ("loss[]", Cell("loss")),
        (" fc3 [ 0 , 3 ] ", Cell("fc3", (0, 3))),
        ("conv#2[1]", Cell("conv#2", (1,))),
        ("0.weight[4]", Cell("0.weight", (4,))),
        ("fc1.weight@2[3,7]", Cell("fc1.weight", (3, 7), 2)),
        ("fc1.weight@2.40[3,7]", Cell("fc1.weight", (3, 7), 2, 40)),
        ("op[1][0,3]", Cell("op[1]", (0, 3))),
        ("op[1].grad[2]", Cell("op[1].grad", (2,))),
        ("op[1]@2[3]", Cell("op[1]", (3,), 2)),
        ("op[1][]", Cell("op[1]")),
        ("a@b[1]", Cell("a@b", (1,))),
    ],
)
def test_a_cell_is_a_tensor_and_an_index(text: str, cell: Cell) -> None:
    assert parse_cell(text) == cell
    assert parse_cell(str(cell)) == cell


@pytest.mark.parametrize(
    "text",
    ["", " ", "[0]", "x[", "x]", "x[0", "x[0]]", "x[0][1", "x[-1]", "x[1,]", "x[,1]", "x[1.0]",
     "x[a]", "x[:]", "x[0:2]", "x[1 2]", "x[" + "9" * 19 + "]", "x" * (LONGEST + 1)],
)  # fmt: skip
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(CellError) as error:
        parse_cell(text)
    said = str(error.value)
    assert "such as weight.grad[0,0,2,3]" in said
    assert said.isprintable()
    assert len(said) < 250


@given(st.text(max_size=60))
def test_no_text_does_harm(text: str) -> None:
    try:
        cell = parse_cell(text)
    except CellError as error:
        assert str(error).isprintable()
        return
    assert parse_cell(str(cell)) == cell
    assert str(unknown(cell, ["a", text])).isprintable()
    with pytest.raises(CellError) as refused:
        check_index(cell, (0,))
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("cell", "shape", "said"),
    [
        (Cell("w", (3, 0)), (3, 2), "w[3,0] is outside: w is 3×2, from [0,0] to [2,1]"),
        (Cell("w", (0,)), (3, 2), "w[0] is outside: w is 3×2, from [0,0] to [2,1]"),
        (Cell("w"), (4,), "w needs an index: w is 4, from [0] to [3]"),
        (Cell("loss", (0,)), (), "loss is a single number: write it without an index"),
        (Cell("w", (0, 0)), (0, 3), "w is empty: its shape is 0×3"),
    ],
)
def test_an_index_outside_is_told_what_there_is(
    cell: Cell, shape: tuple[int, ...], said: str
) -> None:
    with pytest.raises(CellError) as error:
        check_index(cell, shape)
    assert str(error.value) == said


def test_every_index_inside_is_there() -> None:
    check_index(Cell("w", (2, 1)), (3, 2))
    check_index(Cell("loss"), ())


def test_an_unknown_name_is_told_the_names_there_are() -> None:
    said = str(unknown(Cell("\x1b[31mx"), ["conv1", "fc\x071"]))
    assert said.startswith(r"no tensor '\\x1b[31mx': there are conv1, fc\x071; each has .grad")
    many = str(unknown(Cell("x"), [f"w{n}" for n in range(1000)]))
    assert "w79 and 920 more" in many
