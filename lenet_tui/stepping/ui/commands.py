"""Every command, declared once: its keys, the action that it runs, where it is offered.

From this table come the key bindings, the footer, the help screen and the command palette. The
texts of a command are in ``stepping/words.py`` under ``cmd.ID``: ``.title`` for palette and
help, ``.help`` for the line below it, ``.short`` for the footer.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

GROUPS = ("step", "run", "free", "look", "session", "tour", "app")

EARLY_GROUPS = ("step", "run", "tour", "app")
EARLY = frozenset({*(f"pane-{n}" for n in range(1, 8)), "maximize", "next-tab", "previous-tab"})
LATE = frozenset({"watch", "reverse-continue"})
EARLY |= {"lab", "play", "play-on", "save-moves", "restart"}


@dataclass(frozen=True, slots=True)
class Command:
    """``keys``: by Textual's names, the first is shown first. ``aliases``: what some terminals
    send for the same keys. ``action``: a Textual action of the main screen, or of the widget that
    the selector ``owner`` finds in it. ``footer``: its rank there (0: not there; 1: the last to go
    when it is narrow). ``passive``: a run goes on meanwhile.
    """

    id: str
    group: str
    keys: tuple[str, ...]
    action: str
    footer: int = 0
    passive: bool = False
    aliases: tuple[str, ...] = ()
    owner: str = ""

    @property
    def early(self) -> bool:
        """Whether it does not need the engine's first frame."""
        return self.id in EARLY or (self.group in EARLY_GROUPS and self.id not in LATE)


COMMANDS: tuple[Command, ...] = (
    Command("next", "step", ("n", "space", "f10", "ctrl+down"), "move('phase')", 1),
    Command(
        "back", "step", ("N", "shift+f10", "ctrl+up"), "move('back phase')", 3, aliases=("f22",)
    ),
    Command("into", "step", ("s", "f11", "ctrl+right"), "move('op')", 2),
    Command(
        "back-op", "step", ("S", "shift+f11", "ctrl+left"), "move('back op')", aliases=("f23",)
    ),
    Command("finish", "step", ("f", "f12", "ctrl+pagedown"), "move('finish')", 4),
    Command(
        "back-iteration",
        "step",
        ("F", "shift+f12", "ctrl+pageup"),
        "move('back iteration')",
        aliases=("f24",),
    ),
    Command("goto", "step", ("g", "f7"), "goto", 10),
    Command("goto-op", "step", ("O", "shift+f7"), "goto_op", aliases=("f19",)),
    Command("run", "run", ("r", "f5"), "run", 5, True),
    Command("faster", "run", ("plus",), "change_speed(1)", passive=True, aliases=("equals_sign",)),
    Command("slower", "run", ("minus",), "change_speed(-1)", passive=True),
    Command("continue", "run", ("c", "f6"), "move('continue')", 7),
    Command(
        "reverse-continue", "run", ("C", "shift+f6"), "move('reverse-continue')", aliases=("f18",)
    ),
    Command("watch", "run", ("w", "ctrl+w"), "watch", 9),
    Command("evaluate", "run", ("E",), "evaluate"),
    Command("skip", "free", ("z",), "skip"),
    Command("do", "free", ("p",), "do"),
    Command("vector", "free", ("B",), "vector"),
    Command("options", "free", ("o", "ctrl+o"), "options", 8),
    Command("edit-number", "free", ("H",), "edit_number"),
    Command("draw", "free", ("I",), "draw"),
    Command("reset", "free", ("R",), "reset"),
    Command("findings", "look", ("exclamation_mark", "ctrl+f"), "findings"),
    Command("first-bias", "look", ("b", "ctrl+b"), "first_bias", 0, True),
    Command("follow", "look", ("A",), "toggle_follow", 0, True),
    Command("aspect", "look", ("v", "ctrl+v"), "next_aspect", 7, True, owner="#tensor"),
    Command("numbers", "look", ("a",), "toggle_numbers", 0, True, owner="#tensor"),
    Command("previous-sample", "look", ("left_curly_bracket",), "sample(-1)", 0, True),
    Command("next-sample", "look", ("right_curly_bracket",), "sample(1)", 0, True),
    Command("previous-position", "look", ("comma",), "position(-1)", 0, True),
    Command("next-position", "look", ("semicolon",), "position(1)", 0, True),
    Command("log-scale", "look", ("y",), "toggle_log", 0, True, owner="#loss"),
    Command("explain", "look", ("e", "ctrl+e"), "explain", 6),
    Command("explain-number", "look", ("enter",), "explain_number"),
    Command("explain-back", "look", ("backspace",), "back", 0, True, owner="#inspector"),
    Command("explain-order", "look", ("i",), "turn_order", 0, True, owner="#inspector"),
    Command("explain-check", "look", ("D",), "check", 0, True, owner="#inspector"),
    Command("search", "look", ("slash",), "search", 0, True),
    Command("fold", "look", ("left_parenthesis",), "turn_level(-1)", 0, True, owner="#layers"),
    Command("unfold", "look", ("right_parenthesis",), "turn_level(1)", 0, True, owner="#layers"),
    Command("training", "look", ("V", "ctrl+g"), "training", 8, True),
    Command("beside", "look", ("M",), "beside", 0, True),
    Command("maximize", "look", ("m", "f4"), "maximize", 12, True),
    Command("next-tab", "look", ("right_square_bracket",), "turn(1)", 0, True, owner="#tabs"),
    Command("previous-tab", "look", ("left_square_bracket",), "turn(-1)", 0, True, owner="#tabs"),
    *(Command(f"pane-{n}", "look", (str(n),), f"pane({n})", 0, True) for n in range(1, 7)),
    Command("pane-7", "look", ("7",), "pane(7)", 6, True),
    Command("device", "session", ("d",), "device", 11),
    Command("parity", "session", ("P",), "parity"),
    Command("twins", "session", ("W", "ctrl+x"), "twins"),
    Command("lab", "session", ("K", "f3"), "lab", 14),
    Command("play", "session", ("full_stop", "f8"), "play", 3),
    Command("play-on", "session", ("greater_than_sign", "f9"), "play_on"),
    Command("save-moves", "session", ("ctrl+s",), "save_moves", 0, True),
    Command("export", "session", ("x",), "export", 14),
    Command("restart", "session", ("ctrl+r",), "restart"),
    Command("take-keys", "session", ("X", "ctrl+y"), "take_keys", 0, True),
    Command("end-program", "session", ("Q",), "end_program", 0, True),
    Command("tour-next", "tour", ("t", "shift+right"), "tour_turn(1)", 15),
    Command("tour-back", "tour", ("T", "shift+left"), "tour_turn(-1)"),
    Command("tour-here", "tour", ("u", "shift+up"), "tour_here"),
    Command("tour-stops", "tour", ("G", "shift+down"), "tour_stops"),
    Command("escape", "app", ("escape",), "escape", 0, True),
    Command("theme", "app", ("ctrl+t",), "theme", 0, True),
    Command("language", "app", ("L", "f2"), "app.language", 0, True),
    Command("help", "app", ("question_mark", "f1"), "help", 2, True),
    Command("palette", "app", ("ctrl+p",), "palette", 13, True),
    Command("suspend", "app", ("ctrl+z",), "app.suspend", 0, True),
    Command("quit", "app", ("q", "ctrl+q", "ctrl+c"), "app.quit", 1, True),
)

IN_A_PROGRAM = frozenset({"take-keys", "end-program"})
"""Those that there are only where the session is in a person's own program."""

BY_ID = {command.id: command for command in COMMANDS}
BY_KEY = {key: command for command in COMMANDS for key in (*command.keys, *command.aliases)}


def bindings() -> list[Binding]:
    """The bindings of the main screen, one for each command, to be remapped by their id."""
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
