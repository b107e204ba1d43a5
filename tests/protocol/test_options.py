"""Options: the presets, and what makes no sense."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
import torch

from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.options import (
    SETTABLE,
    OptionError,
    Options,
    as_dict,
    change,
    check,
    optimizer_settings,
    parse_value,
    resolve,
    resolved,
)


def test_the_presets() -> None:
    digits, notebook = resolve("digits"), resolve("notebook")
    assert digits == Options() == resolve()
    assert (digits.data, digits.loss) == ("digits", "cross_entropy")
    assert (notebook.data, notebook.loss) == ("random", "mse")
    for options in (digits, notebook):
        assert (options.batch_size, options.lr, options.optimizer) == (1, 0.01, "manual")
        assert (options.seed, options.threads, options.history_mb) == (0, 1, 256)
        assert check(options) is options


def test_what_is_given_overrides_the_preset() -> None:
    options = resolve("notebook", data="digits", loss="cross_entropy", lr=0.0, seed=None)
    assert (options.data, options.loss, options.lr, options.seed) == (
        "digits", "cross_entropy", 0.0, 0
    )  # fmt: skip
    assert resolve("notebook", batch_size=3).data == "random"


@pytest.mark.parametrize(
    "given",
    [
        {"loss": "hinge"},
        {"optimizer": "lion"},
        {"lr": -0.1},
        {"lr": float("nan")},
        {"lr": float("inf")},
        {"batch_size": 0},
        {"batch_size": -1},
        {"batch_size": 100_001},
        {"seed": -1},
        {"seed": 2**63},
        {"threads": 0},
        {"threads": 5000},
        {"history_mb": 0},
        {"data": "random"},
        {"preset": "mnist"},
        {"preset": "notebook", "loss": "cross_entropy"},
    ],
)
def test_what_cannot_be_is_said_in_a_line(given: dict[str, Any]) -> None:
    with pytest.raises(OptionError) as caught:
        resolve(**given)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize(
    "option, text, value",
    [
        *(("lr", "0.5", 0.5), ("lr", "0", 0.0), ("batch-size", "64", 64), ("seed", "7", 7)),
        *(("loss", "mse", "mse"), ("optimizer", "adam", "adam"), ("data", "random", "random")),
        *(("device", "cuda:1", "cuda:1"), ("threads", "2", 2), ("history-mb", "1", 1)),
        ("tape-mb", "1", 1),
        ("clip", "0.5", 0.5),
    ],
)
def test_values_from_text(option: str, text: str, value: object) -> None:
    read = parse_value(option, text)
    assert read == value
    assert type(read) is type(value)
    changed = change(resolve("notebook"), option, read)
    assert as_dict(changed)[option.replace("-", "_")] == value
    rest = {k: v for k, v in as_dict(changed).items() if k != option.replace("-", "_")}
    assert rest.items() <= as_dict(resolve("notebook")).items()


@pytest.mark.parametrize(
    "option, text",
    [
        *(("lr", "fast"), ("lr", "-1"), ("lr", "1e999"), ("batch-size", "2.0"), ("seed", "x")),
        *(("loss", "MSE"), ("optimizer", ""), ("threads", "0"), ("preset", "digits"), ("x", "1")),
        ("seed", "9" * 5000),
        ("clip", "-1"),
    ],
)
def test_text_that_is_no_value(option: str, text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_value(option, text)
    assert str(caught.value).isprintable()


def test_a_change_is_checked_with_the_rest() -> None:
    with pytest.raises(OptionError, match="class labels"):
        change(resolve("digits"), "data", "random")
    with pytest.raises(OptionError, match="class labels"):
        change(resolve("notebook"), "loss", "cross_entropy")
    both = change(change(resolve("digits"), "loss", "mse"), "data", "random")
    assert (both.loss, both.data) == ("mse", "random")


def test_every_settable_option_is_one() -> None:
    names = [field.name for field in fields(Options)]
    assert all(option.replace("-", "_") in names for option in SETTABLE)
    assert "clip" not in as_dict(Options()) and as_dict(Options(clip=2.0))["clip"] == 2.0


def test_resolved_names_every_option_with_the_value_that_it_has() -> None:
    plain = resolved(resolve())
    assert set(plain) == {f.name for f in fields(Options)}
    assert (plain["clip"], plain["augment"], plain["evaluate_every"]) == (0.0, "off", "epoch")
    assert (plain["momentum"], plain["weight_decay"]) == (None, None), "by hand there is neither"
    for name, row in OPTIMIZERS.items():
        found = resolved(resolve(optimizer=name))
        if row.made_by:
            made = row.given(optimizer_settings(resolve(optimizer=name)))
            torchs = getattr(torch.optim, row.made_by)([torch.zeros(1)], lr=0.1, **made).defaults
            for setting in row.takes:
                assert found[setting] == torchs[setting], (name, setting)
    assert resolved(resolve(optimizer="momentum", momentum=0.5))["momentum"] == 0.5
    givens: tuple[dict[str, Any], ...] = ({}, {"inputs": ("2,3",)})
    for given in givens:
        assert resolved(resolve(model="a.py", **given))["batch_size"] is None
