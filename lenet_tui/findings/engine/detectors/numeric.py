"""The detectors of what the numbers say."""

from __future__ import annotations

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.again import Again, Resumed, Workers
from lenet_tui.findings.engine.detectors.along_depth import AlongDepth
from lenet_tui.findings.engine.detectors.closed_units import ClosedUnits
from lenet_tui.findings.engine.detectors.input_scale import InputScale
from lenet_tui.findings.engine.detectors.not_finite import NotFinite
from lenet_tui.findings.engine.detectors.skipped import Skipped
from lenet_tui.findings.engine.detectors.tried import Tried

NUMERIC: tuple[type[Detector], ...] = (
    Resumed, Workers, NotFinite, Skipped, AlongDepth, ClosedUnits, InputScale, Again, Tried,
)  # fmt: skip
