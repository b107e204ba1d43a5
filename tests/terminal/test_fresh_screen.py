"""What a screen's widgets are styled with when they are mounted is all that they need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen

from tests.harness.running_app import running


def styles(screen: Screen[Any]) -> list[tuple[DOMNode, Mapping[str, object]]]:
    """The rules of all of a screen's widgets, in their order."""
    return [(node, dict(node.styles.base.get_rules())) for node in screen.walk_children()] + [
        (screen, dict(screen.styles.base.get_rules()))
    ]


@pytest.mark.slow
async def test_no_screen_is_styled_again_before_it_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[DOMNode] = []
    update = App.update_styles

    def noting(app: App[Any], node: DOMNode, animate: bool = True) -> None:
        again.append(node)
        update(app, node, animate)

    monkeypatch.setattr(App, "update_styles", noting)
    async with running((80, 24)) as run:
        for keys in ([], ["w"]):  # of the main screen, and of a dialog above it
            await run.press(*keys)
            screen = run.app.screen
            assert not [node for node in again if isinstance(node, Screen)], keys
            at_first = styles(screen)
            screen.update_node_styles(animate=False)
            assert styles(screen) == at_first, keys
            again.clear()
        run.app.theme = "textual-light"
        await run.press("escape")
        shown = styles(run.app.main)
        run.app.main.update_node_styles(animate=False)
        assert styles(run.app.main) == shown, "it changed while it was below"
