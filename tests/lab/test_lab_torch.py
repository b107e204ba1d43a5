"""The lab against torch: shapes, counts, numbers and refusals of random layers."""

from __future__ import annotations

import collections
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lenet_tui.explain.windows import NoWindow
from lenet_tui.lab.cost import too_large
from lenet_tui.lab.engine.run import run_layer, run_text
from lenet_tui.lab.geometry import geometry, parameter_count, taps, weight_shape
from lenet_tui.lab.layer import Layer
from lenet_tui.lab.parse import parse_layer
from lenet_tui.lab.result import LabResult, RunLab
from lenet_tui.tensors.tiling import unravel
from tests.harness.lab_cases import Case, cases

Truth = tuple[nn.Module | None, Any, str]


def by_torch(case: Case) -> Truth:
    """The module, its output on a ramp, and why torch refused, straight from torch."""
    module = None
    try:
        torch.manual_seed(0)
        module = getattr(nn, case.kind)(*case.positional, **case.keywords)
        x = torch.arange(float(np.prod(case.shape, dtype=np.int64))).view(case.shape)
        return module, module(x), ""
    except Exception as error:  # noqa: BLE001 - whatever torch raises is what is wanted
        return module, None, str(error) or type(error).__name__


def check(case: Case) -> str:
    """Hold one case against torch; says which sort of case it was."""
    layer = parse_layer(case.text)
    result = run_layer(layer, case.shape, carried=2**26)
    assert "\n" not in result.error and len(result.error) <= 400
    if too_large(layer, case.shape):
        assert not result.computed and result.output is None
        return "too large"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module, output, error = by_torch(case)
    if module is not None:
        assert result.parameters == sum(p.numel() for p in module.parameters())
        assert (
            result.weight_shape
            == (tuple(module.weight.shape) if isinstance(module.weight, torch.Tensor) else None)
            if hasattr(module, "weight")
            else result.weight_shape is None
        )
    if error:
        assert result.error and result.output_shape is None and result.output is None
        assert error.startswith(result.error.removesuffix("…")) or "\\" in result.error
        return "refused"
    values, indices = output if isinstance(output, tuple) else (output, None)
    assert result.error == "" and result.output is not None
    assert result.output_shape == tuple(values.shape)
    assert np.array_equal(result.output, values.detach().numpy())
    assert (indices is None) == (result.indices is None)
    if indices is not None and result.indices is not None:
        assert result.indices.ravel().tolist() == indices.flatten().tolist()
    return check_windows(layer, case, result)


def check_windows(layer: Layer, case: Case, result: LabResult) -> str:
    """What the lab knows without torch gives torch's shape and torch's numbers."""
    try:
        known = geometry(layer, case.shape)
    except NoWindow as reason:
        # Only tuples of a length that torch's documentation does not give.
        assert "are wanted" in str(reason)
        return "odd"
    assert known.output_shape == result.output_shape
    assert parameter_count(layer) == result.parameters
    assert weight_shape(layer) == result.weight_shape
    x, weight, bias, output = result.input, result.weight, result.bias, result.output
    assert x is not None and output is not None
    if known.reads > 1000:
        return "possible"
    for number in {0, output.size // 3, output.size // 2, output.size - 1} if output.size else ():
        index = unravel(number, output.shape)
        read = list(taps(known, index))
        if layer.kind == "MaxPool2d":
            cells = [x[t.source] for t in read if t.source is not None]
            assert max(cells, default=-np.inf) == output[index]
            continue
        assert weight is not None
        products = [
            float(x[t.source]) * float(weight[t.weight]) for t in read if t.source is not None
        ]
        total = sum(products) + (0.0 if bias is None else float(bias[index[len(known.samples)]]))
        size = sum(map(abs, products)) + 1
        assert abs(total - float(output[index])) <= 4e-6 * size
    return "possible"


def sweep(seed: int, count: int) -> collections.Counter[str]:
    seen: collections.Counter[str] = collections.Counter()
    for case in cases(seed, count):
        try:
            seen[check(case)] += 1
        except AssertionError as error:
            raise AssertionError(f"{case.text} on {case.shape}: {error}") from error
    return seen


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("count", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_random_layers_equal_torch(count: int) -> None:
    seen = sweep(seed=4, count=count)
    assert seen["possible"] > count / 3 and seen["refused"] > count / 5
    assert seen["too large"] > count / 300


@pytest.mark.slow
def test_many_random_layers_equal_torch() -> None:
    seen = sweep(seed=5, count=40_000)
    assert seen["possible"] > 15_000 and seen["refused"] > 8000


def test_the_issue_s_example() -> None:
    layer = parse_layer("Conv2d(3, 8, (3, 5), stride=2, padding=1, dilation=2, groups=1)")
    result = run_layer(layer, (1, 3, 32, 32))
    assert result.output_shape == (1, 8, 15, 13)
    assert result.parameters == 8 * 3 * 3 * 5 + 8
    assert result.weight_shape == (8, 3, 3, 5)


def test_the_session_s_random_numbers_are_left_alone() -> None:
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    run_layer(parse_layer("Conv2d(1, 2, 3)"), (1, 1, 8, 8), "random")
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Linear(1000000, 1000000)", (1, 1_000_000)),
        ("Conv2d(1000000, 1000000, 1000)", (1, 1, 1, 1)),
        ("Conv2d(1, 1, 1, padding=1000000000)", (1, 1, 8, 8)),
        ("Conv2d(1, 1, 3, padding=30000, padding_mode='replicate')", (1, 1, 8, 8)),
        ("MaxPool2d(2)", (2_000_000_000, 2_000_000_000, 2_000_000_000, 4)),
        ("Linear(4, 4)", (100_000, 100_000, 4)),
        ("Conv2d(64, 64, 2147483647, padding='same')", (1, 64, 8, 8)),
        ("Conv1d(1, 1, 5000, padding=2500000)", (1, 1, 100)),
    ],
)
def test_absurd_sizes_are_answered_without_memory(text: str, shape: tuple[int, ...]) -> None:
    result = run_layer(parse_layer(text), shape)
    assert not result.computed
    assert (result.output_shape is None) == bool(result.error)
    assert result.output is None


def test_the_meta_device_s_shapes_are_the_formula_s() -> None:
    layer = parse_layer("Conv2d(64, 64, 65, padding=32)")
    result = run_layer(layer, (8, 64, 224, 224))
    assert not result.computed and result.error == ""
    assert result.output_shape == geometry(layer, (8, 64, 224, 224)).output_shape
    assert result.parameters == parameter_count(layer)


def test_a_text_is_run_or_said_to_be_no_layer() -> None:
    result = run_text(RunLab("MaxPool2d(2, return_indices=True)", (1, 1, 4, 4)))
    assert result.indices is not None
    assert result.indices.ravel().tolist() == [5, 7, 13, 15]
    assert run_text(RunLab("Conv9d(", (1,))).error


def test_what_torch_warns_of_is_reported() -> None:
    result = run_layer(parse_layer("Conv2d(0, 2, 3)"), (1, 0, 4, 4))
    assert any("zero-element" in line for line in result.warnings)
