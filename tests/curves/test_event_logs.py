"""TensorBoard's files, as its writers leave them, read while they are written.

What needs TensorBoard's package is skipped where it is not installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lenet_tui.curves import event_logs
from lenet_tui.curves.other_run import ACCURACY, EPOCHS, LOSS, RATE, TEST_LOSS, RunError
from lenet_tui.curves.runs import Followed

real = pytest.mark.skipif(find_spec("tensorboard") is None, reason="TensorBoard is not installed")


def look(each: Followed) -> bool:
    news = each.look()
    if news is not None:
        each.run.take(news)
    return news is not None


def points(each: Followed, kind: str = LOSS) -> dict[int, float]:
    found = each.run.points(kind)
    return (
        {} if found is None else {int(x): round(float(y), 4) for x, y in zip(*found, strict=True)}
    )


Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Appends events to a file below the folder, for a loader that reads them as TensorBoard's.

    ``write(file, (tag, step, value), …)``; a step alone is where a writer goes on.
    """
    written: dict[str, list[Any]] = {}

    class Loader:
        def __init__(self, path: Path) -> None:
            self.all, self.taken, self.size, self.loader = written[str(path)], 0, -1, self

        def Load(self) -> Iterator[Any]:
            for event in self.all[self.taken :]:
                self.taken += 1
                yield SimpleNamespace(**event)

    def add(name: str, *entries: Any) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        events = written.setdefault(str(path), [])
        for entry in entries:
            purge = isinstance(entry, int)
            tag, step, value = ("", entry, 0.0) if purge else entry
            number = SimpleNamespace(tag=tag, simple_value=value)
            number.WhichOneof = lambda _: "simple_value"
            events.append({
                "step": step,
                "session_log": SimpleNamespace(START=1, status=1),
                "HasField": lambda _, purge=purge: purge,
                "summary": SimpleNamespace(value=[] if purge else [number]),
            })  # fmt: skip
        with path.open("ab") as file:
            file.write(b"." * len(entries))

    monkeypatch.setattr(event_logs, "_File", Loader)
    monkeypatch.setattr(event_logs, "find_spec", lambda name: name)
    yield add


FIRST, SECOND = "events.out.tfevents.1.host.7.0", "events.out.tfevents.2.host.9.0"


def test_only_new_events_are_read_and_a_restart_takes_back_what_it_does_again(
    tmp_path: Path, write: Write
) -> None:
    write(FIRST, ("Loss/train", 1, 3.0), ("Loss/train", 2, 2.0), ("acc", 2, 0.5))
    each = Followed(tmp_path)
    assert points(each) == {1: 3.0, 2: 2.0} and points(each, ACCURACY) == {2: 50.0}
    assert not look(each)
    write(FIRST, ("Loss/train", 3, 1.0), ("Loss/train", 9, 0.5))
    news = each.look()
    assert news is not None and not news.whole and news.points[LOSS][0].tolist() == [3, 9]
    each.run.take(news)
    write(SECOND, 3, ("Loss/train", 3, 1.5))
    assert look(each) and points(each) == {1: 3.0, 2: 2.0, 3: 1.5}
    write(SECOND, ("Loss/train", 4, 1.25), ("val/accuracy", 4, 0.75))  # which comes before acc
    assert look(each) and points(each)[4] == 1.25 and points(each, ACCURACY) == {4: 75.0}


def test_the_parts_of_a_run_are_one_run_and_other_runs_are_not(
    tmp_path: Path, write: Write
) -> None:
    for part, factor in (("train", 1.0), ("validation", 2.0)):
        for epoch in range(3):
            write(f"keras/{part}/{FIRST}", ("epoch_loss", epoch, factor * (3 - epoch)))
    each = Followed(tmp_path / "keras")
    assert each.run.name == "keras" and each.run.counted == EPOCHS
    assert points(each) == {1: 3.0, 2: 2.0, 3: 1.0}
    assert points(each, TEST_LOSS) == {1: 6.0, 2: 4.0, 3: 2.0}
    write(f"named/{FIRST}", ("lr", 1, 0.1))
    write(f"named/loss_train/{FIRST}", ("loss", 1, 3.0))
    write(f"named/loss_val/{FIRST}", ("loss", 1, 4.0))
    write(f"named/other/{FIRST}", ("loss", 1, 5.0))
    log = event_logs.EventLog(tmp_path / "named")
    found = {kind: y.tolist() for kind, (_, y) in log.read().points.items()}
    assert found == {LOSS: [3.0], TEST_LOSS: [4.0], RATE: [0.1]}
    each = Followed(tmp_path / "named" / "other")
    assert each.run.name == "other"
    assert points(each) == {1: 5.0}


def test_a_log_of_the_folder_itself_comes_first_if_it_has_a_curve(
    tmp_path: Path, write: Write
) -> None:
    write(f"runs/{FIRST}", ("reward", 1, 2.0))
    write(f"runs/a/{FIRST}", ("loss", 1, 3.0))
    assert Followed(tmp_path / "runs").run.name == "runs/a"
    write(f"runs/{FIRST}", ("loss", 1, 2.0))
    each = Followed(tmp_path / "runs")
    assert each.run.name == "runs" and points(each) == {1: 2.0}


def test_a_log_without_a_known_name_says_which_it_has(tmp_path: Path, write: Write) -> None:
    write(FIRST, ("reward", 1, 3.0))
    with pytest.raises(RunError) as caught:
        Followed(tmp_path)
    assert "reward" in str(caught.value.notice.text(0))
    write(f"empty/{FIRST}")
    with pytest.raises(RunError):
        Followed(tmp_path / "empty")


@real
def test_what_the_writer_of_torch_leaves(tmp_path: Path) -> None:
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415

    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("loss/train", 3, 1)
        writer.add_scalar("val/acc", 0.5, 1)
        writer.add_scalar("accuracy/val", 0.5, 1, new_style=True)
        writer.flush()
        each = Followed(tmp_path)
        assert each.run.name.endswith("/run") and points(each) == {1: 3.0}
        assert points(each, ACCURACY) == {1: 50.0}
        writer.add_scalar("loss/train", 2.5, 2)
        writer.add_scalar("accuracy/val", 0.75, 2, new_style=True)
        writer.add_text("loss", "a text", 2)
        writer.add_hparams({"lr": 0.1}, {"loss": 1.0})
        writer.flush()
        assert look(each) and points(each) == {1: 3.0, 2: 2.5}
        assert points(each, ACCURACY) == {1: 50.0, 2: 75.0} and not look(each)
    with SummaryWriter(tmp_path / "run", purge_step=2, filename_suffix=".2") as writer:
        writer.add_scalar("loss/train", 2.0, 2)
        writer.flush()
        assert look(each) and points(each) == {1: 3.0, 2: 2.0}
    assert points(Followed(tmp_path)) == {1: 3.0, 2: 2.0}
    with SummaryWriter(tmp_path / "several") as writer:
        writer.add_scalars("loss", {"train": 1.0, "val": 2.0}, 1)
    each = Followed(tmp_path / "several")
    assert points(each) == {1: 1.0} and points(each, TEST_LOSS) == {1: 2.0}
