"""Which rule an op is explained by, by torch's name of it."""

from __future__ import annotations

from lenet_tui.explain.engine.arguments import Call
from lenet_tui.explain.engine.op_rule import Rule
from lenet_tui.explain.engine.ops.conv import CONV
from lenet_tui.explain.engine.ops.linear import LINEAR
from lenet_tui.explain.engine.ops.losses import CROSS_ENTROPY, MSE, NLL
from lenet_tui.explain.engine.ops.norm import BATCH_NORM
from lenet_tui.explain.engine.ops.pointwise import (
    ADD,
    CAST,
    DROPOUT,
    MUL,
    ONE_HOT,
    RELU,
    SIGMOID,
    TANH,
)
from lenet_tui.explain.engine.ops.pool import AVERAGE_POOL, MAX_POOL
from lenet_tui.explain.engine.ops.reduce import ADAPTIVE_POOL, REDUCE
from lenet_tui.explain.engine.ops.reshape import METHODS, RESHAPE
from lenet_tui.explain.engine.ops.softmax import LOG_SOFTMAX, SOFTMAX
from lenet_tui.explain.engine.terms import NoArithmetic

RULES: dict[str, Rule] = {
    "conv1d": CONV,
    "conv2d": CONV,
    "conv3d": CONV,
    "linear": LINEAR,
    "relu": RELU,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "max_pool1d": MAX_POOL,
    "max_pool2d": MAX_POOL,
    "avg_pool1d": AVERAGE_POOL,
    "avg_pool2d": AVERAGE_POOL,
    "softmax": SOFTMAX,
    "log_softmax": LOG_SOFTMAX,
    "cross_entropy": CROSS_ENTROPY,
    "nll_loss": NLL,
    "mse_loss": MSE,
    "adaptive_avg_pool1d": ADAPTIVE_POOL,
    "adaptive_avg_pool2d": ADAPTIVE_POOL,
    "mean": REDUCE,
    "sum": REDUCE,
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), DROPOUT),
    "batch_norm": BATCH_NORM,
    "one_hot": ONE_HOT,
    "pad": RESHAPE,
    **dict.fromkeys(("add", "radd", "iadd", "sub", "rsub", "isub"), ADD),
    **dict.fromkeys(("mul", "rmul", "imul"), MUL),
    **dict.fromkeys(("to", "float", "double", "type", "type_as", "cpu", "cuda"), CAST),
    **dict.fromkeys(METHODS, RESHAPE),
}


def rule_for(call: Call) -> Rule:
    """The rule of an op; ``NoArithmetic`` if there is none."""
    rule = RULES.get(call.op)
    if rule is None or "input" not in call.arguments:
        raise NoArithmetic(call.op)
    return rule
