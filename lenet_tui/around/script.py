"""Runs a script or a module as ``python`` does: it is ``__main__``, and nothing here is to be seen.

What is imported before it is Python's own and this package's, never torch or NumPy: a script may
set what they read when they are imported.
"""

from __future__ import annotations

import builtins
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from lenet_tui.around.own_warnings import named_by_the_script
from lenet_tui.around.tracebacks import own_frames, shown_without
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem

MAIN = "__main__"


@dataclass(frozen=True, slots=True)
class Script:
    """A file, or with ``module`` a module's dotted name, and the words behind it.

    ``sys.argv[0]`` is ``argv0``, and ``folder`` the first place where modules are looked for.
    """

    code: CodeType
    file: str
    argv0: str
    arguments: tuple[str, ...]
    folder: str
    spec: ModuleSpec | None = None

    def run(self, failed: Callable[[BaseException], None] = lambda error: None) -> None:
        """Execute it; what it raises goes on from here, and its traceback is its own.

        ``failed`` is called with an exception before it goes on.
        """
        original = sys.modules[MAIN]  # so that nothing that it holds goes before the end
        module = self._module()
        sys.modules[MAIN] = module
        module.__dict__.setdefault("__builtins__", builtins)
        sys.argv[:] = [self.argv0, *self.arguments]
        _look_first_in(self.folder)
        try:
            with named_by_the_script():
                exec(self.code, module.__dict__)
        except BaseException as error:
            failed(error)
            shown_without(own_frames, error)
            raise
        finally:
            _KEPT.append(original)

    def _module(self) -> ModuleType:
        module = ModuleType(MAIN)
        module.__doc__ = None
        module.__file__ = self.file
        module.__spec__ = self.spec
        if sys.version_info < (3, 14):
            module.__annotations__ = {}
            vars(module)["__cached__"] = None
        if self.spec is None:
            module.__loader__ = SourceFileLoader(MAIN, self.file)
            module.__package__ = None
        else:
            module.__loader__ = self.spec.loader
            module.__package__ = self.spec.parent
            if sys.version_info < (3, 15):
                vars(module)["__cached__"] = self.spec.cached
        return module


_KEPT: list[ModuleType] = []


def script_at(path: str, arguments: Sequence[str]) -> Script:
    """The script in a file. ``Problem`` where there is none, or it cannot be read."""
    file = Path(path)
    shown = clean(path, 200)
    if not file.exists():
        raise Problem("around:no-script", file=shown)
    if file.is_dir():
        raise Problem("around:folder", file=shown)
    whole = os.path.abspath(path)  # noqa: PTH100 - as Python does it, without following links
    try:
        source = file.read_bytes()
    except OSError as error:
        raise Problem("around:unreadable", file=shown, why=error.strerror or "") from None
    try:
        code = compile(source, whole, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # python itself says it so
        code = _raising(error)
    folder = str(file.resolve().parent)
    return Script(code, whole, path, tuple(arguments), folder)


def _raising(error: Exception) -> CodeType:
    """Code that raises what kept the script from being compiled, when it is run."""
    _ERRORS.append(error)
    text = f"import {__name__} as m; m.again({len(_ERRORS) - 1})"
    return compile(text, __file__, "exec")


_ERRORS: list[Exception] = []


def again(number: int) -> None:
    """Raise an error of compiling."""
    raise _ERRORS[number].with_traceback(None)


def module_named(name: str, arguments: Sequence[str]) -> Script:
    """The module that ``python -m`` would run; of a package its ``__main__``. Else ``Problem``."""
    shown = clean(name, 200)
    if not all(part.isidentifier() for part in name.split(".")):
        raise Problem("around:no-module-name", name=shown)
    here = str(Path.cwd())
    _look_first_in(here)
    sys.argv[:] = ["-m", *arguments]
    spec = _found(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _found(f"{name}.{MAIN}")
        if spec is None:
            raise Problem("around:package", name=shown)
    loader = spec.loader if spec is not None else None
    get_code = getattr(loader, "get_code", None)
    if spec is None or get_code is None:
        raise Problem("around:no-module", name=shown)
    code = get_code(spec.name)
    if code is None:
        raise Problem("around:no-module", name=shown)
    file = spec.origin or name
    return Script(code, file, file, tuple(arguments), here, spec)


def _found(name: str) -> ModuleSpec | None:
    """The spec of a module, for which its parents are imported."""
    try:
        return importlib.util.find_spec(name)
    except ModuleNotFoundError as error:
        if name.startswith(error.name or " "):
            return None
        raise


def _look_first_in(folder: str) -> None:
    """Put the script's folder where Python has put this command's own."""
    if getattr(sys.flags, "safe_path", False):  # there is none
        return
    if _REPLACED:
        sys.path[0] = folder
        return
    _REPLACED.append(True)
    sys.path[:1] = [folder]


_REPLACED: list[bool] = []
