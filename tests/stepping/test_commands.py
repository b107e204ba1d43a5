"""The one table of commands: every command reachable, no key twice, both languages."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from rich.cells import cell_len
from textual.widgets import OptionList

from lenet_tui.app.all_words import words
from lenet_tui.app.ui.help import help_text
from lenet_tui.app.ui.panes.footer import key_line
from lenet_tui.kit.ui.glyphs import ASCII, UNICODE
from lenet_tui.kit.ui.key_names import key_name
from lenet_tui.protocol import moves
from lenet_tui.protocol.condition import BARE
from lenet_tui.protocol.moves import parse_move
from lenet_tui.stepping.ui.commands import COMMANDS, GROUPS, bindings
from lenet_tui.watch.completion import FUNCTIONS, complete
from tests.harness.running_app import running

STEPPING = ("next", "back", "into", "back-op", "finish", "back-iteration", "run", "continue",
            "reverse-continue", "goto")  # fmt: skip


def test_no_key_does_two_things() -> None:
    keys = Counter(key for c in COMMANDS for key in (*c.keys, *c.aliases))
    assert [key for key, count in keys.items() if count > 1] == []
    assert len({c.id for c in COMMANDS}) == len(COMMANDS)


def test_every_stepping_command_has_a_key_that_no_input_method_swallows() -> None:
    for command in COMMANDS:
        if command.id in STEPPING:
            assert any(len(key) > 1 for key in command.keys), command.id


def test_lower_case_goes_forward_and_upper_case_back() -> None:
    moving = [(c, move) for c in COMMANDS for move in re.findall(r"^move\('(.*)'\)$", c.action)]
    by_key = {key: parse_move(move) for c, move in moving for key in c.keys}
    assert (by_key["n"], by_key["N"]) == (moves.Forward("phase"), moves.Back("phase"))
    assert (by_key["s"], by_key["S"]) == (moves.Forward("op"), moves.Back("op"))
    assert (by_key["f"], by_key["F"]) == (moves.Forward("iteration"), moves.Back("iteration"))
    assert (by_key["c"], by_key["C"]) == (moves.Continue(), moves.ReverseContinue())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_is_in_the_help(language: str) -> None:
    say = words(language)
    text = help_text(say, 120).plain
    for command in COMMANDS:
        assert command.group in GROUPS
        assert say(f"cmd.{command.id}.title") in text
        assert key_name(command.keys[0]) in text


def test_help_wraps_under_its_column() -> None:
    lines = help_text(words("en"), 60).plain.split("\n")
    assert max(map(len, lines)) <= 60


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [20, 60, 80, 120, 200])
def test_the_key_line_fits_and_keeps_what_matters(language: str, width: int) -> None:
    line = key_line(words(language), width, moves=True)
    assert line.cell_length <= width
    assert words(language)("cmd.next.short") in line.plain
    assert words(language)("cmd.quit.short") in line.plain
    if width >= 80:
        assert words(language)("cmd.help.short") in line.plain


def test_bindings_can_be_remapped_by_id() -> None:
    assert {binding.id for binding in bindings()} == {c.id for c in COMMANDS}


def test_key_names() -> None:
    named = [key_name(k) for k in ("n", "N", "question_mark", "shift+f10", "ctrl+down", "space")]
    assert named == ["n", "N", "?", "Shift+F10", "Ctrl+Down", "Space"]


NAMES = ["conv1.weight", "conv1", "conv1.relu"]


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("lo", ["loss "]),
        ("loss ", ["loss < ", "loss <= ", "loss > ", "loss >= ", "loss = ", "loss != "]),
        ("m", ["min(", "max(", "mean("]),
        ("ratio(", ["ratio(conv1.weight)"]),
        ("inactive(c", ["inactive(conv1)", "inactive(conv1.relu)"]),
        ("norm(conv1.w", ["norm(conv1.weight)", "norm(conv1.weight.grad)",
                          "norm(conv1.weight.update)"]),
        ("max(conv1.relu.", ["max(conv1.relu.grad)"]),
        ("norm(conv1) > 1", []),
        ("nothing", []),
    ],
)  # fmt: skip
def test_completion(text: str, offers: list[str]) -> None:
    assert complete(text, NAMES, ["conv1.weight"]) == offers


@pytest.mark.parametrize("lang", [pytest.param("en", marks=pytest.mark.slow), "zh"])
async def test_every_command_has_an_action_and_every_quantity_is_offered(lang: str) -> None:
    async with running((80, 24), lang=lang) as run:
        main = run.app.main
        for command in COMMANDS:
            owner = main.query_one(command.owner) if command.owner else main
            target, name, _ = run.app._parse_action(command.action, owner)
            assert hasattr(target, f"action_{name}"), command.id
        await run.press("w")
        listed = run.app.screen.query_one("#offers", OptionList)
        lines = [str(listed.get_option_at_index(n).prompt) for n in range(listed.option_count)]
        assert [line.split()[0].rstrip("(") for line in lines] == [*BARE, *FUNCTIONS]
        assert listed.show_vertical_scrollbar
        assert max(map(cell_len, lines)) <= listed.scrollable_content_region.width - 2


def test_the_help_explains_the_marks_as_they_are_drawn() -> None:
    """Also where only ASCII may be used: what is said there is what is seen."""
    for plain, glyphs in ((False, UNICODE), (True, ASCII)):
        for lang in ("en",) if plain else ("en", "zh"):
            text = help_text(words(lang, plain), 120).plain
            marks = f"{glyphs.done} {glyphs.current} {glyphs.next}"
            assert [line for line in text.splitlines() if line.strip().startswith(marks)], lang
            assert text.isascii() or not plain, {sign for sign in text if not sign.isascii()}
