"""A keyframe from a file is compared with the model before anything is replaced."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

import pytest
import torch

from lenet_tui.history.engine import keyframe
from lenet_tui.history.engine.keyframe import check_fits as check
from lenet_tui.protocol.options import OptionError, resolve
from lenet_tui.training.engine.trainer import Trainer


def trained(**options: Any) -> Trainer:
    trainer = Trainer(resolve(**options))
    for _ in range(2):
        trainer.plain_iteration()
        trainer.note_loss()
    return trainer


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"preset": "notebook"},
        {"optimizer": "adam", "batch_size": 3},
        {"optimizer": "momentum", "loss": "mse"},
        {"optimizer": "rmsprop"},
        {"preset": "notebook", "batch_size": 2, "optimizer": "sgd"},
    ],
)
def test_our_own_fit(options: dict[str, Any]) -> None:
    trainer = trained(**options)
    check(trainer, keyframe.capture(trainer))
    check(Trainer(resolve(**options)), keyframe.capture(trainer))


def forged(blob: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    (length,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8 : 8 + length])
    change(header)
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + blob[8 + length :]


def first(header: dict[str, Any]) -> dict[str, Any]:
    """The first parameter's value, (6, 1, 5, 5) float32."""
    value: dict[str, Any] = header["parameters"]["conv1.weight"]["value"]
    return value


def renamed(header: dict[str, Any], name: str) -> None:
    parameters = header["parameters"]
    header["parameters"] = {name if n == "conv1.weight" else n: p for n, p in parameters.items()}


def of_dtype(header: dict[str, Any], dtype: Any) -> None:
    first(header)["dtype"] = dtype


def of_shape(header: dict[str, Any], shape: Any) -> None:
    first(header)["shape"] = shape


def slot(header: dict[str, Any], name: str) -> None:
    """Give the gradient of the last parameter to its optimizer."""
    parameter = header["parameters"]["fc3.bias"]
    parameter["grad"], parameter["state"] = None, {name: parameter["grad"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda h: renamed(h, "other"),
        lambda h: slot(h, "evil"),
        lambda h: slot(h, "step"),
        lambda h: of_dtype(h, "load"),
        lambda h: of_dtype(h, "int32"),
        lambda h: of_dtype(h, "float64"),
        lambda h: of_dtype(h, None),
        lambda h: of_shape(h, [6, 25]),
        lambda h: of_shape(h, [-6, -25]),
        lambda h: of_shape(h, [2**40]),
        lambda h: of_shape(h, [2**39] * 99),
        lambda h: of_shape(h, "6"),
        lambda h: h["parameters"].pop("conv1.weight"),
        lambda h: h["buffers"].update(more=None),
        lambda h: h.update(parameters=None),
        lambda h: h.update(rng=None),
        lambda h: h.update(rng=first(h)),
        lambda h: h["data"].update(offset=-5),
        lambda h: h["data"].update(source=1),
        lambda h: h["data"].update(content="0" * 64),
        lambda h: h["data"].update(size=2**70),
        lambda h: h["data"].update(fixed=[first(h)]),
        lambda h: h.update(loss="[]"),
        lambda h: h.update(fresh_vector=1),
        lambda h: h.update(more=1),
        lambda h: h["options"].update(lr=float("inf")),
        lambda h: h["options"].update(lr=10**400),
        lambda h: h["options"].update(model="os:system"),
        lambda h: h["options"].update(colour="red"),
        lambda h: h.pop("options"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(change: Callable[[dict[str, Any]], None]) -> None:
    trainer = trained()
    before = [p.detach().clone() for p in trainer.parameters.values()]
    with pytest.raises(OptionError) as refused:
        check(trainer, forged(keyframe.capture(trainer), change))
    assert "\n" not in str(refused.value)
    assert all(map(torch.equal, before, trainer.parameters.values()))


@pytest.mark.parametrize("blob", [b"", b"\xff" * 8, b"\x02" + b"\0" * 7 + b"{}", b"\0" * 100])
def test_what_is_no_keyframe_is_refused_in_a_line(blob: bytes) -> None:
    with pytest.raises(OptionError, match="saved session"):
        check(trained(), blob)


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h["buffers"]["1.running_mean"].update(shape=[2, 2]),
        lambda h: h["buffers"].update({"1.mean": h["buffers"].pop("1.running_mean")}),
        lambda h: h["buffers"].update({"9.mean": h["buffers"].pop("1.running_mean")}),
    ],
)
def test_buffers_of_torch_s_own_modules_do_not_change(
    change: Callable[[dict[str, Any]], None],
) -> None:
    trainer = trained(preset="digits", model="tests.harness.models:sequential", batch_size=4)
    blob = keyframe.capture(trainer)
    check(trainer, blob)
    with pytest.raises(OptionError, match="fit"):
        check(trainer, forged(blob, change))
