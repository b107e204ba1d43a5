"""``--model``: a file or a module of one's own, and one clear line where it cannot be."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lenet_tui.cli.options import CommandError, make_parser, session_options, spread
from lenet_tui.protocol.moves_header import header, header_words
from lenet_tui.protocol.options import DRAWN, OWN, OptionError, Options, resolve
from lenet_tui.protocol.session_api import OwnError
from tests.harness.driving import Drive
from tests.harness.plain_loop import FILES
from tests.harness.running_app import running

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width: int = 4, name: str = "a") -> None:
        super().__init__()
        self.inner = nn.Linear(4, width)
        self.outer = nn.Linear(4, 2)

    def forward(self, x):
        hidden = self.inner(x).relu()
        return self.outer(hidden)

DATA = [(torch.randn(3, 4), torch.zeros(3, dtype=torch.long))]
"""


def file(folder: Path, rest: str) -> str:
    path = folder / "mine.py"
    path.write_text(NET + rest)
    return str(path)


def options(*words: str) -> Options:
    parser, _ = make_parser()
    return session_options(parser.parse(spread(words)))


def test_a_file_brings_what_nobody_asks_for() -> None:
    given = options("--model", str(FILES / "vae.py"))
    assert (given.data, given.loss, given.optimizer) == (OWN, OWN, OWN)
    given = options(
        *("--model", "torch.nn:Linear", "--model.in_features", "4", "--model.out_features=3"),
        *("--input", "2,4", "--input", "8:int64", "--loss", "mse", "--lr", "0.5"),
    )
    assert given.model_args == (("in_features", "4"), ("out_features", "3"))
    assert given.inputs == ("2,4", "8:int64") and given.data == DRAWN
    assert (given.loss, given.lr) == ("mse", 0.5)


def test_the_first_line_of_a_moves_file_brings_it_back() -> None:
    given = options("--model", str(FILES / "vae.py") + ":VAE", "--model.hidden", "5", "--seed", "7")
    assert options(*(header_words(header(given)) or [])) == given
    drawn = options("--model", "torch.nn:ReLU", "--input", "2,4", "--optimizer", "adam")
    assert options(*(header_words(header(drawn)) or [])) == drawn


@pytest.mark.parametrize(
    "words, said",
    [
        (("--model", "nowhere.py"), "there is no such file"),
        (("--input", "2,3"), "input goes with --model"),
        (("--model.width", "3"), "model.width goes with --model"),
        (("--model", "torch.nn:ReLU", "--model.inplace"), "needs a value"),
        (("--model", "torch.nn:ReLU", "--input", "2,q"), "is not a shape"),
        (("--model", "torch.nn:ReLU", "--input", "2", "--data", "digits"), "give one"),
    ],
)
def test_words_that_mean_nothing(words: tuple[str, ...], said: str) -> None:
    with pytest.raises((CommandError, OptionError), match=said):
        options(*words)


@pytest.mark.parametrize(
    "rest, what, said",
    [
        ("", "", "defines no name 'model': name one with mine.py:NAME .there are: Net"),
        ("", ":Nett", "has no 'Nett' .there are: Net"),
        ("model = 3", "", "is of type int: neither a torch.nn.Module nor what makes one"),
        ("model = dict", "", "returned a value of type dict"),
        ("model = Net", "", "defines no data: give inputs with --input"),
        ("model = Net\ndata = 5", "", "data of mine.py is of type int"),
        ("model = Net\ndata = DATA\noptimizer = 5", "", "the optimizer of mine.py is of type int"),
        ("model = Net\ndata = DATA\nloss = 5", "", "loss of mine.py is of type int"),
    ],
)
def test_a_file_that_lacks_something(tmp_path: Path, rest: str, what: str, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        Drive("", model=file(tmp_path, rest) + what)


def test_an_exception_of_the_file_is_its_owners(tmp_path: Path) -> None:
    """Their own frames alone, whatever lies above or below."""
    path = file(tmp_path, "def make():\n    return nn.Linear(-1, 2)\nmodel = make\ndata = DATA\n")
    with pytest.raises(
        OwnError, match=r"making the model raised an exception.*\(mine.py:\d+\)"
    ) as e:
        Drive("", model=path)
    text = "\n".join(e.value.traceback)
    assert text.startswith("Traceback (most recent call last):") and "in make" in text
    assert "lenet_tui" not in text and "importlib" not in text and "torch/nn" not in text


def test_a_forward_that_fails_is_opened_up_to_the_op(tmp_path: Path) -> None:
    drive = Drive("", model=file(tmp_path, "data = DATA\nloss = nn.CrossEntropyLoss()") + ":Net",
                  model_args=(("width", "5"),))  # fmt: skip
    assert drive.tries("phase").error
    assert drive.at[:2] == (0, "init")
    failure = drive.moved.frame.failure
    assert failure is not None
    assert (failure.op, failure.done, failure.shapes[:2]) == ("linear", 2, ((3, 5), (2, 4)))
    assert "self.outer(hidden)" in "\n".join(failure.traceback)
    drive("op", "op")
    assert drive.at == (1, "forward", 2, 2) and drive.find("inner.relu").state == "value"
    assert "cannot be multiplied" in str(drive.tries("op").error)
    assert drive.at == (1, "forward", 2, 2)
    drive("back phase", "goto failure")
    assert drive.at == (1, "forward", 2, 2) and drive.moved.frame.failed_here
    drive("back op")
    drive.again()
    drive("op")
    assert drive.at == (1, "forward", 2, 2) and drive.find("inner.relu").state == "value"


def test_a_step_that_fails_is_opened_too(tmp_path: Path) -> None:
    """In its third iteration, in the loss; before it everything is as it was."""
    step = """
model, data = Net(), DATA * 2 + [(DATA[0][0], DATA[0][1] + 7)]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
def step(batch):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(batch[0]) * 2, batch[1])
    loss.backward()
    optimizer.step()
    return loss
"""
    drive = Drive("", model=file(tmp_path, step))
    drive("run 2")
    before = drive.state
    for move in ("finish", "run 1", "goto 3", "continue 2"):
        assert "IndexError" in str(drive.tries(move).error)
        assert drive.at[0] == 2 and drive.state == before
    drive("phase", "phase")
    assert drive.at[:2] == (3, "forward")
    for move in ("phase", "finish", "run 1", "goto 3", "continue 2"):
        assert "IndexError" in str(drive.tries(move).error)
        assert drive.at[:2] == (3, "forward")
    drive("back iteration")
    while not drive.tries("op").error:
        pass
    assert drive.at[:3] == (3, "loss", 1) and "out of bounds" in str(drive.moved.error)
    assert drive.moved.frame.failure and drive.moved.frame.failure.op == "cross_entropy"
    drive("back iteration", "goto failure")
    assert drive.at[:3] == (3, "loss", 1) and drive.moved.frame.failed_here
    drive("back iteration")
    assert drive.state == before and "nothing has failed" in str(
        Drive("", model=str(FILES / "vae.py")).tries("goto failure").error
    )


@pytest.mark.slow
async def test_the_app_opens_on_the_failure(tmp_path: Path) -> None:
    given = resolve(
        model=file(tmp_path, "data = DATA\nloss = nn.CrossEntropyLoss()\nmodel = Net(5)")
    )
    async with running((80, 24), options=given) as app:
        await app.press("n")
        frame = app.app.main.frame
        assert frame is not None and frame.failed_here and frame.position.op == 2
        assert "forward fails after op 2, ! looks into it: RuntimeError" in app.rail
        await app.press("e")
        said = " ".join(app.text.replace("│", " ").split())
        assert "It stops here: linear of 3×5 float32, 2×4 float32" in said
        assert "self.outer(hidden)" in said


def test_a_model_without_data_and_loss_gets_random_ones() -> None:
    drive = Drive("", model="torch.nn:Linear", model_args=(("in_features", "4"),
                  ("out_features", "3")), inputs=("2,4",))  # fmt: skip
    assert (drive.options.loss, drive.session.ready.options.loss) == (OWN, "mse")
    drive("finish")
    assert drive.moved.frame.loss is not None and drive.find("target").tensor is not None
    tokens = Drive("", model="torch.nn:Embedding", model_args=(("num_embeddings", "5"),
                   ("embedding_dim", "3")), inputs=("2,4:int64",), optimizer="sgd")  # fmt: skip
    tokens("run 2")
    given = tokens.find("input").tensor
    assert given is not None and int(given.max()) < 5 and not given.is_floating_point()


def run(*words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "lenet_tui", "trace", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_the_command_line_traces_a_file(tmp_path: Path) -> None:
    status, out, _ = run("--model", str(FILES / "gan.py"), "--iterations", "1", "--format", "jsonl")
    events = [json.loads(line) for line in out.splitlines()]
    assert status == 0 and events[0]["step"] and events[0]["data"] == OWN
    phases = [event["phase"] for event in events[1:]]
    assert phases.count("backward") == 3 and phases.count("update") == 2
    status, out, said = run("--model", file(tmp_path, "raise KeyError('my own')"))
    assert (status, out) == (1, "")
    assert said.startswith("Traceback") and "mine.py" in said and "lenet_tui/" not in said
    assert said.splitlines()[-1].startswith("lenet-tui: mine.py raised an exception: KeyError")


WORKERS = """
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

class Made(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, number):
        return torch.randn(4), number % 2

model = nn.Linear(4, 2)
data = DataLoader(Made(), batch_size=4, shuffle=True, num_workers=2)
loss = nn.functional.cross_entropy
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""


@pytest.mark.slow
def test_a_loader_may_have_workers_and_none_is_left(tmp_path: Path) -> None:
    """Its output would not come to an end while one of them held it."""
    (tmp_path / "mine.py").write_text(WORKERS)
    (tmp_path / "moves").write_text("run 4\nkill-engine\nback iteration\nfinish\n")
    words = ("--moves", str(tmp_path / "moves"), "--format", "jsonl")
    status, out, said = run("--model", str(tmp_path / "mine.py"), *words)
    events = [json.loads(line) for line in out.splitlines()[1:]]
    assert status == 0, said
    assert events[0]["parameters"] == events[1]["parameters"] == events[3]["parameters"]
    assert events[2]["iteration"] == 3
