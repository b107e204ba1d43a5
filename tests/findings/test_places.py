"""``enter`` on a finding of each id leads to its place: a drawing or a row, then the tape."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import ContentSwitcher, OptionList

from lenet_tui.app.ui.main_screen import MainScreen
from lenet_tui.findings.finding import Finding
from lenet_tui.findings.ui.places import PARAMETERS
from lenet_tui.findings.ui.screen import LEDGER, PLACE, FindingsScreen
from lenet_tui.protocol.options import resolve
from tests.findings.gallery_files import BROKEN, id_of, programs, write
from tests.harness.running_app import Running, running

ONE_OF_EACH = {id_of(program): program for program in reversed(programs())}
"""The first program of each id."""


def found_by(run: Running) -> tuple[Finding, ...]:
    """What the check said."""
    found = run.app.main._checked.found
    assert found is not None
    return found.findings


def chosen(run: Running, id: str) -> Finding:
    """Put the list's cursor on the first finding of an id."""
    found = found_by(run)
    number = next(n for n, f in enumerate(found) if f.id == id)
    run.app.screen.query_one("#findings-list", OptionList).highlighted = number
    return found[number]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("id", ONE_OF_EACH)
async def test_enter_leads_to_the_place_of_a_finding(id: str, tmp_path: Path) -> None:
    file = write(ONE_OF_EACH[id], BROKEN, tmp_path)
    async with running(options=resolve("own", model=str(file), device="cpu")) as run:
        await run.press("!")
        for _ in range(20):
            if run.app.main._checked.found is None:
                await run.settle()
        finding = chosen(run, id)
        await run.press("enter")
        page = run.app.screen.query_one(ContentSwitcher).current
        assert page == (LEDGER if id in PARAMETERS else PLACE)
        if page == LEDGER:
            listed = run.app.screen.query_one("#findings-ledger", OptionList)
            assert listed.highlighted is not None and listed.option_count
            return
        assert len(str(run.app.screen.query_one("#findings-drawing").render())) > 10
        await run.press("enter")
        if not finding.where:
            assert isinstance(run.app.screen, FindingsScreen)
            return
        assert isinstance(run.app.screen, MainScreen)
        frame = run.app.main.frame
        assert frame is not None
        entry = frame.entry.name if frame.entry is not None else ""
        shown = finding.where in (run.app.main.tensor.tensor, entry)
        of_phase = finding.where.startswith(f"{finding.phase}.") and "cell" not in finding.evidence
        raised = any(f.id == "raised" for f in found_by(run))
        assert shown or frame.position.iteration > 0  # it is none of an op: its iteration was run
        assert entry == finding.where or not of_phase or raised
