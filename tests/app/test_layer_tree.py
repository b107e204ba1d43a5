"""The tree of modules: what is folded, what a line says, searching, and going to an op."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from lenet_tui.app.all_words import words
from lenet_tui.app.folds import Folds
from lenet_tui.app.module_tree import (
    FROZEN,
    MODULE,
    PARAMETER,
    TIED,
    UNGROUPED,
    ModuleTree,
    Node,
    module_tree,
)
from lenet_tui.app.ui.panes.layer_columns import Look, columns
from lenet_tui.app.ui.panes.layer_lines import Line, line_of
from lenet_tui.kit.ui.glyphs import UNICODE
from lenet_tui.protocol.frame import OpRow, Parameter
from lenet_tui.protocol.moves import Goto, ToOp
from lenet_tui.protocol.options import Options
from tests.harness.driving import Drive
from tests.harness.running_app import Running, running

RESNET = "tests.harness.deep_models:DeepResNet"
GPT = "tests.harness.deep_models:DeepGpt"


def row(name: str, op: str = "op", module: str = "", parameters: tuple[str, ...] = ()) -> OpRow:
    return OpRow(name, op, (), (1,), (), parameters, 6 if parameters else 0, module=module)


def titles(tree: ModuleTree) -> list[tuple[int, str, str]]:
    return [(n.depth, n.title, n.op) for n in tree.nodes]


def listed(run: Running) -> list[str]:
    """The lines of the layers pane, without what is beside it."""
    width = run.app.main.body.layers_pane.size.width
    lines = (line[1 : 1 + width].rstrip() for line in run.lines)
    return [line for line, whole in zip(lines, run.lines, strict=True) if whole[0] == "│"]


def test_lenet_has_no_folds_and_every_tensor_has_a_line() -> None:
    drive = Drive()
    frame = drive.frame("phase")
    tree = module_tree(frame.rows.ops, drive.session.ready.parameters)
    assert all(node.kind != MODULE for node in tree.nodes)
    names = {"input", "conv1.relu", "fc3", "target", "loss"}
    assert names | {p.name for p in drive.session.ready.parameters} <= set(tree.places)
    node = tree.nodes[tree.places["conv1"]]
    line = line_of(node, frame)
    assert (node.title, line.op, line.shape, line.count) == (
        *("conv1", "conv2d 5×5", "1×6×28×28", "156"),
    )
    assert line_of(tree.nodes[0], frame).shape == "1×1×32×32"
    ahead = line_of(node, drive.frame("back phase"))
    assert (ahead.shape, ahead.reached) == ("", False)


def test_the_loss_has_its_name_and_not_where_it_is_from() -> None:
    """The layers called a training file's loss ``own``, in Chinese too."""
    drive = Drive()
    frame = drive.frame("phase", "phase")
    node = module_tree(frame.rows.ops, drive.session.ready.parameters).nodes[-1]
    named = {
        loss: line_of(node, replace(frame, options=replace(frame.options, loss=loss))).op
        for loss in ("mse", "own", "returned")
    }
    assert named == {"mse": "mse", "own": "", "returned": ""}


async def test_no_count_is_cut_off_where_an_arrow_is_two_characters() -> None:
    async with running((200, 60), ascii=True) as run:
        await run.press("n")
        width = run.app.main.body.layers_pane.size.width
        lines = [line[1 : 1 + width].rstrip() for line in run.lines]
        flows = [line for line in lines if " -> " in line and line.split()[0][:2] in ("co", "fc")]
        counts = [line.split()[-1] for line in flows]
        assert counts == ["156", "2,416", "48,120", "10,164", "850"], flows


def test_the_tree_is_the_order_of_the_ops_in_their_modules() -> None:
    ops = (
        row("stem", "conv2d", "stem", ("stem.weight",)),
        *(row(f"body.h.{n}.fc", "linear", f"body.h.{n}.fc") for n in (0, 1)),
        row("body.h.1.fc.gelu", "gelu", "body.h.1"),
        row("cell.tanh", "tanh", "cell"),
        row("cell", "mul", "cell"),
        row("cell.add", "add"),
        row("cell.tanh#2", "tanh", "cell"),
        row("cell#2", "mul", "cell"),
    )
    tree = module_tree(ops, (Parameter("stem.weight", (2, 3), "float32"),))
    assert titles(tree)[1:-2] == [
        (0, "stem", "conv2d"),
        (1, "weight", ""),
        (0, "body.h", ""),
        (1, "0.fc", "linear"),
        (1, "1", ""),
        (2, "fc", "linear"),
        (2, "", "gelu"),
        (0, "cell", ""),
        (1, "", "tanh"),
        (1, "", "mul"),
        (0, "", "add"),
        (0, "cell #2", ""),
        (1, "", "tanh#2"),
        (1, "", "mul"),
    ]
    folds = [(n.path, n.ops) for n in tree.nodes if n.kind == MODULE]
    assert folds == [("body.h", 3), ("body.h.1", 2), ("cell", 2), ("cell", 2)]


def test_strange_names_are_cleaned_and_lone_parameters_have_lines() -> None:
    weird = row("0.weird[/red]", "linear\x1b", "0", ("0.weight", "b"))
    tree = module_tree(
        (weird, row("0.weird#2", "weird")),
        (Parameter("0.weight", (2, 3), "float32"), Parameter("lone", (4,), "float32")),
    )
    assert [n.tensor for n in tree.nodes][1:6] == [
        *("0.weird[/red]", "0.weight", "b", "0.weird#2", "lone"),
    ]
    assert tree.nodes[1].op == "linear\\x1b"


def test_without_ops_the_parameters_are_in_their_modules() -> None:
    names = ("a.b.x.w", "a.b.x.b", "a.b.y.w", "lone", "c.w", "c.b")
    tree = module_tree((), tuple(Parameter(n, (2,), "float32") for n in names))
    assert titles(tree)[1:-2] == [
        *((0, "a.b", ""), (1, "x", ""), (2, "w", ""), (2, "b", ""), (1, "y.w", "")),
        *((0, "lone", ""), (0, "c", ""), (1, "w", ""), (1, "b", "")),
    ]
    assert [n.count for n in tree.nodes][1:3] == [6, 4]


def test_what_is_open_depends_on_the_room_and_on_the_cursor() -> None:
    frame = Drive(model=RESNET).frame()
    tree, folds = module_tree(frame.rows.ops, ()), Folds()
    folds.take(tree)
    for height, level in ((10, 0), (24, 0), (60, 1), (500, folds.deepest)):
        folds.fit(height)
        assert folds.level == level, height
        assert len(folds.lines()) <= height or not level
    folds.fit(24)
    inside = tree.places["layer3.4.conv2"]
    assert inside not in folds.lines() and tree.nodes[folds.shown_for(inside)].path == "layer3"
    folds.keep(inside)
    assert inside in folds.lines() and tree.places["layer3.1.conv2"] not in folds.lines()
    folds.keep(tree.places["layer1.0.conv1"])
    assert inside not in folds.lines()
    folds.turn_level(1)
    assert folds.level == 1 and not any(tree.nodes[n].depth > 1 for n in folds.lines())


@pytest.mark.slow
async def test_stepping_opens_the_module_of_the_op_and_folds_the_one_before() -> None:
    async with running((120, 40), options=Options(model=RESNET)) as run:
        assert any("▸ layer2  55 ops" in line for line in listed(run))
        run.app.main.move(ToOp("layer2.1.conv2"))
        await run.settle()
        text = "\n".join(listed(run))
        assert re.search(r"▾ layer2  21/55 ops .* 5,184\n", text)
        assert re.search(r"▶ +conv2 +conv2d 3×3 +1×8×8×8 +576", text)
        assert "▸ layer1  42 ops" in text and run.app.main.tensor.tensor == "layer2.1.conv2"
        await run.press("s", "s")
        run.app.main.move(ToOp("layer3.0.conv1"))
        await run.settle()
        text = "\n".join(listed(run))
        assert "▸ layer2  55 ops" in text and "▾ layer3" in text
        # A person stays elsewhere: the fold around the op is marked.
        await run.press("A", "home", "s")
        await run.press("left_parenthesis", "left_parenthesis")
        assert any(line.startswith("▶ ▸ layer3") for line in listed(run))


@pytest.mark.slow
async def test_modules_fold_by_key_and_by_mouse() -> None:
    async with running((120, 40), options=Options(model=RESNET)) as run:
        tree = run.app.main.body.layers_pane.listed
        await run.press("home", *["down"] * 7)
        while tree.node is None or tree.node.path != "layer2":
            await run.press("down")
        await run.press("right")
        assert any("▸ 0  16 ops" in line for line in listed(run))
        await run.press("down", "enter")
        assert any("▾ 0  16 ops" in line for line in listed(run))
        await run.press("down", "left")
        assert tree.node.path == "layer2.0"
        await run.press("left", "left", "left")
        assert tree.node.path == "layer2" and not any("▸ 0  16" in li for li in listed(run))
        await run.press("right_parenthesis")
        assert sum("▸ 0  " in line for line in listed(run)) >= 1
        assert tree.node.path == "layer2"
        await run.press("left_parenthesis")
        y = tree.lines.index(tree.folds.selected) - tree.scroll_offset.y
        await run.pilot.click(tree, offset=(4, y))
        await run.settle()
        assert tree.folds.is_open(tree.folds.selected)


@pytest.mark.slow
async def test_a_search_finds_as_it_is_typed_and_enter_goes_there() -> None:
    async with running((120, 40), options=Options(model=RESNET)) as run:
        pane = run.app.main.body.layers_pane
        await run.press("slash", *"layer3.4.c")
        assert pane.listed.node is not None and pane.listed.node.path == "layer3.4.conv1"
        assert run.app.main.tensor.tensor == "layer3.4.conv1"
        assert "match 1 of 6" in run.text
        await run.press("down", "down")
        assert pane.op == "layer3.4.conv2"
        await run.press("up", "up", "up")
        assert pane.op == "layer3.4.conv3"
        await run.press("down", "enter")
        assert run.engine.session.navigator.position.op == 1 + [
            row.name
            for row in run.app.main.frame.rows.ops  # type: ignore[union-attr]
        ].index("layer3.4.conv1")
        await run.type("slash", *"nothing like it")
        assert "no such name" in run.text
        before = run.engine.session.navigator.position
        await run.press("escape")
        await run.type("slash", *"LAYER1.0.CONV3", "escape")
        assert pane.op == "layer1.0.conv3" and run.engine.session.navigator.position == before
        await run.press("O")
        assert "forward op" in run.rail and "layer1.0.conv3" in run.rail


@pytest.mark.slow
async def test_the_goto_dialog_takes_the_name_of_an_op() -> None:
    async with running((80, 24)) as run:
        await run.press("g", *"conv2.relu", "enter")
        assert "forward 5 of 12" in run.rail and run.app.main.recorder.moves == [ToOp("conv2.relu")]
        await run.press("g", "2", "enter")
        assert run.app.main.recorder.moves[-1] == Goto(2)
        await run.press("g", *"conv9", "enter")
        assert "conv9" in run.text and run.app.screen is not run.app.main


@pytest.mark.slow
async def test_frozen_and_tied_parameters_are_marked_where_they_stand() -> None:
    async with running((120, 40), options=Options(model=GPT)) as run:
        run.app.main.choose("input")
        await run.settle()
        text = "\n".join(listed(run))
        assert "wte embedding =" in text and "wpe embedding ∗" in text
        run.app.main.choose("transformer.wpe.weight")
        await run.settle()
        assert "weight ∗ frozen" in "\n".join(listed(run))
        run.app.main.choose("transformer.wte.weight")
        await run.settle()
        assert "weight =" in "\n".join(listed(run)) and "= lm_head.weight" in run.text


def test_marks_of_a_module_hold_of_all_its_parameters() -> None:
    ops = (row("a.x", "linear", "a.x", ("a.x.w",)), row("a.y", "linear", "a.y", ("a.y.w",)))
    free, frozen = Parameter("a.x.w", (3,), "float32"), Parameter("a.y.w", (3,), "f", trained=False)
    tree = module_tree(ops, (free, frozen))
    assert [n.marks for n in tree.nodes][1:6] == [(), (), (), (FROZEN,), (FROZEN,)]
    out = Parameter("a.x.w", (3,), "f", ("b.w",), trained=False, grouped=False)
    tree = module_tree(ops, (out, frozen))
    assert tree.nodes[1].marks == (FROZEN,)
    assert tree.nodes[3].marks == (FROZEN, UNGROUPED, TIED)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_cut_names_differ_in_what_is_shown(size: tuple[int, int]) -> None:
    async with running(size, options=Options(model=f"{__name__}:LongNames")) as run:
        text = "\n".join(listed(run))
        if size[0] == 80:
            assert all(re.search(f"…[a-z_]*_{n} linear", text) for n in ("query", "key", "value"))
        else:
            assert "encoder_self_attention_query linear" in text


class LongNames(nn.Module):
    """Three layers whose names are alike for long."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("query", "key", "value"):
            setattr(self, f"encoder_self_attention_{name}", nn.Linear(1024, 10))

    def forward(self, x: Tensor) -> Tensor:
        flat = torch.flatten(x, 1)
        layers = [getattr(self, f"encoder_self_attention_{n}") for n in ("query", "key", "value")]
        out: Tensor = layers[0](flat) + layers[1](flat) + layers[2](flat)
        return out


def test_a_mark_is_said_whole_or_by_its_sign() -> None:
    node = Node(PARAMETER, "fc.weight", "fc.weight", "weight", marks=(UNGROUPED,))
    texts = {}
    for width in (44, 24):
        look = Look(here=False, opened=False, titles=0, counts=7)
        made = columns(node, Line(shape="8"), look, width, words=words("en"), glyphs=UNICODE)
        texts[width] = "".join(text for text, _ in made)
    assert "weight ∅ not in the optimizer" in texts[44]
    assert "weight ∅ " in texts[24] and "not" not in texts[24]
    assert list(map(len, texts.values())) == [44, 24]
