"""The lab's pictures and formulas, without a screen."""

from __future__ import annotations

import math

import pytest

from lenet_tui.app.all_words import words as words_of
from lenet_tui.explain.windows import NoWindow
from lenet_tui.lab.engine.run import run_text
from lenet_tui.lab.geometry import geometry, parameter_formula, shape_formulas, taps
from lenet_tui.lab.parse import parse_layer
from lenet_tui.lab.ui import text as lab_text
from lenet_tui.lab.ui.planes import input_plane, kernel_plane, output_plane
from lenet_tui.lab.ui.state import LabState
from lenet_tui.tensors.tiling import unravel
from lenet_tui.tensors.ui.planes import Mark, Role, cell_text, figures, narrow
from tests.harness.lab_cases import cases


def looking(text: str, shape: tuple[int, ...], *, steps: int = 0, torch: bool = True) -> LabState:
    """A state that looks at output cell number ``steps``, with torch's answer."""
    state = LabState(parse_layer(text), shape)
    if torch:
        state.result = run_text(state.question())
    state.step(steps)
    return state


def picture(state: LabState) -> list[str]:
    """The input's picture as marks, a line a row."""
    plane = input_plane(state)
    assert plane is not None
    marks = {
        Role.PLAIN: ".", Role.READ: "#", Role.HOLE: "o", Role.PADDING: "p", Role.PADDING_READ: "P",
        Role.PADDING_HOLE: "h", Role.SOURCE: "*", Role.WINNER: "W", Role.CUT: "x",
        Role.NOTHING: " ",
    }  # fmt: skip
    return ["".join(marks[plane.mark(r, c).role] for c in plane.cols) for r in plane.rows]


def test_a_dilated_padded_window() -> None:
    state = looking("Conv2d(1, 1, 2, dilation=2, padding=1)", (1, 1, 3, 3))
    assert picture(state) == ["PhPpp", "hoo.p", "Po#.p", "p...p", "ppppp"]


def test_padding_that_copies_shows_its_source() -> None:
    state = looking("Conv2d(1, 1, 3, padding=1, padding_mode='reflect')", (1, 1, 3, 3))
    assert picture(state) == ["PPPpp", "P##.p", "P##.p", "p...p", "ppppp"]
    state = looking("Conv2d(1, 1, 3, padding=1, padding_mode='circular')", (1, 1, 3, 3))
    assert picture(state) == ["PPPpp", "P##*p", "P##*p", "p***p", "ppppp"]
    plane = input_plane(state)
    assert plane is not None
    assert [plane.row_name(r) for r in plane.rows] == ["2", "0", "1", "2", "0"]
    assert plane.mark(-1, -1) == Mark(Role.PADDING_READ, 8.0)


def test_negative_padding_cuts() -> None:
    state = looking("Conv2d(1, 1, 2, padding=-1, padding_mode='replicate')", (1, 1, 4, 4))
    assert picture(state) == ["xxxx", "x##x", "x##x", "xxxx"]


def test_a_pool_shows_the_winner_and_what_lies_beyond() -> None:
    state = looking("MaxPool2d(2, ceil_mode=True)", (1, 1, 3, 3), steps=3)
    assert picture(state) == ["... ", "... ", "..W ", "    "]
    state = looking("MaxPool2d(3, padding=1, return_indices=True)", (1, 1, 4, 4))
    assert picture(state)[:3] == ["PPPppp", "P##..p", "P#W..p"]


def test_a_convolution_on_text_reads_all_rows_of_its_group() -> None:
    state = looking("Conv1d(4, 2, 2, groups=2)", (1, 4, 5), steps=5)
    assert picture(state) == [".....", ".....", ".##..", ".##.."]
    kernel = kernel_plane(state)
    assert kernel is not None and [kernel.row_name(r) for r in kernel.rows] == ["2", "3"]


def test_a_linear_layer_reads_one_row() -> None:
    state = looking("Linear(3, 2)", (2, 2, 3), steps=5)
    assert state.index == (1, 0, 1)
    assert picture(state) == ["...", "...", "###", "..."]


def test_every_read_cell_of_the_picture_is_a_product_and_the_reverse() -> None:
    """The picture's marks and the arithmetic come from different code: they must agree."""
    tried = 0
    for case in cases(seed=11, count=600):
        layer = parse_layer(case.text)
        try:
            known = geometry(layer, case.shape)
        except NoWindow:
            continue
        cells = math.prod(known.output_shape)
        if not cells or len(known.axes) != 2 or math.prod(case.shape) > 2000:
            continue
        state = LabState(layer, case.shape)
        state.step((cells * 2) // 3)
        plane, index = input_plane(state), state.index
        assert plane is not None and index is not None
        if len(plane.rows) * len(plane.cols) > 5000:
            continue
        reads = {Role.READ, Role.PADDING_READ, Role.NOTHING}
        drawn = {(r, c) for r in plane.rows for c in plane.cols if plane.mark(r, c).role in reads}
        read = {tap.positions for tap in taps(known, index)}
        beyond = {(r, c) for r, c in drawn if plane.mark(r, c).role is Role.NOTHING}
        assert drawn - beyond <= read <= drawn, case
        tried += 1
    assert tried > 100


def test_the_output_s_picture_is_the_channel_looked_at() -> None:
    state = looking("Conv2d(1, 2, 2)", (1, 1, 3, 3), steps=5)
    plane = output_plane(state)
    assert plane is not None and state.result is not None and state.result.output is not None
    assert state.index == (0, 1, 0, 1)
    mark = plane.mark(0, 1)
    assert mark.role is Role.CURRENT and mark.value == state.result.output[0, 1, 0, 1]


def test_cells_are_as_wide_as_told() -> None:
    state = looking("Conv2d(1, 1, 3, padding=2, padding_mode='circular')", (1, 1, 5, 5))
    plane = input_plane(state)
    assert plane is not None
    for numbers in (*figures(plane.values), None):
        width = 3 if numbers is None else numbers.width + 2
        texts = {
            form(cell_text(plane.mark(r, c), width, numbers, mode))
            for r in plane.rows for c in plane.cols
            for mode in ("circular", "zeros", "-inf") for form in (str, narrow)
        }  # fmt: skip
        assert {len(text) for text in texts} == {width}
    written = [
        narrow(cell_text(plane.mark(r, -2), 4, figures(plane.values)[0], "circular"))
        for r in (0, 4)
    ]
    assert written == ["{ 3}", '"23 ']


def test_formulas_hold_the_numbers() -> None:
    layer = parse_layer("Conv2d(3, 8, (3, 5), stride=2, padding=1, dilation=2, groups=1)")
    assert shape_formulas(geometry(layer, (1, 3, 32, 32))) == (
        "H_out = floor((32 + 2*1 - 2*(3 - 1) - 1) / 2 + 1) = 15",
        "W_out = floor((32 + 2*1 - 2*(5 - 1) - 1) / 2 + 1) = 13",
    )
    assert parameter_formula(layer) == "8*3*3*5 + 8 = 368"
    assert parameter_formula(parse_layer("Conv1d(4, 6, 3, groups=2, bias=False)")) == (
        "6*(4/2)*3 = 36"
    )
    pool = geometry(parse_layer("MaxPool2d(2, 2, 1, ceil_mode=True)"), (1, 3, 3))
    assert shape_formulas(pool)[0] == (
        "H_out = ceil((3 + 2*1 - 1*(2 - 1) - 1) / 2 + 1) = 3, "
        "less 1 that would start past the input = 2"
    )
    same = geometry(parse_layer("Conv1d(1, 1, 4, padding='same')"), (1, 9))
    assert shape_formulas(same) == ("L_out = floor((9 + 1 + 2 - 1*(4 - 1) - 1) / 1 + 1) = 9",)


def test_the_formula_s_arithmetic_is_right() -> None:
    """What stands before the last ``=`` gives what stands after it."""
    checked = 0
    for case in cases(seed=21, count=500):
        try:
            known = geometry(parse_layer(case.text), case.shape)
        except NoWindow:
            continue
        for line in shape_formulas(known):
            if known.axes and "less" not in line:
                _, formula, out = line.split(" = ")
                names = {"floor": math.floor, "ceil": math.ceil, "__builtins__": {}}
                assert eval(formula, names) == int(out)
                checked += 1
    assert checked > 200


def test_the_sum_is_told_and_agrees() -> None:
    words = words_of("en")
    for text, shape in [
        ("Conv2d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2)", (1, 4, 9, 9)),
        ("Conv1d(6, 4, 3, padding=1, padding_mode='circular', bias=False)", (1, 6, 10)),
        ("Linear(10, 4)", (3, 10)),
    ]:
        state = looking(text, shape)
        for _ in range(24):
            first, second = lab_text.arithmetic(state, words)
            assert first.endswith("✔") and "torch" in first and "×" in second
            state.step(7)


def test_a_pool_tells_where_its_largest_stood() -> None:
    state = looking("MaxPool2d(2, return_indices=True, padding=1)", (1, 1, 4, 4), steps=1)
    assert lab_text.arithmetic(state, words_of("en")) == [
        "output[0,0,0,1] = max(1, 2)  and 2 of padding, which count as −∞",
        "= 2   index 2 = 0×4 + 2: row 0, column 2",
    ]


def test_a_difference_from_torch_would_be_told() -> None:
    state = looking("Linear(3, 1)", (1, 3))
    assert state.result is not None and state.result.output is not None
    state.result.output.flags.writeable = True
    state.result.output[0, 0] += 0.001
    assert "differs" in lab_text.arithmetic(state, words_of("en"))[0]


def test_groups_are_told() -> None:
    state = looking("Conv2d(4, 6, 1, groups=2)", (1, 4, 2, 2), steps=13)
    assert lab_text.groups(state, words_of("en")).plain == (
        "groups, in → out:  0: 0–1 → 0–2  ▶1: 2–3 → 3–5  "
    )


def test_moves_stay_inside_and_go_around() -> None:
    state = looking("Conv2d(2, 3, 1)", (2, 2, 2, 2), torch=False)
    state.step(-1)
    assert state.index == (1, 2, 1, 1)
    state.step(1)
    assert state.index == (0, 0, 0, 0)
    state.move(-1, -1)
    state.move(-2, 5)
    assert state.index == (0, 0, 1, 0)
    state.turn_channel(-1)
    state.turn_sample(1)
    state.turn_fed(1)
    assert state.index == (1, 2, 1, 0) and state.input_channel == 1
    assert state.whole_index((0, 1)) == (1, 2, 0, 1)
    with pytest.raises(ValueError, match="outside 0"):
        state.whole_index((2, 0))
    with pytest.raises(ValueError, match="4 dimensions"):
        state.whole_index((0, 0, 0, 0, 0))
    state.select(0, 1)
    assert state.index == (1, 2, 0, 1)


def test_a_change_keeps_the_place_and_makes_the_answer_stale() -> None:
    state = looking("Conv2d(1, 2, 3)", (1, 1, 8, 8), steps=71)
    assert state.index == (0, 1, 5, 5)
    state.set_argument("stride", 2)
    assert state.result is None
    assert state.index == (0, 1, 2, 2)
    state.set_argument("groups", 5)
    assert state.index is None and input_plane(state) is None and output_plane(state) is None
    state.step(1)
    state.move(-1, 1)
    state.set_argument("groups", 1)
    assert state.index == (0, 0, 0, 0)


def test_the_input_follows_the_channels() -> None:
    state = looking("Conv2d(1, 2, 3)", (1, 1, 8, 8), torch=False)
    state.set_argument("in_channels", 3)
    assert state.shape == (1, 3, 8, 8)
    state.set_shape((1, 2, 8, 8))
    state.set_argument("in_channels", 4)
    assert state.shape == (1, 2, 8, 8) and state.known is None
    linear = looking("Conv2d(1, 2, 3)", (1, 1, 8, 8), torch=False)
    linear.set_kind("Linear")
    assert linear.shape == (2, 1)


def test_a_layer_without_input_channels_has_no_kernel() -> None:
    for text, shape in [("Conv2d(0, 2, 3)", (1, 0, 4, 4)), ("Conv1d(0, 2, 3)", (1, 0, 4))]:
        state = looking(text, shape)
        assert kernel_plane(state) is None and output_plane(state) is not None
        assert input_plane(state) is not None and lab_text.titles(state, words_of("en"))


def test_an_empty_batch_has_no_cell() -> None:
    state = looking("Conv2d(1, 2, 3)", (0, 1, 8, 8))
    assert state.known is not None and state.index is None
    assert lab_text.heading(state, words_of("en")).plain.endswith("torch agrees")


def test_numbers_and_indices_of_cells() -> None:
    assert [unravel(n, (2, 3)) for n in (0, 4, 5)] == [(0, 0), (1, 1), (1, 2)]
