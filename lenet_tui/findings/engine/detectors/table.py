"""All detectors."""

from __future__ import annotations

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.numeric import NUMERIC
from lenet_tui.findings.engine.detectors.raised import Raised

DETECTORS: tuple[type[Detector], ...] = (Raised, *NUMERIC)
