"""What the engine's first report says of each parameter."""

from __future__ import annotations

from lenet_tui.history.engine.ready_report import ready_report
from tests.harness.driving import Drive


def test_frozen_and_tied_parameters_say_so() -> None:
    ready = Drive(model="tests.harness.deep_models:DeepGpt").session.ready
    known = {p.name: p for p in ready.parameters}
    assert known["transformer.wte.weight"].also == ("lm_head.weight",)
    assert "lm_head.weight" not in known
    frozen = [p.name for p in ready.parameters if not p.trained]
    assert frozen == ["transformer.wpe.weight"]
    assert all(p.grouped for p in ready.parameters)


def test_a_parameter_in_no_group_of_the_optimizer_says_so() -> None:
    session = Drive(optimizer="adam").session
    group = session.navigator.trainer.updater._optimizer
    assert group is not None
    group.param_groups[0]["params"] = group.param_groups[0]["params"][1:]
    ready = ready_report(session.navigator.trainer)
    assert [p.name for p in ready.parameters if not p.grouped] == ["conv1.weight"]
