"""Offers the saved sessions, and names what has changed since one was saved."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from lenet_tui.kit.ui.pick import Choice, PickScreen
from lenet_tui.protocol.messages import Ready
from lenet_tui.protocol.model_names import session_name
from lenet_tui.protocol.options import DRAWN, OWN
from lenet_tui.protocol.phase_words import phase_text
from lenet_tui.protocol.saved_session import SavedSession
from lenet_tui.protocol.schedules import CONSTANT
from lenet_tui.text.clean import clean
from lenet_tui.text.numbers import number, thousands
from lenet_tui.text.words import Words

Lost = tuple[Path, SavedSession]
"""A saved session that no instance has any longer, and the file it was read from."""


def resume_dialog(lost: Sequence[Lost], words: Words) -> PickScreen:
    """Gives back the number of the session chosen from ``lost``; empty: a new one."""
    choices = [choice(n, saved, words) for n, (_, saved) in enumerate(lost)]
    return PickScreen("resume", [*choices, Choice("", words("resume.new"))])


def choice(place: int, saved: SavedSession, words: Words) -> Choice:
    """A saved session in two lines: when, where in it, its loss; and with which options."""
    where, how = described(saved, words)
    return Choice(str(place), where, below=how)


def described(saved: SavedSession, words: Words) -> tuple[str, str]:
    """When a session was saved, where in it and with which loss; and what tells it from others."""
    position, options = saved.snapshot.position, saved.options
    when = time.strftime("%m-%d %H:%M", time.localtime(saved.saved))
    phase = phase_text(position.phase, words)
    where = [when, words("log.where", n=thousands(position.iteration), phase=phase)]
    if saved.loss is not None:
        where.append(f"{words('status.loss')} {number(saved.loss)}")
    own = options.data in (OWN, DRAWN)
    how = [
        clean(session_name(options)),
        *([] if options.optimizer == OWN else [options.optimizer]),
        *([f"lr {options.lr:g}"] if options.lr >= 0 else []),
        *([] if own else [words("status.batch", n=options.batch_size)]),
        *([] if options.schedule == CONSTANT else [options.schedule]),
        words("status.seed", seed=options.seed),
    ]
    return "  ".join(where), " · ".join(how)


def elsewhere(saved: SavedSession, ready: Ready) -> str:
    """What has changed since the session was saved, so that bits may differ; else empty."""
    pairs = (
        ("torch", saved.torch, ready.torch),
        ("CPU", saved.cpu, ready.cpu),
        ("threads", str(saved.threads), str(ready.threads)),
    )
    return ", ".join(f"{name} {then} → {now}" for name, then, now in pairs if then != now)
