"""The app's side of the engine: starts its process, talks to it, and keeps what must not be lost.

With ``cli`` the only place that knows both sides. Nothing here imports torch or textual.
"""

from lenet_tui.client.engine import EngineClient

__all__ = ["EngineClient"]
