"""Palettes: even in lightness, safe for colour-blind eyes, exact where colours are few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from rich.color import Color, ColorSystem

from lenet_tui.protocol.views import ABSENT, MINUS_INF, NAN, PLUS_INF, TOP, ZERO
from lenet_tui.tensors.ui.heatmap.ink import Surface, ink_for
from lenet_tui.tensors.ui.heatmap.palette import CUBE, GREY, TRUE, Palette, Rgb

BLACK = Color.from_rgb(0, 0, 0)
PALETTES = [*TRUE.values(), *CUBE.values(), GREY]
DIVERGING = [table[dark, True] for table in (TRUE, CUBE) for dark in (True, False)]

# Machado, Oliveira and Fernandes (2009): how full protanopia, deuteranopia and tritanopia change
# linear light.
BLINDNESS = [
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
     [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
     [-0.011820, 0.042940, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
     [0.004733, 0.691367, 0.303900]],
]  # fmt: skip


def linear(colour: Rgb) -> npt.NDArray[np.float64]:
    part = np.array(colour) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def oklab(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """OKLab of linear light (https://bottosson.github.io/posts/oklab/)."""
    lms = np.array([
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]) @ light  # fmt: skip
    result: npt.NDArray[np.float64] = np.array([
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]) @ np.cbrt(np.clip(lms, 0, None))  # fmt: skip
    return result


def lightness(colour: Rgb) -> float:
    return float(oklab(linear(colour))[0])


@pytest.mark.parametrize("palette", DIVERGING)
def test_both_arms_are_equally_light_and_zero_is_an_end(palette: Palette) -> None:
    light = [lightness(c) for c in palette.colours]
    half = len(light) // 2
    assert len(light) == 2 * half + 1
    np.testing.assert_allclose(light[:half], light[:half:-1], atol=0.06)
    steps = np.diff(light[half:])
    assert (steps > 0).all() or (steps < 0).all()
    back = np.diff(light[half::-1])
    assert (np.sign(back) == np.sign(steps[0])).all()


@pytest.mark.parametrize("palette", [p for p in PALETTES if not p.signed])
def test_magnitudes_run_one_way_in_lightness(palette: Palette) -> None:
    steps = np.diff([lightness(c) for c in palette.colours])
    assert (steps > 0).all() or (steps < 0).all()


@pytest.mark.parametrize("palette", DIVERGING)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colour_blind_eyes_tell_the_signs_apart(
    palette: Palette, blindness: list[list[float]]
) -> None:
    half = len(palette.colours) // 2
    for step in range(half // 3, half - half // 4):
        pair = [
            oklab(np.clip(np.array(blindness) @ linear(palette.colours[half + way * step]), 0, 1))
            for way in (-1, 1)
        ]
        assert np.linalg.norm(pair[0] - pair[1]) > 0.08


@pytest.mark.parametrize("palette", CUBE.values())
def test_colours_of_the_cube_are_met_exactly(palette: Palette) -> None:
    for colour in palette.colours:
        number = Color.from_rgb(*colour).downgrade(ColorSystem.EIGHT_BIT).number
        assert number is not None
        steps = (0, 95, 135, 175, 215, 255)
        entry = divmod(number - 16, 36)
        assert colour == (steps[entry[0]], steps[entry[1] // 6], steps[entry[1] % 6])


def test_few_colours_are_met_exactly() -> None:
    for dark, numbers in ((True, (12, 11)), (False, (4, 1))):
        ink = ink_for(Surface("16", dark, False, BLACK), "signed")
        found = []
        for code in (0, 8):
            style = ink.segments[code].style
            assert style is not None
            assert style.color is not None
            found.append(style.color.downgrade(ColorSystem.STANDARD).number)
        assert tuple(found) == numbers


@pytest.mark.parametrize("palette", PALETTES)
def test_levels_fall_on_codes_in_order(palette: Palette) -> None:
    codes = palette.codes()
    assert codes[0] == 0
    assert codes[TOP] == len(palette.colours) - 1
    assert (np.diff(codes[: TOP + 1].astype(int)) >= 0).all()
    assert codes[ABSENT] == palette.blank
    assert len({codes[NAN], codes[PLUS_INF], codes[MINUS_INF], palette.blank}) == 4
    if palette.signed:
        half = len(palette.colours) // 2
        assert codes[ZERO] == half
        np.testing.assert_array_equal(codes[: TOP + 1] - half, (half - codes[: TOP + 1])[::-1])
