"""Text to layer and back: what torch takes is taken, everything else is refused in one line."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenet_tui.lab.layer import (
    KINDS,
    SIGNATURES,
    LayerError,
    default_input,
    make_layer,
    python_line,
    with_argument,
    with_kind,
    without_defaults,
)
from lenet_tui.lab.parse import parse_layer, parse_shape, parse_value
from tests.harness.lab_cases import cases


def test_arguments_by_position_and_keyword() -> None:
    layer = parse_layer(" torch.nn.Conv2d(3, 8, (3, 5), 2, bias=False, padding='same') ")
    assert layer.kind == "Conv2d"
    assert layer["kernel_size"] == (3, 5) and layer["stride"] == 2
    assert layer["bias"] is False and layer["padding"] == "same"
    assert layer["dilation"] == 1 and layer["padding_mode"] == "zeros"


def test_the_call_is_written_as_given() -> None:
    text = "Conv2d(3, 8, (3, 5), stride=2, padding=1, dilation=2, groups=1)"
    assert str(parse_layer(text)) == text
    assert python_line(without_defaults(parse_layer(text))) == "nn." + text.replace(
        ", groups=1", ""
    )


def test_every_argument_by_position() -> None:
    layer = parse_layer("Conv1d(4, 2, 3, 1, 0, 1, 2, False, 'circular', None, None)")
    assert layer == parse_layer(
        "nn.Conv1d(4, 2, 3, stride=1, padding=0, dilation=1, groups=2, bias=False, "
        "padding_mode='circular')"
    )


def test_random_calls_read_as_python_reads_them() -> None:
    for case in cases(seed=1, count=300):
        layer = parse_layer(case.text)
        names = [a.name for a in SIGNATURES[layer.kind]]
        expected = dict(zip(names, case.positional, strict=False)) | case.keywords
        assert dict(layer.given) == expected, case.text
        assert parse_layer(str(layer)) == layer, case.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("Conv2d", "not a call"),
        ("Conv2d(3, 8", "cannot be read"),
        ("Conv9d(3, 8, 3)", "did you mean"),
        ("Flatten(3)", "one of Conv1d"),
        ("os.system('x')", "no layer"),
        ("nn.functional.Conv2d(1, 1, 1)", "no layer"),
        ("(lambda: 1)(3)", "no layer"),
        ("Conv2d(3, 8)", "needs kernel_size"),
        ("Conv2d(3, 8, 3, strides=1)", "did you mean stride?"),
        ("Conv2d(3, 8, 3, in_channels=3)", "twice"),
        ("Conv2d(3, 8, 3, stride=1, stride=2)", "twice"),
        ("Linear(1, 2, True, None, None, 3)", "at most 5"),
        ("Conv2d(3, 8, 1 + 2)", "kernel_size must be"),
        ("Conv2d(3, 8, __import__('os'))", "kernel_size must be"),
        ("Conv2d(3, 8, (3, (1, 2)))", "kernel_size must be"),
        ("Conv2d(3, 8, [x for x in y])", "kernel_size must be"),
        ("Conv2d(3, 8, f'{1}')", "kernel_size must be"),
        ("Conv2d(3, 8, 1j)", "kernel_size must be"),
        ("Conv2d(3, 8, b'3')", "kernel_size must be"),
        ("Conv2d(3, 8, ...)", "kernel_size must be"),
        ("Conv2d(3, 8, -True)", "kernel_size must be"),
        ("Conv2d(3, 8, {'a': 1})", "kernel_size must be"),
        ("Conv2d(*[3, 8, 3])", "in_channels must be"),
        ("Conv2d(**{'in_channels': 3})", "each argument by name"),
        ("Conv2d(3, 8, 3, dtype='float64')", "stays None"),
        ("Conv2d(3, 8, 99999999999999999999)", "beyond"),
        ("Conv2d(3, 8, 1e999)", "beyond"),
        ("Conv2d(3, 8, 3); import os", "cannot be read"),
        ("Conv2d(3, 8, 3)\nConv2d(3, 8, 3)", "cannot be read"),
        ("Conv2d(3, 8, 3)\0", "cannot be read"),
        ("Conv2d(" + "(" * 400, "cannot be read"),
        ("Conv2d(" + "-" * 450 + "1, 8, 3)", "must be"),
        ("Conv2d(1" + ", 1" * 5000 + ")", "characters long"),
        ("Conv2d(" + "9" * 480 + ", 8, 3)", "beyond"),
        ("Conv2d(\udc80)", "cannot be read"),
    ],
)
def test_what_is_no_layer_gets_one_line(text: str, said: str) -> None:
    with pytest.raises(LayerError) as caught:
        parse_layer(text)
    line = str(caught.value)
    assert said in line and "\n" not in line and len(line) < 250


TEXTS = st.text(max_size=80) | st.text(
    "Convd12MaxPoolLinear(),=-+*.'\"[]{} 0123456789ex\\\n", max_size=60
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_any_text_is_a_layer_or_one_line(text: str) -> None:
    layer_or_one_line(text)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(TEXTS)
def test_very_many_texts(text: str) -> None:
    layer_or_one_line(text)


def layer_or_one_line(text: str) -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        for parse in (parse_layer, parse_shape, parse_value):
            try:
                parse(text)
            except LayerError as error:
                assert "\n" not in str(error)
        for kind in KINDS:
            try:
                layer = parse_layer(f"{kind}({text})")
            except LayerError:
                continue
            assert parse_layer(str(layer)) == layer
    assert said.getvalue() == ""


def test_a_deep_text_does_not_end_the_process() -> None:
    limit = sys.getrecursionlimit()
    for mark in ("(", "[", "-", "not ", "a.", "a(", "{1:", "lambda:"):
        with pytest.raises(LayerError):
            parse_layer(mark * (499 // len(mark)))
    assert sys.getrecursionlimit() == limit


@pytest.mark.parametrize(
    "text", ["1,3,32,32", "1, 3, 32, 32", "(1, 3, 32, 32)", "1x3x32x32", "1×3×32×32", "1 3 32 32"]
)
def test_a_shape_in_many_hands(text: str) -> None:
    assert parse_shape(text) == (1, 3, 32, 32)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1,a",
        "1,x",
        "1,,2",
        "1 2 3 " * 30 + "x",
        "-1,3",
        "1.5,2",
        "1," * 300,
        "9" * 40,
        "1,2,3,4,5,6,7,8,9",
        "²,3",
        "٣",
    ],
)
def test_what_is_no_shape_gets_one_line(text: str) -> None:
    with pytest.raises(LayerError) as caught:
        parse_shape(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_full_width_marks_of_an_input_method() -> None:
    assert parse_layer("Conv2d（1，6，5）") == parse_layer("Conv2d(1, 6, 5)")
    assert parse_shape("1，1，32，32") == (1, 1, 32, 32)


def test_values_of_a_form() -> None:
    assert parse_value("same") == "same" and parse_value("'same'") == "same"
    assert parse_value(" (3, 5) ") == (3, 5) and parse_value("None") is None
    with pytest.raises(LayerError, match="stride is empty"):
        parse_value(" ", "stride")


def test_changing_arguments_and_kinds() -> None:
    layer = parse_layer("Conv2d(3, 8, 3, stride=2)")
    assert str(with_argument(layer, "stride", 1)) == "Conv2d(3, 8, 3)"
    assert str(with_argument(layer, "groups", True)) == "Conv2d(3, 8, 3, stride=2, groups=True)"
    pool = with_kind(layer, "MaxPool2d")
    assert str(pool) == "MaxPool2d(3, stride=2)"
    assert str(with_kind(pool, "Conv1d")) == "Conv1d(1, 1, 3, stride=2)"
    with pytest.raises(KeyError):
        make_layer("Linear", kernel_size=3)
    assert default_input(parse_layer("Conv1d(7, 1, 1)")) == (1, 7, 8)
    assert default_input(parse_layer("Conv1d('a', 1, 1)")) == (1, 1, 8)
