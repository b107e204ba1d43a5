"""Cells of training files that do not look alike: what is shown as proved is within its bound."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from lenet_tui.explain.explanation import Explanation
from lenet_tui.explain.words.cells import is_proved
from lenet_tui.text.numbers import index_text
from tests.harness.driving import Drive
from tests.harness.explaining import Explained
from tests.harness.plain_loop import FILES

OWN_WEIGHTS = "held_out"
"""Its forward writes its own weights through ``.data``: what they were then is not on the tape."""
NAMES = sorted({file.stem for file in FILES.glob("[a-z]*.py")} - {OWN_WEIGHTS})


def explained(name: str, device: str = "cpu") -> Explained:
    """The file after two iterations."""
    driven = Drive("", model=str(FILES / f"{name}.py"), device=device)
    driven("finish")
    driven("finish")
    net = Explained.__new__(Explained)
    net.session = driven.session
    return net


def cells(net: Explained, draw: random.Random) -> list[str]:
    """A cell of every op, gradient, parameter and state, in random order."""
    tape = net.session.navigator.tape
    shapes: dict[str, tuple[int, ...]] = {}
    for op in (op for s in tape.segments for op in s.ops):
        for n, tensor in (op.parts or {0: op.tensor}).items():
            name = f"{op.name}[{n}]" if n != next(iter(op.parts), 0) else op.name
            shapes |= {name: tensor.shape, f"{name}.grad": tensor.shape}
    for name, value in tape.base.values.items():
        kept = ("", ".grad", ".new", ".update", ".exp_avg", ".exp_avg_sq", ".momentum_buffer")
        shapes |= {f"{name}{aspect}": value.shape for aspect in kept}
    found = [
        f"{name}{index_text([draw.randrange(n) for n in shape])}"
        for name, shape in shapes.items()
        if 0 not in shape
    ]
    draw.shuffle(found)
    return found


def sweep(name: str, count: int | None, device: str = "cpu") -> list[Explanation]:
    net, draw = explained(name, device), random.Random(3)
    answers = [net.answer(cell) for cell in cells(net, draw)[:count]]
    found = [a for a in answers if a is not None]
    unknown = Counter(a.op for a in found if not is_proved(a))
    print(f"\n{name}: {len(found)} cells; not known: {dict(unknown)}")  # noqa: T201
    wrong = [a for a in found if is_proved(a) and not a.checked]
    assert not wrong
    assert not any(a.checked for a in found if not is_proved(a))
    return found


@pytest.mark.parametrize("name", ["gpt"])
def test_no_number_of_a_file_is_called_wrong(name: str) -> None:
    assert len(sweep(name, 80)) > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_number_of_any_file_is_called_wrong(name: str) -> None:
    assert len(sweep(name, None)) > 30


@pytest.mark.gpu
@pytest.mark.parametrize("name", [name for name in NAMES if name != "gan"])
def test_no_number_is_called_wrong_on_a_gpu(name: str) -> None:
    assert len(sweep(name, 150, "cuda:0")) > 30


@pytest.mark.slow
def test_everything_in_a_gpt_and_its_adamw_is_explained() -> None:
    assert all(is_proved(found) for found in sweep("gpt", 150))
