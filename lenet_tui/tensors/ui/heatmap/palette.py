"""What colours mean: palettes for signed numbers, magnitudes and pictures.

Signed numbers run from blue through black (dark themes) or white (light ones) to orange, a pair
that all common kinds of colour blindness distinguish; both arms have the same lightness at the same
magnitude. Magnitudes run in one direction of lightness. The colours of ``TRUE`` were laid out in
OKLab (https://bottosson.github.io/posts/oklab/); those of ``CUBE`` are entries of the 256-colour
cube, so that nothing is rounded on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lenet_tui.protocol.views import MINUS_INF, NAN, PLUS_INF, TOP, ZERO

Rgb = tuple[int, int, int]
Codes = npt.NDArray[np.uint8]
ODD = 3
"""Numbers that no colour is for: NaN, +∞ and −∞, in this order."""


def _rgb(colours: str) -> tuple[Rgb, ...]:
    return tuple((int(c[:2], 16), int(c[2:4], 16), int(c[4:], 16)) for c in colours.split())


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """``colours`` from the lowest level to the highest. ``signed``: zero is in the middle.

    Codes are indices of ``colours``; after them come ``blank`` (nothing there), and ``ODD`` codes
    more, of NaN, +∞ and −∞.
    """

    colours: tuple[Rgb, ...]
    signed: bool

    @property
    def blank(self) -> int:
        return len(self.colours)

    def codes(self) -> Codes:
        """The code of each level of a view, 256 of them."""
        if self.signed:
            half = len(self.colours) // 2
            share = np.arange(TOP + 1) / ZERO - 1
            index = half + np.sign(share) * np.ceil(np.abs(share) * half - 0.5)
        else:
            index = np.rint(np.arange(TOP + 1) / TOP * (len(self.colours) - 1))
        table = np.full(256, self.blank, np.uint8)
        table[: TOP + 1] = index.astype(np.uint8)
        table[[NAN, PLUS_INF, MINUS_INF]] = self.blank + np.arange(1, ODD + 1)
        return table


def _diverging(negative: str, zero: str, positive: str) -> Palette:
    return Palette(_rgb(negative)[::-1] + _rgb(zero) + _rgb(positive), True)


def _sequential(zero: str, colours: str) -> Palette:
    return Palette(_rgb(zero) + _rgb(colours), False)


GREY = Palette(tuple((v, v, v) for v in (round(255 * g / 25) for g in range(26))), False)
"""For pictures: from the lowest level (−scale, or 0) black to the highest white."""

# Keyed by (dark theme, signed).
TRUE: dict[tuple[bool, bool], Palette] = {
    (True, True): _diverging(
        "000624 001337 00214b 002f5e 003e72 014e85 015e98 016fab"
        " 0080bd 0891cf 03a3e2 20b5f1 5cc4f3 87d3f4 afe0f4 c7f0fe",
        "000000",
        "170300 290b00 3b1600 4e2200 602e02 723b02 844904 975800"
        " a86700 ba7707 cb8603 d79930 ddae5e e3c286 e9d5ad f6e7c3",
    ),
    (False, True): _diverging(
        "ddf1fe bde4fe 9dd6ff 7dc8ff 5bb9ff 3aaafc 1f9af3 008be7"
        " 037cd5 036dc4 015fb3 0e529d 164686 1a3b6e 1b3055 1b263c",
        "ffffff",
        "ffead1 fcd6ab f7c38a f1b06b ea9d4d e18b2e d77902 c66c02"
        " b56004 a55303 954702 843c02 743101 612a0a 4d2412 381f16",
    ),
    (True, False): _sequential(
        "000000",
        "050110 0d011d 170228 230233 2f023d 3c0245 4a004c 580051"
        " 660154 750057 830158 920157 a00556 ad1153 ba1d4f c5294a"
        " cf3645 d74340 df513c e55f39 ea6d39 ed7b3d ef8944 f0974f"
        " f0a55d f0b26d efbf7f eecb92 eed6a6 efe0ba f1eacf f6f3dc",
    ),
    (False, False): _sequential(
        "ffffff",
        "fbf6e3 f7ecce f5e1ba f5d7a7 f5cb95 f5bf85 f6b376 f5a669"
        " f59a5f f38d58 f08054 ec7453 e76854 e05d56 d9525a d0495e"
        " c64161 bb3a65 b03568 a4306a 972d6b 8a2b6b 7d2a6a 6f2867"
        " 622763 56265d 492556 3e244e 332245 2a1f3a 211d2f 1a1923",
    ),
}
CUBE: dict[tuple[bool, bool], Palette] = {
    (True, True): _diverging(
        "000087 0000d7 005fd7 0087ff 5fafff 87d7ff afffff",
        "000000",
        "5f0000 870000 875f00 d75f00 ff8700 ffaf5f ffffd7",
    ),
    (False, True): _diverging(
        "d7d7ff 87d7ff 5fafff 0087ff 005fd7 0000d7 000087",
        "ffffff",
        "ffd7af ffaf5f ff8700 d75f00 875f00 870000 5f0000",
    ),
    (True, False): _sequential(
        "000000", "5f005f 87005f af005f d7005f ff005f ff5f5f ff875f ffaf5f ffd787 ffffd7"
    ),
    (False, False): _sequential(
        "ffffff", "ffd7af ffaf87 ff875f ff5f5f ff005f d7005f af005f 87005f 5f005f"
    ),
}
