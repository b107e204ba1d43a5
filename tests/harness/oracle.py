"""Training as a person would write it in a script: what the engine must equal to the bit.

Nothing here imports the engine: the notebook's ``Net`` is written out again, the draws are in the
order of the notebook, and the loop is a plain one with ``torch.optim``.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import lenet_tui

DIGITS = Path(lenet_tui.__file__).parent / "training" / "digits" / "digits.npz"

Atom = tuple[Any, ...]
"""One thing a script does: ``("forward", iteration)``, ``("loss",)``, ``("zero_grad", number)``,
``("backward", vector)``, ``("update", number)`` or ``("set", option, value)``; numbers of
parameters from 0; vector ``None``, ``"random"``, an ``int`` (one-hot) or a tuple of numbers."""

State = dict[str, tuple[str, str | None]]
"""SHA-256 of each parameter and of its gradient (``None`` stays ``None``)."""


class LeNet(nn.Module):
    """The notebook's network, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = x.view(-1, 400)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        x = self.fc3(x)
        return x


def sha(tensor: Tensor) -> str:
    """SHA-256 of the contiguous bytes."""
    return hashlib.sha256(tensor.detach().cpu().contiguous().numpy().tobytes()).hexdigest()


def state_of(net: nn.Module) -> State:
    """The digests of every parameter and gradient."""
    return {
        name: (sha(p), None if p.grad is None else sha(p.grad))
        for name, p in net.named_parameters()
    }


def digits() -> tuple[Tensor, Tensor]:
    """The shipped digits as (1797, 1, 32, 32) and their labels."""
    with np.load(DIGITS) as arrays:
        images = torch.tensor(arrays["images"].astype("float32") / 8 - 1)
        labels = torch.tensor(arrays["labels"].astype("int64"))
    return F.interpolate(images[:, None], (32, 32), mode="bilinear"), labels


def digits_order(seed: int, epoch: int) -> Tensor:
    """The indices of the training images in the order of an epoch."""
    train = torch.tensor([i for i in range(1797) if i % 5 != 0])
    generator = torch.Generator()
    generator.manual_seed(seed * 1_000_003 + epoch)
    return train[torch.randperm(len(train), generator=generator)]


def make_optimizer(kind: str, net: nn.Module, lr: float) -> torch.optim.Optimizer | None:
    """The optimizer that a script would make; ``None``: by hand. Any other name is an error."""
    parameters = list(net.parameters())
    make: dict[str, Callable[[], torch.optim.Optimizer | None]] = {
        "manual": lambda: None,
        "sgd": lambda: torch.optim.SGD(parameters, lr=lr),
        "momentum": lambda: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
        "nesterov": lambda: torch.optim.SGD(parameters, lr=lr, momentum=0.9, nesterov=True),
        "adam": lambda: torch.optim.Adam(parameters, lr=lr),
        "adamw": lambda: torch.optim.AdamW(parameters, lr=lr),
        "rmsprop": lambda: torch.optim.RMSprop(parameters, lr=lr),
    }
    return make[kind]()


@dataclass
class Settings:
    """What a script has at its top."""

    data: str = "digits"
    loss: str = "cross_entropy"
    optimizer: str = "manual"
    lr: float = 0.01
    batch_size: int = 1
    seed: int = 0
    make: Callable[[], nn.Module] = LeNet


@dataclass
class Ran:
    """What a backward did, node by node: ``grads``: (parameter, its ``.grad``) after each.

    ``received`` and ``produced``: the gradients that went into each node, and came out.
    """

    before: dict[str, Tensor | None] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    grads: list[tuple[str, Tensor] | None] = field(default_factory=list)
    received: list[tuple[Tensor | None, ...]] = field(default_factory=list)
    produced: list[tuple[Tensor | None, ...]] = field(default_factory=list)


class IterationPlan:
    """A script in the middle of its run; its random numbers are its own."""

    def __init__(self, settings: Settings) -> None:
        self._rng = torch.get_rng_state()
        self.done: list[Atom] = []
        self.first = settings
        self.start()

    def start(self) -> None:
        s = self.first
        self.done = []
        self.data, self.loss_name, self.lr, self.size = s.data, s.loss, s.lr, s.batch_size
        self.kind, self.seed = s.optimizer, s.seed
        self.output: Tensor | None = None
        self.loss: Tensor | None = None
        self.loss_number: float | None = None
        self.batch: tuple[Tensor, Tensor] | None = None
        self.fetched = 0
        self.epoch = self.used = 0
        self.source = s.data
        self.ran = Ran()
        self._recording = True
        self.drawn: tuple[Tensor, Tensor, Tensor] | None = None
        with self._own_rng():
            torch.manual_seed(s.seed)
            self.net = s.make().train()
            if s.data == "random":
                self._draw()
        self.fresh = self.drawn is not None
        self.parameters = dict(self.net.named_parameters())
        self.optimizer = make_optimizer(s.optimizer, self.net, s.lr)

    def follow(self, atoms: Sequence[Atom]) -> None:
        """Be where a script that does exactly ``atoms`` is; whatever torch raises comes through."""
        if list(atoms[: len(self.done)]) != self.done:
            self.start()
        rest = list(atoms[len(self.done) :])
        self.done, known = [("broken",)], self.done
        with self._own_rng(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            while rest:
                self._recording = not any(atom[0] == "backward" for atom in rest[1:])
                rest = rest[self._run(rest) :]
        self.done = known + list(atoms[len(known) :])

    def state(self, nodes: int | None = None) -> State:
        """The digests; ``nodes``: as they were after so many nodes of the last backward."""
        state = state_of(self.net)
        if nodes is not None:
            grads = dict(self.ran.before)
            grads.update(found for found in self.ran.grads[:nodes] if found)
            for name, grad in grads.items():
                state[name] = (state[name][0], None if grad is None else sha(grad))
        return state

    @contextmanager
    def _own_rng(self) -> Iterator[None]:
        theirs = torch.get_rng_state()
        torch.set_rng_state(self._rng)
        try:
            yield
        finally:
            self._rng = torch.get_rng_state()
            torch.set_rng_state(theirs)

    def _run(self, atoms: list[Atom]) -> int:
        """Do the next atom, or a whole ``zero_grad()`` or ``step()``; returns how many it was."""
        verb, *rest = atoms[0]
        everything = [(verb, number) for number in range(len(self.parameters))]
        if verb in ("zero_grad", "update") and atoms[: len(everything)] == everything:
            self._zero_grad() if verb == "zero_grad" else self._update()
            return len(everything)
        if verb == "zero_grad":
            list(self.parameters.values())[rest[0]].grad = None
        elif verb == "update":
            self._update_one(rest[0])
        else:
            getattr(self, f"_{verb}")(*rest)
        return 1

    def _draw(self) -> None:
        input = torch.randn(self.size, 1, 32, 32)
        vector = torch.randn(self.size, 10)
        target = torch.randn(10).view(1, -1)
        self.drawn = input, vector, target
        self.drawn_size = self.size

    def _fetch(self) -> tuple[Tensor, Tensor]:
        if self.data == "random":
            if self.drawn is None or self.drawn_size != self.size:
                self._draw()
            self.source = "random"
            assert self.drawn
            return self.drawn[0], self.drawn[2]
        if self.source != "digits":
            self.source, self.epoch, self.used, self.drawn = "digits", 0, 0, None
        images, labels = ALL_DIGITS
        order = digits_order(self.seed, self.epoch)
        picked = order[self.used : self.used + self.size]
        self.used += self.size
        if self.used >= len(order):
            self.epoch, self.used = self.epoch + 1, 0
        return images[picked], labels[picked]

    def _forward(self, iteration: int) -> None:
        if self.fetched != iteration or self.batch is None:
            self.batch, self.fetched = self._fetch(), iteration
        self.output = self.net(self.batch[0])

    def _loss(self) -> None:
        assert self.batch is not None and self.output is not None, "no output"
        target = self.batch[1]
        if self.loss_name == "mse":
            if not target.is_floating_point():
                target = F.one_hot(target, 10).float()
            self.loss = nn.MSELoss()(self.output, target)
        else:
            assert not target.is_floating_point(), "no labels"
            self.loss = nn.CrossEntropyLoss()(self.output, target)
        assert self.loss is not None
        self.loss_number = self.loss.item()

    def _zero_grad(self) -> None:
        self.net.zero_grad()

    def _backward(self, vector: Any) -> None:
        root = self.loss if vector is None else self.output
        assert root is not None, "nothing to start from"
        start = None if vector is None else self._vector(root, vector)
        if not self._recording:
            root.backward(start)  # type: ignore[no-untyped-call]
            return
        ran = Ran({n: None if p.grad is None else p.grad.clone() for n, p in self._named()})
        handles = [node.register_hook(self._node_hook(ran, node)) for node in reachable(root)]
        try:
            root.backward(start)  # type: ignore[no-untyped-call]
        finally:
            for handle in handles:
                handle.remove()
        self.ran = ran

    def _node_hook(self, ran: Ran, node: Any) -> Callable[..., None]:
        named = {id(p): name for name, p in self._named()}

        def hook(produced: Sequence[Tensor | None], received: Sequence[Tensor | None]) -> None:
            name = named.get(id(getattr(node, "variable", None)))
            ran.nodes.append(type(node).__name__)
            ran.received.append(tuple(received))
            ran.produced.append(tuple(produced))
            grad = self.parameters[name].grad if name else None
            ran.grads.append((name, grad.clone()) if name and grad is not None else None)

        return hook

    def _named(self) -> list[tuple[str, Tensor]]:
        return list(self.net.named_parameters())

    def _vector(self, output: Tensor, vector: Any) -> Tensor:
        if vector == "random":
            if self.fresh and self.drawn and self.drawn[1].shape == output.shape:
                self.fresh = False
                return self.drawn[1]
            return torch.randn(output.shape)
        if isinstance(vector, int):
            assert vector < 10, "no such output"
            return F.one_hot(torch.tensor(vector), 10).float().repeat(len(output), 1)
        assert len(vector) == 10, "not ten numbers"
        return torch.tensor(vector).repeat(len(output), 1)

    def _update(self) -> None:
        if self.optimizer:
            self.optimizer.step()
        else:
            for p in self.net.parameters():
                p.data.sub_(p.grad.data * self.lr)  # type: ignore[union-attr]

    def _update_one(self, number: int) -> None:
        """As if the script's ``step()`` had been stopped: the other gradients are put aside."""
        everyone = list(self.net.parameters())
        aside = [p.grad for p in everyone]
        p = everyone[number]
        if self.optimizer is None:
            p.data.sub_(p.grad.data * self.lr)  # type: ignore[union-attr]
            return
        for other in everyone:
            other.grad = other.grad if other is p else None
        self.optimizer.step()
        for other, grad in zip(everyone, aside, strict=True):
            other.grad = grad

    def _set(self, option: str, value: Any) -> None:
        if option == "optimizer" and value != self.kind:
            self.kind = value
            self.optimizer = make_optimizer(value, self.net, self.lr)
        elif option == "lr":
            self.lr = value
            for group in self.optimizer.param_groups if self.optimizer else ():
                group["lr"] = value
        elif option == "loss":
            self.loss_name = value
        elif option == "batch-size":
            self.size = value
        elif option == "data":
            self.data = value


def reachable(root: Tensor) -> list[Any]:
    """Every node of the graph under a tensor."""
    found: dict[Any, None] = {}
    waiting: list[Any] = [root.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in found:
            found[node] = None
            waiting += [n for n, _ in node.next_functions]
    return list(found)


ALL_DIGITS = digits()
torch.set_num_threads(1)
