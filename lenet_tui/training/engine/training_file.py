"""A training file, or a module: plain Python that defines a model and what else a step needs."""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from torch import Tensor, nn
from torch.optim import Optimizer

from lenet_tui.protocol.model_names import split_model
from lenet_tui.protocol.options import OptionError
from lenet_tui.protocol.session_api import OwnError
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Notice, Problem, notice, verbatim
from lenet_tui.training.engine.own_errors import described, own_traceback, raised
from lenet_tui.training.engine.step_held import held_by
from lenet_tui.training.engine.step_parts import model_in

MODEL, DATA, LOSS, OPTIMIZER, STEP, DECODE = "model", "data", "loss", "optimizer", "step", "decode"
LISTED = 8
"""Names that an error lists."""


def own_error(doing: Notice, error: BaseException) -> OwnError:
    """The error to raise for one of the owner's. ``doing``: what their code was run for."""
    failed = OwnError("training:own-error", doing=doing, error=verbatim(described(error)))
    failed.traceback = own_traceback(error)
    failed.raised = raised(error)
    return failed


@dataclass(slots=True, eq=False)
class TrainingFile:
    """What a file or a module defines. ``title``: as it was asked for; ``what``: of the model.

    ``names``: everything it defines, live.
    """

    title: str
    what: str
    names: dict[str, Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    live: ClassVar[bool] = False
    """Whether the objects are those of a script that runs in this process."""

    @property
    def state(self) -> Mapping[str, Any]:
        """What a step may work with and change, by name: all but the data."""
        return {n: v for n, v in self.names.items() if n != DATA and not n.startswith("__")}

    def owns(self, value: object) -> bool:
        """Whether a class, or that of an object, is defined here."""
        kind = value if isinstance(value, type) else type(value)
        return bool(kind.__module__ == self.names.get("__name__", ""))

    @property
    def step(self) -> Callable[[Any], Any] | None:
        """The whole step in its owner's order."""
        return self._callable(STEP)

    @property
    def loss(self) -> Callable[[Any, Any], Tensor] | None:
        """``(output, target)`` → the loss."""
        return self._callable(LOSS)

    @property
    def decode(self) -> Callable[[Any], Any] | None:
        """Token numbers → their text."""
        return self._callable(DECODE)

    @property
    def data(self) -> Any:
        """The batches, or what makes them; ``None``: there are none."""
        return self.names.get(DATA)

    def _callable(self, name: str) -> Callable[..., Any] | None:
        found = self.names.get(name)
        if found is None or callable(found):
            return found
        if name == LOSS and isinstance(found, Tensor):
            raise OptionError("training:own-loop", file=self.title)
        raise OptionError(
            "training:not-callable", file=self.title, name=name, kind=type(found).__name__
        )

    def make_model(self) -> nn.Module:
        """The model: the module itself, or what the class or function returns."""
        found = self._model()
        if isinstance(found, nn.Module):
            if self.arguments:
                raise OptionError("training:is-a-model", file=self.title, name=self.what or MODEL)
            return found
        if not callable(found):
            kind = type(found).__name__
            raise OptionError(
                "training:not-a-model", file=self.title, name=self.what or MODEL, kind=kind
            )
        with own_code(notice("training:making-model")):
            made = found(**self.arguments)
        if not isinstance(made, nn.Module):
            kind = type(made).__name__
            raise OptionError(
                "training:made-no-model", file=self.title, name=self.what or MODEL, kind=kind
            )
        if self.names.get(MODEL) is found:  # for a step that calls it
            self.names[MODEL] = made
        return made

    def _model(self) -> Any:
        if self.what:
            return self._dotted(self.what)
        if MODEL in self.names:
            return self.names[MODEL]
        if self.names.get(STEP) is None:
            raise OptionError("training:no-model", file=self.title, names=self._candidates())
        found = model_in(self.reachable, self.owns)
        if found is None:
            raise OptionError("training:step-trains-nothing", file=self.title)
        return found

    @property
    def reachable(self) -> Mapping[str, Any]:
        """What a step may train, by name: the file's state, then what the step itself holds."""
        return {**self.state, **held_by(self.step)}

    def make_optimizer(self, parameters: Iterator[Tensor]) -> Optimizer | None:
        """The optimizer, made for these parameters if it is made by a function; ``None``: none."""
        found = self.names.get(OPTIMIZER)
        if found is None or isinstance(found, Optimizer):
            return found
        made = found
        if callable(found):
            with own_code(notice("training:making-optimizer")):
                made = found(parameters)
        if not isinstance(made, Optimizer):
            kind = type(made).__name__
            raise OptionError("training:no-optimizer", file=self.title, kind=kind)
        self.names[OPTIMIZER] = made
        return made

    def _dotted(self, what: str) -> Any:
        """What a dotted name means in the file."""
        here: Any = self.names
        for number, part in enumerate(what.split(".")):
            known = here if isinstance(here, Mapping) else None
            found = (known or {}).get(part, _MISSING) if not number else _attribute(here, part)
            if found is _MISSING:
                near = difflib.get_close_matches(part, list(self.names), n=1, cutoff=0.6)
                names = ", ".join(near) or self._candidates()
                raise OptionError("training:no-name", file=self.title, name=what, names=names)
            here = found
        return here

    def _candidates(self) -> str:
        """The names that may be a model's: modules, and classes of modules defined here."""
        names = [
            name
            for name, value in self.names.items()
            if isinstance(value, nn.Module)
            or (isinstance(value, type) and issubclass(value, nn.Module))
        ]
        return clean(", ".join(names[:LISTED])) or "–"


_MISSING = object()


def _attribute(value: Any, name: str) -> Any:
    return getattr(value, name, _MISSING)


class own_code:
    """Turn an exception of the owner's code into ``OwnError``. ``doing``: what it was run for."""

    def __init__(self, doing: Notice) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (Exception, SystemExit)) and not isinstance(error, Problem):
            raise own_error(self._doing, error) from error


def load(where: str, arguments: Sequence[tuple[str, str]] = ()) -> TrainingFile:
    """Execute a file, or import a module, by ``WHERE`` or ``WHERE:WHAT``.

    ``arguments``: of the model, as typed. Raises ``OptionError`` where there is no such file or
    module, ``OwnError`` where its own code fails.
    """
    path, what = split_model(where)
    module = _execute(path) if path.endswith(".py") else _import(path)
    title = Path(path).name if path.endswith(".py") else path
    values = {name: _value(text) for name, text in arguments}
    return TrainingFile(title, what, vars(module), values)


def _value(text: str) -> Any:
    """An argument as a Python literal where it is one, else as text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _execute(path: str) -> ModuleType:
    """Run a file as a module that others can import; what lies beside it can be imported too."""
    file = Path(path).absolute()
    if not file.is_file():
        raise OptionError("training:no-file", file=clean(path))
    name = file.stem if file.stem.isidentifier() else "training_file"
    if name in sys.modules and getattr(sys.modules[name], "__file__", None) != str(file):
        name = f"{name}_file"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    sys.modules[name] = module
    sys.argv = [str(path)]
    with own_code(notice("training:executing", file=clean(file.name))):
        spec.loader.exec_module(module)
    return module


def _import(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise OptionError("training:no-module-name", name=clean(name))
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        with own_code(notice("training:executing", file=clean(name))):
            return importlib.import_module(name)
    except OwnError as error:
        missing = error.__cause__
        if isinstance(missing, ModuleNotFoundError) and name.startswith(missing.name or " "):
            raise OptionError("training:no-module", name=clean(name)) from None
        raise
