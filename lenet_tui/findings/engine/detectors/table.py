"""All detectors."""

from __future__ import annotations

from lenet_tui.findings.engine.detector import Detector
from lenet_tui.findings.engine.detectors.alike import AlikeUnits
from lenet_tui.findings.engine.detectors.ascent import AscentDetector
from lenet_tui.findings.engine.detectors.attention import AttentionDetector
from lenet_tui.findings.engine.detectors.axes import AxesDetector
from lenet_tui.findings.engine.detectors.bare_beside import BareBeside
from lenet_tui.findings.engine.detectors.broadcast import BroadcastDetector
from lenet_tui.findings.engine.detectors.clip_order import ClipsNothing
from lenet_tui.findings.engine.detectors.clips_to_zero import ClipsToZero
from lenet_tui.findings.engine.detectors.exchanged import ExchangedAxes
from lenet_tui.findings.engine.detectors.gradients import GradientDetector
from lenet_tui.findings.engine.detectors.graph import GraphDetector
from lenet_tui.findings.engine.detectors.in_name import FrozenInName
from lenet_tui.findings.engine.detectors.in_place import InPlaceDetector
from lenet_tui.findings.engine.detectors.kept_alive import AliveDetector
from lenet_tui.findings.engine.detectors.loss import LabelDetector, LossDetector
from lenet_tui.findings.engine.detectors.loss_arguments import LossArguments
from lenet_tui.findings.engine.detectors.made_anew import MadeAnew
from lenet_tui.findings.engine.detectors.modes import ModeDetector
from lenet_tui.findings.engine.detectors.numeric import NUMERIC
from lenet_tui.findings.engine.detectors.order import OrderDetector
from lenet_tui.findings.engine.detectors.raised import Raised
from lenet_tui.findings.engine.detectors.reachable import ReachDetector
from lenet_tui.findings.engine.detectors.registration import RegistrationDetector
from lenet_tui.findings.engine.detectors.set_back import SetBack
from lenet_tui.findings.engine.detectors.small_steps import SmallStepDetector
from lenet_tui.findings.engine.detectors.step_order import StepOrder
from lenet_tui.findings.engine.detectors.storage import FrozenDetector, TiedDetector
from lenet_tui.findings.engine.detectors.twice import TwiceDetector
from lenet_tui.findings.engine.detectors.unregistered import UnregisteredDetector

DETECTORS: tuple[type[Detector], ...] = (
    Raised,
    LabelDetector,
    LossDetector,
    LossArguments,
    ReachDetector,
    AxesDetector,
    AscentDetector,
    BroadcastDetector,
    RegistrationDetector,
    UnregisteredDetector,
    BareBeside,
    GradientDetector,
    FrozenDetector,
    FrozenInName,
    AlikeUnits,
    TiedDetector,
    OrderDetector,
    ClipsNothing,
    ClipsToZero,
    StepOrder,
    MadeAnew,
    SetBack,
    SmallStepDetector,
    GraphDetector,
    TwiceDetector,
    AliveDetector,
    InPlaceDetector,
    ModeDetector,
    ExchangedAxes,
    AttentionDetector,
    *NUMERIC,
)
