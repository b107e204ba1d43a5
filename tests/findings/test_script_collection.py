"""Python's collector waits while a script is checked, and works as usual afterwards."""

from __future__ import annotations

import gc

from lenet_tui.findings.engine.script_check import Looking, Seen
from lenet_tui.protocol.options import Options
from lenet_tui.tape.engine.collection import NEVER, full_collection_put_off
from lenet_tui.training.engine.trainer import Trainer


def test_it_waits_from_the_first_iteration_on_until_all_are_seen() -> None:
    seen, usual = Seen(Looking()), gc.get_threshold()
    trainer = Trainer(Options(device="cpu"))
    try:
        for _ in range(2):
            seen.begins(trainer)
            seen.closes()
            assert gc.isenabled() and gc.get_threshold()[2] == NEVER
    finally:
        seen.collects()
    assert gc.get_threshold() == usual


def test_it_works_on_for_whoever_only_looks_on() -> None:
    seen, usual = Seen(), gc.get_threshold()
    seen.begins(Trainer(Options(device="cpu")))
    seen.closes()
    assert gc.get_threshold() == usual


def test_what_a_script_has_set_meanwhile_stays() -> None:
    usual = gc.get_threshold()
    try:
        with full_collection_put_off():
            gc.set_threshold(1234, 5, 6)
        assert gc.get_threshold() == (1234, 5, 6)
    finally:
        gc.set_threshold(*usual)
