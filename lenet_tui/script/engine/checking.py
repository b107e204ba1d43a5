"""What ``lenet_tui.check`` does: the step of what was given is checked and undone."""

from __future__ import annotations

import argparse
from typing import Any

from torch import distributed as dist

from lenet_tui.app.settings import default_path, load
from lenet_tui.around.own_warnings import named_by_the_script
from lenet_tui.cli.options import LANGUAGE, SETTINGS, complain, language
from lenet_tui.findings.checked import Checked
from lenet_tui.findings.engine.check import check
from lenet_tui.findings.finding import Findings
from lenet_tui.findings.words import FINDINGS
from lenet_tui.history.engine.live_session import Lent
from lenet_tui.protocol.phase_words import PHASE_WORDS
from lenet_tui.protocol.session_api import OwnError
from lenet_tui.text.notice import Problem, notice
from lenet_tui.text.words import Words
from lenet_tui.training.engine.live_objects import Given, Unusable


class NotWhole(Problem, ValueError):
    """The iterations that were asked for are no number of iterations."""


def checked(given: tuple[Any, ...], more: dict[str, Any], iterations: int) -> Checked:
    """Check the step of what was given; afterwards everything is as before, to the bit.

    Among processes that train together nothing is run: others would wait for what they never get.
    """
    if not isinstance(iterations, int) or iterations < 1:
        raise NotWhole("findings:not-whole", value=iterations)
    SETTINGS.set(load(default_path()))
    words = Words(language(argparse.Namespace()), FINDINGS, PHASE_WORDS)
    if dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1:
        why = notice("script:rank-unchecked", rank=dist.get_rank(), size=dist.get_world_size())
        LANGUAGE.set(language(argparse.Namespace()))
        complain(why)
        return Checked(Findings(), words, why)
    try:
        objects = Given.of(*given, **more)
    except Unusable as error:
        raise TypeError(str(error)) from None
    with Lent(objects) as lent, named_by_the_script():
        try:
            trainer = lent.make_session().navigator.trainer
        except OwnError as error:
            if error.__cause__ is not None:
                raise error.__cause__ from None
            raise
        found = check(trainer, iterations)
        del trainer
    return Checked(found, words)
