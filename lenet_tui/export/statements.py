"""The statements of a training program, with the options of the moment in them."""

from __future__ import annotations

from lenet_tui.protocol.moves import Vector
from lenet_tui.protocol.options import Options

FORWARD = "output = net(input)"
ZERO_GRAD = "net.zero_grad()"
BACKWARD = "loss.backward()"
MOMENTUM = 0.9

_CRITERIA = {"cross_entropy": "nn.CrossEntropyLoss()", "mse": "nn.MSELoss()"}
_OPTIMIZERS = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam"}
_ARGUMENTS = {"momentum": f", momentum={MOMENTUM}"}


def criterion(options: Options) -> str:
    """``criterion = nn.CrossEntropyLoss()``."""
    return f"criterion = {_CRITERIA[options.loss]}"


def optimizer(options: Options) -> str:
    """``optimizer = …`` with ``lr``, to the bit as it is run; empty for the manual update."""
    if options.optimizer == "manual":
        return ""
    more = _ARGUMENTS.get(options.optimizer, "")
    name = _OPTIMIZERS[options.optimizer]
    return f"optimizer = torch.optim.{name}(net.parameters(), lr=lr{more}, foreach=False)"


def optimizer_here(options: Options) -> str:
    """The same in short, to be read."""
    short = optimizer(options).replace("torch.", "").replace(", foreach=False", "")
    return short.replace("lr=lr", f"lr={options.lr!r}")


def loss(options: Options, labels: bool) -> str:
    """``loss = criterion(…)``; ``labels``: the target is class numbers, for MSE made one-hot."""
    if options.loss == "mse" and labels:
        return "loss = criterion(output, F.one_hot(target, output.shape[-1]).float())"
    return "loss = criterion(output, target)"


def update(options: Options, parameters: str = "net.parameters()") -> tuple[str, ...]:
    """The update of all parameters, or by hand of those that an expression gives."""
    if options.optimizer != "manual":
        return ("optimizer.step()",)
    return (f"for p in {parameters}:", "    p.data.sub_(p.grad.data * lr)")


def vector(of: Vector, drawn: bool) -> tuple[str, ...]:
    """A backward from a vector on the output. ``drawn``: it is the one drawn at the start."""
    if of.kind == "onehot":
        return ("v = torch.zeros_like(output)", f"v[..., {of.onehot}] = 1", "output.backward(v)")
    if of.kind == "values":
        return (f"v = torch.tensor({list(of.values)}).to(output)",
                "output.backward(v.expand(output.shape).contiguous())")  # fmt: skip
    if drawn:
        return ("output.backward(vector)",)
    return ("output.backward(torch.randn(output.shape).to(output))",)


def draw(size: int) -> tuple[str, ...]:
    """The random tensors, in the notebook's order."""
    return (
        f"input = torch.randn({size}, 1, 32, 32)",
        f"vector = torch.randn({size}, 10)",
        "target = torch.randn(10).view(1, -1)",
    )
