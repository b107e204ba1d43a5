"""What ``lenet_tui.check`` does: the step of what was given is checked and undone."""

from __future__ import annotations

import argparse
from typing import Any

from lenet_tui.app.settings import default_path, load
from lenet_tui.cli.options import SETTINGS, language
from lenet_tui.findings.checked import Checked
from lenet_tui.findings.engine.check import check
from lenet_tui.findings.words import FINDINGS
from lenet_tui.history.engine.live_session import Lent
from lenet_tui.protocol.session_api import OwnError
from lenet_tui.text.notice import Problem
from lenet_tui.text.words import Words
from lenet_tui.training.engine.live_objects import Given, Unusable


class NotWhole(Problem, ValueError):
    """The iterations that were asked for are no number of iterations."""


def checked(given: tuple[Any, ...], more: dict[str, Any], iterations: int) -> Checked:
    """Check the step of what was given; afterwards everything is as before, to the bit."""
    if iterations < 1:
        raise NotWhole("findings:not-whole", value=iterations)
    SETTINGS.set(load(default_path()))
    try:
        objects = Given.of(*given, **more)
    except Unusable as error:
        raise TypeError(str(error)) from None
    with Lent(objects) as lent:
        try:
            trainer = lent.make_session().navigator.trainer
        except OwnError as error:
            if error.__cause__ is not None:
                raise error.__cause__ from None
            raise
        found = check(trainer, iterations)
        del trainer
    return Checked(found, Words(language(argparse.Namespace()), FINDINGS))
