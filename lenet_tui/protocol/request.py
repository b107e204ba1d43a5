"""A question to the engine is one class and one handler.

A room declares the question, ``class Parity(Request[ParityResult])`` (a frozen dataclass of plain
values), and answers it in ``ROOM/engine/answers.py`` with a function under ``@answers(Parity)``.
A screen writes ``reply = await engine.ask(Parity(...))``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from lenet_tui.text.notice import Notice, Problem

A = TypeVar("A")
Handler = Callable[[Any, Any], Any]


class Request(Generic[A]):
    """A question that is answered by an ``A``.

    ``needs_session`` is false where the engine can answer before a session has started: the
    handler then gets ``None`` for the session. ``answered_in`` names the module of the handler;
    empty means ``engine/answers.py`` in the room of the request. ``in_runs`` is true where the
    engine may answer between two iterations of a run, out of the request's turn.
    """

    __slots__ = ()
    needs_session: ClassVar[bool] = True
    in_runs: ClassVar[bool] = False
    answered_in: ClassVar[str] = ""


class Rejected(Problem):
    """A handler raises this where there is no answer."""


@dataclass(frozen=True, slots=True)
class Reply(Generic[A]):
    """The ``answer``, or ``None`` and the ``error`` with the reason."""

    answer: A | None
    error: Notice | None = None


class Asks(Protocol):
    """Whatever can put a question to the engine and wait for the reply."""

    async def ask(self, request: Request[A]) -> Reply[A]: ...


_handlers: dict[type[Request[Any]], Handler] = {}
H = TypeVar("H", bound=Handler)


def answers(kind: type[Request[Any]]) -> Callable[[H], H]:
    """Register a function of (request, session) as the handler of the requests of a class."""

    def register(handler: H) -> H:
        _handlers[kind] = handler
        return handler

    return register


def handler_of(request: Request[Any]) -> Handler:
    """The registered handler; its module is imported when the first such request comes."""
    kind = type(request)
    if kind not in _handlers:
        room = ".".join(kind.__module__.split(".")[:2])
        import_module(kind.answered_in or f"{room}.engine.answers")
    return _handlers[kind]
