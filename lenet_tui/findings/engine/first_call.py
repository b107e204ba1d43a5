"""The first call of a model in what is being run, with what came of it."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from lenet_tui.findings.engine.calls import version
from lenet_tui.findings.engine.mode_difference import Call
from lenet_tui.text.notice import Problem
from lenet_tui.training.engine import batch, global_hooks
from lenet_tui.training.engine.outputs import main_output


class FirstCall:
    """``with FirstCall() as seen``: of each run since ``anew`` the first module with parameters
    that is called, with copies of its arguments by place.
    """

    def __init__(self) -> None:
        self._call: Call | None = None
        self._made: tuple[Tensor, int] | None = None
        """What it returned, and how often that had been written then."""
        self._over = False

    def __enter__(self) -> FirstCall:
        self._hook = global_hooks.around_modules(self._enters, self._leaves)
        return self

    def __exit__(self, *error: object) -> None:
        self._hook.remove()
        del self._hook  # which leads back here

    def anew(self) -> None:
        """Another run begins."""
        self._call, self._made, self._over = None, None, False

    @property
    def found(self) -> tuple[Call, Tensor] | None:
        """The call and what it returned; ``None``: nothing, or that has been written since."""
        if self._call is None or self._made is None:
            return None
        made, written = self._made
        return (self._call, made) if version(made) == written else None

    def _enters(self, module: nn.Module, args: tuple[Any, ...]) -> None:
        if self._call is None and next(module.parameters(), None) is not None:
            self._call = module, batch.mapped(args, _copy), {}

    def _leaves(self, module: nn.Module, args: tuple[Any, ...], output: Any) -> None:
        if self._over or self._call is None or module is not self._call[0]:
            return
        self._over = True
        try:
            made = main_output(output).detach()
        except Problem:
            return
        self._made = made, version(made)


def _copy(tensor: Tensor) -> Tensor:
    return tensor.detach().clone()
