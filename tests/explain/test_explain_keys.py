"""What ``e`` and ``enter`` explain: the step, then the number; the number at once."""

from __future__ import annotations

from itertools import product

import pytest

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.help import help_text
from lenet_tui.explain.explanation import Explain
from lenet_tui.explain.ui.history import Visit
from lenet_tui.explain.ui.summary_text import keys
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE
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


def test_the_keys_of_a_number_fit_their_line_and_always_say_how_to_leave() -> None:
    """The border would cut them at their end."""
    for lang, glyphs, several, gradient in product(
        ("en", "zh"), (UNICODE, ASCII), (False, True), (False, True)
    ):
        visits = [Visit("loss"), Visit("fc1.weight.grad[0,0]")][: 1 + several]
        said = words(lang, glyphs is ASCII)
        for room in range(36, 120):
            made = keys(visits, said, glyphs, room, gradient=gradient, editable=not gradient)
            assert made.cell_length <= room, made.plain
            assert f"esc {said('inspect.key.home')}" in made.plain
        assert ("D " in made.plain) == gradient and made.plain.startswith(("↑", "arrows"))
