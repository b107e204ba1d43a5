"""A step with several forwards: each op has a name of its own, and its own gradient."""

from __future__ import annotations

import itertools

import torch

from lenet_tui.app.module_tree import ModuleTree, module_tree
from lenet_tui.explain.engine.answers import explain
from lenet_tui.explain.explanation import Explain, Explanation
from lenet_tui.protocol.frame import OpRow
from lenet_tui.watch.engine.evaluate import value
from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES

GAN = str(FILES / "gan.py")


def ended() -> Drive:
    driven = Drive("", model=GAN)
    driven("finish")
    return driven


def test_no_name_is_given_twice() -> None:
    driven = ended()
    names = [op.name for s in driven.session.navigator.tape.segments for op in s.ops]
    names = [n for n in names if n != "loss"]  # the last one, at any cursor
    assert len(set(names)) == len(names)
    assert {"critic.0", "critic.0#2", "critic.0#3", "generator.3"} <= set(names)


def test_each_is_found_with_the_gradient_that_its_backward_gave_it() -> None:
    driven = ended()
    found = [driven.find(name).tensor for name in ("critic.0", "critic.0#2", "critic.0#3")]
    made = [tensor for tensor in found if tensor is not None]
    assert len(made) == 3
    assert not any(torch.equal(a, b) for a, b in itertools.combinations(made, 2))
    grads = [driven.find(f"critic.0{n}.grad").tensor for n in ("", "#2", "#3")]
    generated, grad = (driven.find(f"generator.3{a}").tensor for a in ("", ".grad"))
    tape = driven.session.navigator.tape
    update = next(e for s in tape.segments for e in s.updates if e.name == "critic.0.weight")
    assert grad is not None and generated is not None and grads[2] is not None
    # the critic was updated before it judged what the generator had made
    assert torch.allclose(grad, grads[2] @ update.after)
    assert not any(torch.allclose(grad, g @ update.after) for g in grads[:2] if g is not None)


def test_they_are_explained_from_wherever_the_cursor_is() -> None:
    driven = ended()
    for cell in (
        "critic.0[1,2]",
        "critic.0#2.grad[1,2]",
        "critic.0#3[1,2]",
        "generator.3.grad[0,1]",
        "generator.0.weight.grad[0,1]",
    ):
        answer = explain(Explain(cell), driven.session)
        assert isinstance(answer, Explanation), answer
        assert answer.checked, (cell, answer)


def test_they_are_gone_to_and_watched_by_name() -> None:
    driven = ended()
    driven("back iteration", "goto op critic.0#2")
    assert driven.moved.frame.entry is not None
    assert driven.moved.frame.entry.name == "critic.0#2"
    assert driven.find("critic.0#3").state == "ahead"
    driven("watch norm(critic.0#3) > 0", "watch norm(generator.0) > 0", "finish")
    for watch in driven.session.watches.values():
        known = value(driven.session.navigator.tape, driven.session.navigator.cursor, watch)
        tensor = driven.find(watch.of).tensor
        assert known and tensor is not None
        assert known == float(torch.linalg.vector_norm(tensor, dtype=torch.float64))
    assert driven.tries("watch norm(critic.0#9) > 0").error


def test_the_layers_keep_to_the_line_of_the_same_layer() -> None:
    def tree(*names: str) -> ModuleTree:
        return module_tree([OpRow(n, "linear", (), (1,), (), (), 0) for n in names], ())

    first, second = tree("a", "a.relu", "a.relu#2"), tree("a#2", "a.relu#3", "a.relu#4")
    assert second.nodes[second.place_like("a.relu#2", first)].tensor == "a.relu#4"
    assert first.nodes[first.place_like("a#2", second)].tensor == "a"
    assert second.place_like("b", first) == 0
