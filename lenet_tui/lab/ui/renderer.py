"""Fills the lab's screen in from the lab's state."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from lenet_tui.kit.ui.prose import Prose
from lenet_tui.kit.ui.settings import ascii_only
from lenet_tui.lab.ui import text
from lenet_tui.lab.ui.inputs import ChoiceField, TextField
from lenet_tui.lab.ui.planes import input_plane, kernel_plane, output_plane
from lenet_tui.lab.ui.state import LabState
from lenet_tui.tensors.ui.plane_view import PlaneView
from lenet_tui.text.numbers import ascii_text
from lenet_tui.text.words import Words

_SIGNS = str.maketrans({"∘": "o", "✔": "+", "▶": ">", "ᵀ": ".T"})


def show(
    screen: Screen[Any],
    state: LabState,
    words: Words,
    *,
    complaint: str = "",
    numbers: bool | None = None,
    full: bool = True,
) -> None:
    """Show ``state``. ``complaint``: what is wrong with what is being typed. ``numbers``: numbers
    in the pictures' cells, marks (``False``), or what fits (``None``). ``full``: more has changed
    than the output cell.
    """
    ascii = ascii_only(screen)

    def put(name: str, shown: str | Content) -> None:
        content = Content(shown) if isinstance(shown, str) else shown
        screen.query_one(f"#lab-{name}", Static).update(
            _plain(content) if ascii else content,
            layout=name in ("facts", "cut"),
        )

    put("head", text.heading(state, words))
    if full:
        put("facts", "\n".join([*text.formulas(state, words), text.counts(state, words)]))
        keys = f"{words('lab.keys')}\n{words('lab.keys.form')}"
        about = f"{words(f'lab.about.{state.layer.kind}')}\n\n{keys}"
        screen.query_one("#lab-about-text", Prose).show(_ascii(about) if ascii else about)
    wrong = Content.styled(complaint, "$text-error")
    put("remark", wrong if complaint else text.remark(state, words))
    sums = [*text.arithmetic(state, words), "", ""]
    put("sum-0", sums[0])
    put("sum-1", sums[1])
    typing = isinstance(screen.focused, (TextField, ChoiceField))
    line = screen.query_one("#lab-line", TextField)
    cut = 0 < line.size.width < cell_len(line.value)
    put("cut", ("..." if ascii else "…") if cut and not line.has_focus else "")
    width, height = screen.app.size
    put("keys", text.keys(words("lab.keys.form" if typing else "lab.keys"), width - 2))
    put("small", words("small", cols=60, rows=20, width=width, height=height))
    _show_planes(screen, state, words, numbers, ascii)


def _show_planes(
    screen: Screen[Any],
    state: LabState,
    words: Words,
    numbers: bool | None,
    ascii: bool,
) -> None:
    empty = words("lab.no-window")
    planes = (input_plane(state), kernel_plane(state), output_plane(state))
    marks = ("", "", text.where(state.index, state))
    for name, plane, title, below in zip(
        ("input", "kernel", "output"), planes, text.titles(state, words), marks, strict=True
    ):
        view = screen.query_one(f"#lab-{name}", PlaneView)
        view.show(plane, numbers, empty)
        view.border_title = Content(
            ascii_text(title)[: max(0, view.size.width - 6)] if ascii else title
        )
        view.border_subtitle = Content(below)
    legend = text.legend(state, words)
    picture = screen.query_one("#lab-input", PlaneView)
    picture.border_subtitle = Content(_ascii(legend) if ascii else legend)
    screen.query_one("#lab-kernel").display = planes[1] is not None


def _ascii(line: str) -> str:
    return ascii_text(line.translate(_SIGNS))


def _plain(content: Content) -> Content:
    """``content`` without signs that are not ASCII, and without colours where these move."""
    plain = _ascii(content.plain)
    return Content(plain, spans=list(content.spans) if len(plain) == len(content.plain) else None)
