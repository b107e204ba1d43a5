"""Answers the canvas's requests: a forward on a copy of the model, at the session's cursor."""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor

from lenet_tui.canvas.request import OpenPicture, Picture, Predict, Prediction
from lenet_tui.history.engine.session import Session
from lenet_tui.protocol.moves import Draw
from lenet_tui.protocol.options import Options
from lenet_tui.protocol.request import Rejected, answers
from lenet_tui.protocol.session_api import DeviceLost
from lenet_tui.tape.engine.digest import raw
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Problem, verbatim
from lenet_tui.training.engine import by_hand, dataset
from lenet_tui.training.engine.batch import Batch
from lenet_tui.training.engine.compiled_calls import has_compiled
from lenet_tui.training.engine.generators import generators
from lenet_tui.training.engine.outputs import main_output
from lenet_tui.training.engine.rng_guard import preserved_torch_state
from lenet_tui.training.engine.trainer import Trainer

FEWEST, MOST = 2, 64
"""How many classes an output may have."""
SIDE = 64
"""Pixels of a picture's side, at most."""


@answers(OpenPicture)
def open_picture(request: OpenPicture, session: Session) -> Picture:
    """A sample of the data or of a batch; ``Rejected`` where the input is no grey picture."""
    navigator = session.navigator
    if navigator.own_step:
        raise Rejected("history:edit-own-step")
    following = _upcoming(session)
    _input(following)
    if request.number is not None:
        return _of_data(navigator.trainer, request.number, following)
    shown = navigator.tape.batch if navigator.tape.forward(navigator.cursor) else None
    return _sample(shown or following, request.sample, navigator.options)


@answers(Predict)
def predict(request: Predict, session: Session) -> Prediction:
    """What the model, its mode and its next batch are at the cursor; nothing of them changes."""
    trainer = session.navigator.trainer
    try:
        batch = by_hand.drawn(_upcoming(session), Draw(None, request.pixels, request.sample))
    except Problem as error:
        raise Rejected(error.notice) from None
    output, drew = _forward(trainer, batch)
    row = output[request.sample]
    shares = F.softmax(row.to(torch.float32 if row.element_size() < 4 else row.dtype), dim=-1)
    return Prediction(
        tuple(row.double().tolist()), tuple(shares.double().tolist()), trainer.model.training, drew
    )


def _upcoming(session: Session) -> Batch:
    """The batch that the next forward takes from the cursor on, as the data have it."""
    navigator = session.navigator
    try:
        navigator.make_live()
        batch = navigator.trainer.upcoming()
    except DeviceLost:
        raise
    except Problem as error:
        raise Rejected(error.notice) from None
    if batch is None:
        raise Rejected("history:no-batch-yet")
    return batch


def _input(batch: Batch) -> Tensor:
    """The batch's pictures (N, 1, H, W)."""
    try:
        found = by_hand.picture_input(batch)
    except Problem as error:
        raise Rejected(error.notice) from None
    if max(found.shape[2:]) > SIDE or not found.numel():
        raise Rejected("canvas:too-large", most=SIDE)
    return found


def _forward(trainer: Trainer, batch: Batch) -> tuple[Tensor, bool]:
    """The output (N, classes) of a copy of the model, and whether it drew random numbers."""
    model = trainer.model
    if has_compiled(model):
        raise Rejected("canvas:compiled")
    try:
        with preserved_torch_state(), torch.no_grad():
            twin = copy.deepcopy(model)
            before = generators()
            output = main_output(twin(*batch.args, **batch.kwargs))
            drew = not before.same(generators())
    except Exception as error:  # noqa: BLE001 - whatever the model raises, the trial was ours
        raise Rejected("canvas:failed", why=verbatim(clean(str(error), 200))) from None
    count = len(batch.args[0])
    if not isinstance(output, Tensor) or output.dim() != 2 or output.is_complex():
        raise Rejected("canvas:not-classes")
    if output.shape[0] != count or not FEWEST <= output.shape[1] <= MOST:
        raise Rejected("canvas:not-classes")
    return output.detach().cpu(), drew


def _of_data(trainer: Trainer, number: int, like: Batch) -> Picture:
    """A sample by its number in the data; where they are two files, those to test on come last."""
    source = trainer.options.data
    if source in dataset.NOT_LOADED:
        raise Rejected("canvas:no-numbers")
    loaded = dataset.load(source)
    both, rest = (loaded.train, loaded.test), number
    for part in both:
        found = torch.arange(len(part)) if part.rows is None else part.rows
        at = (found == (rest if part.rows is None else number)).nonzero()
        if len(at):
            images, labels = part.batch(at[0])
            return _picture(images[0, 0], int(labels[0]), _input(like), trainer.options)
        rest -= len(part)
    raise Rejected("canvas:no-such-sample", last=sum(map(len, both)) - 1)


def _sample(batch: Batch, sample: int, options: Options) -> Picture:
    """A sample of a batch, the last one where it has fewer."""
    pictures, labels = _input(batch), by_hand.labels(batch)
    at = min(sample, len(pictures) - 1)
    target = None if labels is None else int(labels[at])
    return _picture(pictures[at, 0], target, pictures, options)


def _picture(image: Tensor, target: int | None, like: Tensor, options: Options) -> Picture:
    height, width = like.shape[2:]
    low, high = scale_of_data(options) or scale(like)
    pixels = bytes(memoryview(raw(image.to(torch.float32))))
    return Picture(pixels, height, width, low, high, target, len(like))


def scale_of_data(options: Options) -> tuple[float, float] | None:
    """The numbers of an empty pixel and a full one in a file; ``None``: they are of no file."""
    if options.data in dataset.NOT_LOADED:
        return None
    train = dataset.load(options.data).train
    return (-1.0, 1.0) if train.divisor else scale(train.pixels)


def scale(pictures: Tensor) -> tuple[float, float]:
    """The numbers of an empty pixel and a full one, as these pictures have them."""
    finite = pictures[pictures.isfinite()].double()
    if not finite.numel():
        return 0.0, 1.0
    low, high = finite.min().item(), finite.max().item()
    for least, most in ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)):
        if least <= low and high <= most:
            return least, most
    return (low, high) if low < high else (low, low + 1)
