"""How numbers are written, everywhere: true minus sign, enough digits, aligned."""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "−"
_ASCII = str.maketrans(  # ``⋅`` multiplies; ``·`` only separates two things
    {MINUS: "-", "×": "x", "∞": "inf", "σ": "sd", "μ": "mean", "±": "+-", "←": "<", "→": "->"}
    | {"…": "...", "⋅": "*", "·": "-", "│": "|", "─": "-", "–": "-", "‖": "||", "▸": ">", "∂": "d"}
    | {"╳": "X", "▲": "^", "▼": "v", "◀": "<", "▾": "v", "∗": "*", "∅": "0"}
)


def number(value: float, digits: int = 4) -> str:
    """``value`` to ``digits`` significant digits: 0.1234, −12.35, 1.234e−7, NaN, −∞.

    Whole numbers (``int``) are written out; a float zero is ``0`` or ``−0``.
    """
    if isinstance(value, int):
        return sign(f"{value}")
    if not math.isfinite(value):
        return _special(value)
    if value == 0:
        return sign(f"{value:.0f}")
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if -3 <= exponent < 6:
        return sign(f"{value:.{max(0, digits - 1 - exponent)}f}")
    return _scientific(value, digits)


def figure(value: float, digits: int = 4) -> str:
    """``value`` as ``number`` writes it; a whole one without the zeros behind its point."""
    whole = math.isfinite(value) and value == int(value) and 0 < abs(value) < 10**digits
    return number(int(value) if whole else value, digits)


def exact(value: float, dtype: str = "float64") -> str:
    """``value`` with the digits that distinguish it from its neighbours in torch's ``dtype``."""
    if not math.isfinite(value):
        return _special(value)
    import numpy as np  # noqa: PLC0415 - a tenth of the time to the first frame

    if dtype == "float32":
        return sign(str(np.float32(value)))
    if dtype.startswith("float"):
        return sign(str(np.float16(value)) if dtype == "float16" else repr(value))
    return sign(str(int(value))) if value == int(value) else number(value, 9)


def aligned(values: Sequence[float], digits: int = 4) -> list[str]:
    """``values`` as texts of one width, their points under each other.

    The largest has ``digits`` significant digits; those too small to show two of them that way
    are written with an exponent.
    """
    finite = [abs(v) for v in values if math.isfinite(v) and v != 0]
    top = max(finite, default=1.0)
    exponent = int(f"{top:.{digits - 1}e}".partition("e")[2])
    decimals = digits - 1 - exponent
    if not 0 <= decimals <= digits + 2:
        texts = [number(v, digits) for v in values]
    else:
        least = 10.0 ** (1 - decimals)
        texts = [_fixed(v, decimals, least, digits) for v in values]
    width = max(map(len, texts), default=0)
    return [text.rjust(width) for text in texts]


def thousands(count: int) -> str:
    """A count as 61,706."""
    return sign(f"{count:,}")


def shape_text(shape: Sequence[int]) -> str:
    """A shape as 1×6×28×28; a 0-dimensional one as ()."""
    return "×".join(map(str, shape)) or "()"


def index_text(index: Sequence[int]) -> str:
    """An index as [0,2,3]; empty for a 0-dimensional tensor."""
    return f"[{','.join(map(str, index))}]" if index else ""


def ascii_text(text: str) -> str:
    """``text`` with our signs (−, ×, σ, ∞, …) in ASCII; other characters stay."""
    return text.translate(_ASCII)


def sign(text: str) -> str:
    """``text`` of a number with a true minus sign."""
    return text.replace("-", MINUS)


def _fixed(value: float, decimals: int, least: float, digits: int) -> str:
    if not math.isfinite(value):
        return _special(value)
    if 0 < abs(value) < least and decimals > 1:
        return _scientific(value, max(2, digits - 2))
    return sign(f"{value:.{decimals}f}")


def _scientific(value: float, digits: int) -> str:
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return sign(f"{mantissa}e{int(exponent)}")


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
