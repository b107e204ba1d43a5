"""What ``e`` and ``enter`` explain: the step, then the number; the number at once."""

from __future__ import annotations

import pytest

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.help import help_text
from lenet_tui.explain.explanation import Explain
from tests.harness.running_app import Running, running


def asked(run: Running) -> list[str]:
    return [command.cell for command in run.engine.asked(Explain)]


@pytest.mark.slow
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_e_explains_the_step_then_the_number_then_closes_it(size: tuple[int, int]) -> None:
    async with running(size) as run:
        await run.press("n", "n", "n", "n", "3", "right", "e")
        assert "loss.backward() walks the graph" in run.text and asked(run) == []
        await run.press("e")
        assert asked(run)[0].startswith("conv1.weight.grad[0,0,")
        assert "Layers" not in run.text
        await run.press("e")
        assert "Layers" in run.text


@pytest.mark.slow
async def test_enter_explains_the_number_at_once() -> None:
    async with running() as run:
        await run.press("1", "e", "e")
        assert asked(run) == ["conv1.weight[0,0,0,0]"]
        await run.press("e")
        assert run.app.main.query_one("LayerTree").has_focus
        await run.press("2", "enter")
        assert asked(run)[-1] == "conv1.weight[0,0,0,0]"


def test_the_help_says_both_and_names_the_signs() -> None:
    said = help_text(words("en"), 110).plain
    assert "Explain this step  the phase or op at the cursor; again: the number, as enter" in said
    assert "Explain this number  the one under the cursor, term by term" in said
    for sign in ("μ σ ‖x‖", "◀", "╳ ▲ ▼", "∂loss/∂fc2"):
        assert f"  {sign} " in said
