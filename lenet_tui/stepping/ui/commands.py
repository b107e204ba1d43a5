"""Every command, declared once: its keys, what it does, where it is offered.

From this table come the key bindings, the footer, the help screen and the command palette. What
is said of a command stands in ``text/commands.py`` under ``cmd.ID``: ``.title`` for palette and
help, ``.help`` for the line below it, ``.short`` for the footer.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

MOVES = (
    "phase", "op", "finish", "back phase", "back op", "back iteration", "continue",
    "reverse-continue",
)  # fmt: skip
"""What is done by one move, as a line of a file of moves has it."""
GROUPS = ("step", "run", "free", "look", "session", "tour", "app")


@dataclass(frozen=True, slots=True)
class Command:
    """``keys``: by Textual's names, the first is shown first. ``aliases``: what some terminals
    send for the same keys. ``does``: one of ``MOVES``, or the name of what to call in ``actions``
    (so that the keys are known before all that they do is imported). ``footer``: its rank there
    (0: not there; 1: the last to go when it is narrow). ``looks``: a run goes on meanwhile.
    ``number``: of the pane that is meant.
    """

    id: str
    group: str
    keys: tuple[str, ...]
    does: str
    footer: int = 0
    looks: bool = False
    aliases: tuple[str, ...] = ()
    number: int = 0


COMMANDS: tuple[Command, ...] = (
    Command("next", "step", ("n", "space", "f10", "ctrl+down"), "phase", 1),
    Command("back", "step", ("N", "shift+f10", "ctrl+up"), "back phase", 3, aliases=("f22",)),
    Command("into", "step", ("s", "f11", "ctrl+right"), "op", 2),
    Command("back-op", "step", ("S", "shift+f11", "ctrl+left"), "back op", aliases=("f23",)),
    Command("finish", "step", ("f", "f12", "ctrl+pagedown"), "finish", 4),
    Command(
        "back-iteration",
        "step",
        ("F", "shift+f12", "ctrl+pageup"),
        "back iteration",
        aliases=("f24",),
    ),
    Command("goto", "step", ("g", "f7"), "goto", 10),
    Command("run", "run", ("r", "f5"), "toggle_run", 5, True),
    Command("faster", "run", ("plus",), "faster", looks=True, aliases=("equals_sign",)),
    Command("slower", "run", ("minus",), "slower", looks=True),
    Command("continue", "run", ("c", "f6"), "continue", 7),
    Command("reverse-continue", "run", ("C", "shift+f6"), "reverse-continue", aliases=("f18",)),
    Command("watch", "run", ("w", "ctrl+w"), "watchpoints", 9),
    Command("skip", "free", ("z",), "skip"),
    Command("do", "free", ("p",), "do_phase"),
    Command("vector", "free", ("B",), "backward_from_vector"),
    Command("options", "free", ("o", "ctrl+o"), "options", 8),
    Command("reset", "free", ("R",), "reset"),
    Command("first-bias", "look", ("b", "ctrl+b"), "first_bias_gradient", 0, True),
    Command("follow", "look", ("A",), "toggle_follow", 0, True),
    Command("aspect", "look", ("v", "ctrl+v"), "next_aspect", 7, True),
    Command("numbers", "look", ("a",), "toggle_numbers", 0, True),
    Command("log-scale", "look", ("y",), "toggle_log_loss", 0, True),
    Command("explain", "look", ("e", "ctrl+e"), "explain", 6),
    Command("explain-back", "look", ("backspace",), "explain_back", 0, True),
    Command("explain-order", "look", ("i",), "explain_order", 0, True),
    Command("explain-check", "look", ("D",), "explain_check", 0, True),
    Command("maximize", "look", ("m", "f4"), "maximize", 12, True),
    Command("next-tab", "look", ("right_square_bracket",), "next_tab", 0, True),
    Command("previous-tab", "look", ("left_square_bracket",), "previous_tab", 0, True),
    *(Command(f"pane-{n}", "look", (str(n),), "pane", 0, True, (), n) for n in range(1, 7)),
    Command("pane-7", "look", ("7",), "pane", 6, True, (), 7),
    Command("device", "session", ("d",), "devices", 11),
    Command("parity", "session", ("P",), "parity"),
    Command("lab", "session", ("K", "f3"), "lab", 14),
    Command("play", "session", ("full_stop", "f8"), "play_next", 3),
    Command("play-on", "session", ("greater_than_sign", "f9"), "play_on"),
    Command("save-moves", "session", ("ctrl+s",), "save_moves", 0, True),
    Command("export", "session", ("x",), "export", 14),
    Command("restart", "session", ("ctrl+r",), "restart_engine"),
    Command("tour-next", "tour", ("t", "shift+right"), "tour_next", 15),
    Command("tour-back", "tour", ("T", "shift+left"), "tour_back"),
    Command("tour-here", "tour", ("u", "shift+up"), "tour_here"),
    Command("tour-stops", "tour", ("G", "shift+down"), "tour_stops"),
    Command("escape", "app", ("escape",), "escape", 0, True),
    Command("theme", "app", ("ctrl+t",), "theme", 0, True),
    Command("language", "app", ("L", "f2"), "language", 0, True),
    Command("help", "app", ("question_mark", "f1"), "help_screen", 2, True),
    Command("palette", "app", ("ctrl+p",), "palette", 13, True),
    Command("suspend", "app", ("ctrl+z",), "suspend", 0, True),
    Command("quit", "app", ("q", "ctrl+q", "ctrl+c"), "quit_app", 1, True),
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
