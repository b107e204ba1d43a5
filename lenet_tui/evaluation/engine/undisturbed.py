"""Takes a trainer's model to evaluation and back, so that training does not know of it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.training.engine import cuda_generators
from lenet_tui.training.engine.generators import generators
from lenet_tui.training.engine.same_bits import same_bits
from lenet_tui.training.engine.trainer import Trainer

COPIED = 64 * 2**20
"""Bytes of parameters that are copied, as a model may write into them in its forward. Of more, only
what torch counts as a change is put back."""


class undisturbed:
    """Inside, the model is in ``eval`` mode; afterwards all that training depends on is as before.

    Such are the mode of each module, buffers, parameters, gradients, values that the code keeps
    beside them, and the generators of Python, NumPy, torch and the trainer's device. What has not
    changed stays the same object, so that a graph that is alive can still run backward.
    """

    def __init__(self, trainer: Trainer) -> None:
        self._trainer = trainer

    def __enter__(self) -> None:
        trainer = self._trainer
        self._cuda = self._device_generator()
        self._generators = generators()
        text, tensors = trainer.attributes.write()
        self._attributes = text, tuple(t.clone() for t in tensors)
        modules = dict.fromkeys(module for _, module in trainer.modules())
        self._modules = [(m, m.training, dict(m._buffers)) for m in modules]
        self._buffers = [
            (b, b.clone()) for *_, held in self._modules for b in held.values() if b is not None
        ]
        small = sum(p.numel() * p.element_size() for p in trainer.parameters.values()) <= COPIED
        self._parameters = [
            (p, p.data, p.detach().clone() if small else None, p.grad, p.requires_grad)
            for p in trainer.parameters.values()
        ]
        others = trainer.objects.modules.values() if trainer.objects else ()
        for module in (trainer.model, *others):
            module.eval()

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DeviceLost):  # this process does not go on
            return
        with torch.no_grad():
            for module, mode, held in self._modules:
                module.training = mode
                _put_back(module, held)
            for buffer, copy in self._buffers:
                _restore(buffer, copy)
            for p, data, values, grad, trained in self._parameters:
                if p.data_ptr() != data.data_ptr():
                    p.data = data
                if values is not None:
                    _restore(p.data, values)
                if p.grad is not grad:
                    p.grad = grad
                if p.requires_grad != trained:
                    p.requires_grad_(trained)
        self._restore_attributes()
        if not self._generators.same(generators()):
            self._generators.restore()
        if self._cuda is not None:
            cuda_generators.set_state(self._cuda, self._trainer.device)

    def _device_generator(self) -> Tensor | None:
        device = self._trainer.device
        return cuda_generators.get_state(device) if device.type == "cuda" else None

    def _restore_attributes(self) -> None:
        attributes, (text, tensors) = self._trainer.attributes, self._attributes
        now, held = attributes.write()
        if now != text or not all(map(same_bits, held, tensors)):
            attributes.restore(text, tensors, self._trainer.device)


def _put_back(module: nn.Module, held: dict[str, Tensor | None]) -> None:
    """Have a module hold the same buffers again."""
    now = module._buffers
    if now.keys() != held.keys() or any(now[name] is not held[name] for name in held):
        now.clear()
        now.update(held)


def _restore(live: Tensor, copy: Tensor) -> None:
    if not same_bits(live, copy):
        live.copy_(copy)
