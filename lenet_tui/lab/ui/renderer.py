"""Fills the lab's screen in from the lab's state."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import ascii_only, words_of
from lenet_tui.lab.ui import text
from lenet_tui.lab.ui.inputs import ChoiceField, TextField
from lenet_tui.lab.ui.planes import input_plane, kernel_plane, output_plane
from lenet_tui.lab.ui.state import LabState
from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.text.numbers import ascii_text

_SIGNS = str.maketrans({"∘": "o", "✔": "+", "▶": ">", "ᵀ": ".T"})


def show(
    screen: Screen[Any], state: LabState, complaint: str, numbers: bool | None, full: bool
) -> None:
    """Show ``state``. ``complaint``: what is wrong with what is being typed. ``numbers``: numbers
    in the pictures' cells, marks (``False``), or what fits (``None``). ``full``: more has changed
    than the output cell.
    """
    words, spell = words_of(screen), _ascii if ascii_only(screen) else str

    def put(name: str, shown: str | Content) -> None:
        content = Content(shown) if isinstance(shown, str) else shown
        if spell is _ascii:
            content = _plain(content)
        screen.query_one(f"#lab-{name}", Static).update(content, layout=name in ("facts", "cut"))

    put("head", text.heading(state, words))
    if full:
        put("facts", "\n".join([*text.formulas(state, words), text.counts(state, words)]))
        keys = f"{words('lab.keys')}\n{words('lab.keys.form')}"
        about = f"{words(f'lab.about.{state.layer.kind}')}\n\n{keys}"
        screen.query_one("#lab-about-text", Prose).show(spell(about))
    wrong = Content.styled(complaint, "$text-error")
    put("remark", wrong if complaint else text.remark(state, words))
    for n, summed in enumerate([*text.arithmetic(state, words), "", ""][:2]):
        put(f"sum-{n}", summed)
    typing = isinstance(screen.focused, (TextField, ChoiceField))
    line = screen.query_one("#lab-line", TextField)
    cut = 0 < line.size.width < cell_len(line.value)
    put("cut", "…" if cut and not line.has_focus else "")
    width, height = screen.app.size
    put("keys", text.keys(words("lab.keys.form" if typing else "lab.keys"), width - 2))
    put("small", words("small", cols=60, rows=20, width=width, height=height))

    planes = (input_plane(state), kernel_plane(state), output_plane(state))
    below = (spell(text.legend(state, words)), "", text.where(state.index, state))
    for name, plane, title, subtitle in zip(
        ("input", "kernel", "output"), planes, text.titles(state, words), below, strict=True
    ):
        view = screen.query_one(f"#lab-{name}", PlaneView)
        view.show(plane, numbers, words("lab.no-window"))
        room = max(0, view.size.width - 6) if spell is _ascii else None
        view.border_title = Content(spell(title)[:room])
        view.border_subtitle = Content(subtitle)
    screen.query_one("#lab-kernel").display = planes[1] is not None


def _ascii(line: str) -> str:
    return ascii_text(line.translate(_SIGNS))


def _plain(content: Content) -> Content:
    """``content`` without signs that are not ASCII, and without colours where these move."""
    plain = _ascii(content.plain)
    return Content(plain, spans=list(content.spans) if len(plain) == len(content.plain) else None)
