"""A keyframe that is asked for amid a run: it is of that iteration, and the run is as without."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from lenet_tui.history.engine import answers, keyframe
from lenet_tui.history.request import StoreKeyframe
from lenet_tui.protocol.messages import DoMove, Recorded, Snapshot, Subscription
from lenet_tui.protocol.moves import Goto
from tests.harness.driving import Drive

OWN_STEP = """
import torch
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
data = [(torch.randn(4, 4), torch.tensor([0, 1, 0, 1])) for _ in range(7)]
def step(batch):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss
"""
TOTAL, AT = 45, (3, 34, 35, 36, 40)


def digest(drive: Drive) -> str:
    return sha256(keyframe.capture(drive.session.navigator.trainer)).hexdigest()


@pytest.mark.parametrize("own", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("tape", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_run_that_is_asked_for_keyframes_is_as_without(
    own: bool, tape: bool, tmp_path: Path
) -> None:
    source = tmp_path / "own.py"
    source.write_text(OWN_STEP)
    given = {"preset": "", "model": str(source)} if own else {"batch_size": 96, "optimizer": "adam"}
    if not own:
        given |= {"augment": "shift=2", "schedule": "cosine:60", "evaluate_every": 15}
    plain = Drive(**given)
    plain(f"goto {TOTAL}")

    drive = Drive(**given)
    known: list[tuple[Snapshot, dict[int, bytes], str]] = []

    def asked() -> None:
        navigator = drive.session.navigator
        if navigator.finished and navigator.iteration in AT:
            before = digest(drive)
            assert answers.store(StoreKeyframe(), drive.session)
            assert digest(drive) == before
            recorded = [r for r in drive.hooks.sent if isinstance(r, Recorded)][-1]
            known.append((recorded.snapshot, dict(drive.store.blobs), before))

    drive.hooks.between = asked
    drive.session.subscribe(Subscription(tape=tape))
    drive.session.do(DoMove(1, Goto(TOTAL)))
    assert digest(drive) == digest(plain)
    assert [each[0].position.iteration for each in known] == list(AT)
    assert set(drive.store.blobs) == {0, 32, 35, 36, 40}  # the last ones, however many were asked

    for snapshot, blobs, before in (known[0], known[-1]):
        resumed = Drive(**given)
        resumed.store.blobs = dict(blobs)
        assert max(blobs) == snapshot.position.iteration  # nothing is to be run again
        resumed.session = type(resumed.session)(
            resumed.options, resumed.store, resumed.hooks, snapshot
        )
        assert digest(resumed) == before
        resumed(f"goto {TOTAL}")
        assert digest(resumed) == digest(plain)
        assert resumed.session.history.divergence is None
