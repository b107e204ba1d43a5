"""What the input pane's title says of an input."""

from __future__ import annotations

import pytest

from lenet_tui.protocol.options import resolve
from tests.harness.plain_loop import FILES
from tests.harness.running_app import running


@pytest.mark.slow
async def test_an_input_that_is_not_computed_yet_has_no_shape() -> None:
    options = resolve("own", model=str(FILES / "gan.py"), device="cpu")
    async with running((120, 40), options=options) as run:
        await run.press("n", "n")
        assert "next: forward" in run.text and " Input ─" in run.text
