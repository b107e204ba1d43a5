"""The statements of a training program, with the options of the moment in them."""

from __future__ import annotations

from collections.abc import Iterable

from lenet_tui.protocol.augment import parse
from lenet_tui.protocol.moves import Vector
from lenet_tui.protocol.optimizers import OPTIMIZERS
from lenet_tui.protocol.options import OWN, Options, as_dict, optimizer_settings
from lenet_tui.protocol.phases import LOSS, UPDATE, Phase
from lenet_tui.protocol.request import Rejected
from lenet_tui.protocol.schedules import CONSTANT

_CRITERIA = {"cross_entropy": "nn.CrossEntropyLoss()", "mse": "nn.MSELoss()"}


ITERATION = "iteration"
"""The script's name of the number of an iteration."""


def setting(options: Options, option: str) -> tuple[str, ...]:
    """Sets an argument of the optimizer beside its learning rate."""
    row, name = OPTIMIZERS[options.optimizer], option.replace("-", "_")
    value = row.given(optimizer_settings(options)).get(name, 0)
    return (f'optimizer.param_groups[0]["{name}"] = {value!r}',)


def scheduled(options: Options) -> tuple[str, ...]:
    """What comes before an update where a schedule changes the learning rate; else empty."""
    return () if options.schedule == CONSTANT else learning_rate(options)


def needs_iteration(lines: Iterable[str]) -> bool:
    """Whether one of the lines reads the number of the iteration."""
    return any(f", {ITERATION})" in line for line in lines)


def criterion(options: Options) -> str:
    """``criterion = nn.CrossEntropyLoss()``."""
    return f"criterion = {_CRITERIA[options.loss]}"


def optimizer(options: Options) -> str:
    """``optimizer = …`` with ``lr``, to the bit as it is run; empty for the manual update."""
    return OPTIMIZERS[options.optimizer].statement(optimizer_settings(options))


def learning_rate(options: Options) -> tuple[str, ...]:
    """Sets the learning rate of the present ``iteration``, to the bit as it is run."""
    value = f"{options.lr!r}"
    if options.schedule != CONSTANT:
        value += f' * factor("{options.schedule}", {ITERATION})'
    group = 'optimizer.param_groups[0]["lr"] = lr'
    return (f"lr = {value}", *([] if by_hand(options) else [group]))


def weights(options: Options) -> tuple[str, ...]:
    """Loads the weights that the session began with; ``Rejected`` where torch alone cannot."""
    if not options.weights:
        return ()
    if options.weights.endswith(".safetensors"):
        raise Rejected("export:safetensors")
    return (f"net.load_state_dict(torch.load({options.weights!r}, weights_only=True))",)


def by_hand(options: Options) -> bool:
    """Whether the update is written out, without an optimizer."""
    return options.optimizer != OWN and not OPTIMIZERS[options.optimizer].made_by


def optimizer_here(options: Options) -> str:
    """The same in short, to be read."""
    short = optimizer(options).replace("torch.", "")
    return short.replace("lr=lr", f"lr={options.lr!r}")


def whole(phase: Phase, options: Options, labels: bool = False) -> tuple[str, ...]:
    """What a whole phase does.

    ``labels``: the target is class numbers, which MSE takes as one-hot rows.
    """
    if phase is LOSS and options.loss == "mse" and labels:
        return ("loss = criterion(output, F.one_hot(target, output.shape[-1]).float())",)
    if phase is UPDATE and by_hand(options):
        return update_by_hand("net.parameters()", options)
    return (phase.statement.format(**as_dict(options)),)


def update_by_hand(parameters: str, options: Options) -> tuple[str, ...]:
    """The update of the parameters that an expression gives.

    A model of one's own may have some that no gradient reaches: frozen, or of an unused layer.
    """
    if options.model == Options().model:
        return (f"for p in {parameters}:", "    p.data.sub_(p.grad.data * lr)")
    update = "        p.data.sub_(p.grad.data * lr)"
    return (f"for p in {parameters}:", "    if p.grad is not None:", update)


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


def batch(
    name: str, options: Options, *, device: bool, seed: str = "", padding: str = ""
) -> list[str]:
    """How a batch is taken from the samples ``name``, and changed at random before it is moved.

    ``device``: whether it goes to one. ``seed``: what is given first to ``augment``. ``padding``:
    the statement that pads it, to be read: an exported script has padded the samples already.
    """
    changes = parse(options.augment).call()
    at_once = ", device" if device and not changes else ""
    lines = [f"input, target = {name}.batch({options.batch_size}{at_once})"]
    lines += filter(None, [padding])
    if changes:
        lines.append(f"input = augment(input, {seed}{changes})")
        if device:
            lines.append("input, target = input.to(device), target.to(device)")
    return lines


def draw(size: int) -> tuple[str, ...]:
    """The random tensors, in the notebook's order."""
    return (
        f"input = torch.randn({size}, 1, 32, 32)",
        f"vector = torch.randn({size}, 10)",
        "target = torch.randn(10).view(1, -1)",
    )
