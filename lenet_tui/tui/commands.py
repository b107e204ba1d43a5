"""Every command, declared once: its keys, what it does, where it is offered.

From this table come the key bindings, the footer, the help screen and the command palette. What
is said of a command stands in ``text/commands.py`` under ``cmd.ID``: ``.title`` for palette and
help, ``.help`` for the line below it, ``.short`` for the footer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.binding import Binding

from lenet_tui.core import moves
from lenet_tui.core.moves import Move
from lenet_tui.tui import actions

if TYPE_CHECKING:
    from lenet_tui.tui.app import LenetApp

GROUPS = ("step", "run", "free", "look", "session", "app")


@dataclass(frozen=True, slots=True)
class Command:
    """``keys``: by Textual's names, the first is shown first. ``aliases``: what some terminals
    send for the same keys. ``does``: a move to make, or what to call. ``footer``: its rank there
    (0: not there; 1: the last to go when it is narrow). ``looks``: a run goes on meanwhile.
    """

    id: str
    group: str
    keys: tuple[str, ...]
    does: Move | Callable[[LenetApp], None]
    footer: int = 0
    looks: bool = False
    aliases: tuple[str, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command("next", "step", ("n", "space", "f10", "ctrl+down"), moves.Forward("phase"), 1),
    Command("back", "step", ("N", "shift+f10", "ctrl+up"), moves.Back("phase"), 3, False, ("f22",)),
    Command("into", "step", ("s", "f11", "ctrl+right"), moves.Forward("op"), 2),
    Command(
        "back-op", "step", ("S", "shift+f11", "ctrl+left"), moves.Back("op"), 0, False, ("f23",)
    ),
    Command("finish", "step", ("f", "f12", "ctrl+pagedown"), moves.Forward("iteration"), 4),
    Command(
        "back-iteration",
        "step",
        ("F", "shift+f12", "ctrl+pageup"),
        moves.Back("iteration"),
        aliases=("f24",),
    ),
    Command("goto", "step", ("g", "f7"), actions.goto, 10),
    Command("run", "run", ("r", "f5"), actions.toggle_run, 5, True),
    Command("faster", "run", ("plus",), actions.faster, looks=True, aliases=("equals_sign",)),
    Command("slower", "run", ("minus",), actions.slower, looks=True),
    Command("continue", "run", ("c", "f6"), moves.Continue(), 6),
    Command(
        "reverse-continue",
        "run",
        ("C", "shift+f6"),
        moves.ReverseContinue(),
        aliases=("f18",),
    ),
    Command("watch", "run", ("w", "ctrl+w"), actions.watchpoints, 9),
    Command("skip", "free", ("z",), actions.skip),
    Command("do", "free", ("p",), actions.do_phase),
    Command("vector", "free", ("B",), actions.backward_from_vector),
    Command("options", "free", ("o", "ctrl+o"), actions.options, 8),
    Command("reset", "free", ("R",), actions.reset),
    Command("first-bias", "look", ("b", "ctrl+b"), actions.first_bias_gradient, 0, True),
    Command("aspect", "look", ("v", "ctrl+v"), actions.next_aspect, 7, True),
    Command("numbers", "look", ("a",), actions.toggle_numbers, 0, True),
    Command("log-scale", "look", ("y",), actions.toggle_log_loss, 0, True),
    Command("maximize", "look", ("m", "f4"), actions.maximize, 12, True),
    Command("next-tab", "look", ("right_square_bracket",), actions.next_tab, 0, True),
    Command("previous-tab", "look", ("left_square_bracket",), actions.previous_tab, 0, True),
    *(Command(f"pane-{n}", "look", (str(n),), actions.pane(n), 0, True) for n in range(1, 8)),
    Command("device", "session", ("d",), actions.devices, 11),
    Command("lab", "session", ("K", "f3"), actions.lab, 14),
    Command("play", "session", ("full_stop", "f8"), actions.play_next, 3),
    Command("play-on", "session", ("greater_than_sign", "f9"), actions.play_on),
    Command("save-moves", "session", ("ctrl+s",), actions.save_moves, 0, True),
    Command("export", "session", ("x",), actions.export, 14),
    Command("restart", "session", ("ctrl+r",), actions.restart_engine),
    Command("escape", "app", ("escape",), actions.escape, 0, True),
    Command("theme", "app", ("T",), actions.theme, 0, True),
    Command("language", "app", ("L", "f2"), actions.language, 0, True),
    Command("help", "app", ("question_mark", "f1"), actions.help_screen, 2, True),
    Command("palette", "app", ("ctrl+p",), actions.palette, 13, True),
    Command("quit", "app", ("q", "ctrl+q", "ctrl+c"), actions.quit_app, 1, True),
)

BY_ID = {command.id: command for command in COMMANDS}


def bindings() -> list[Binding]:
    """The bindings of the app's main screen, one for each command, to be remapped by their id."""
    return [
        Binding(
            ",".join((*command.keys, *command.aliases)),
            f"command('{command.id}')",
            command.id,
            show=False,
            id=command.id,
        )
        for command in COMMANDS
    ]
