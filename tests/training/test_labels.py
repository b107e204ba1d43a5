"""Labels as people store them: read where that can be in one way only, else refused in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from lenet_tui.training.engine import dataset
from tests.harness.data_files import refused

IMAGES, LABELS = np.zeros((4, 8, 8), "uint8"), np.arange(4)
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "not one-hot": (
        {"images": IMAGES, "labels": np.eye(4) * [1, 1, 2, 1]},
        "labels of shape (4, 4) is not one-hot: row 2 is not",
    ),
    "two ones": (
        {"images": IMAGES, "labels": np.eye(4) + np.eye(4)[::-1]},
        "is not one-hot: row 0",
    ),
    "soft labels": ({"images": IMAGES, "labels": np.full((4, 2), 0.5)}, "is not one-hot: row 0"),
    "cubes": ({"images": IMAGES, "labels": LABELS.reshape(4, 1, 1)}, "shape (4, 1, 1), not (4,)"),
    "a row": ({"images": IMAGES, "labels": LABELS[None]}, "labels of shape (1, 4), not (4,)"),
    "no columns": ({"images": IMAGES, "labels": np.zeros((4, 0))}, "labels of shape (4, 0)"),
    "real labels": (
        {"images": IMAGES, "labels": LABELS / 2},
        "labels holds 0.5, first for image 1, and",
    ),
    "NaN": ({"images": IMAGES, "labels": np.array([0, 1, np.nan, 2])}, "holds nan, first for"),
    "words": ({"images": IMAGES, "labels": np.array(["a"] * 4)}, "does not hold real numbers"),
    "real label -1": ({"images": IMAGES, "labels": LABELS - 1.0}, "-1 to 2"),
    "huge": ({"images": IMAGES, "labels": LABELS * 1e300}, "labels goes from 0 to 3"),
    "other one-hot": (
        {
            **{"x_train": IMAGES, "y_train": np.eye(4)},
            **{"x_test": IMAGES, "y_test": np.eye(5)[:4]},
        },
        "to train on have 4 columns, and those to test on 5",
    ),
}


def file(root: Path, **arrays: Any) -> str:
    np.savez(root / "data.npz", **arrays)
    return str(root / "data.npz")


@pytest.mark.parametrize("name", BAD)
def test_labels_that_could_mean_something_else_are_refused(tmp_path: Path, name: str) -> None:
    arrays, why = BAD[name]
    assert why in refused(file(tmp_path, **arrays))


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (LABELS[:, None], ["y_train, stored as a column (N, 1), is read as (N,)"]),
        (LABELS.astype("float32"), ["y_train, stored as float32 with whole numbers only, is"]),
        (LABELS[:, None] * 1.0, ["a column (N, 1)", "as float64 with whole"]),
        (LABELS > 1, ["as bool with whole numbers"]),
        (np.eye(4, dtype="uint8"), ["one-hot in 4 columns, is read as the place of each 1"]),
        (np.eye(6)[:4].astype("float16"), ["one-hot in 6 columns"]),
        (np.eye(4) > 0, ["one-hot in 4 columns"]),
        (LABELS, []),
    ],
)
def test_labels_stored_otherwise_are_read_and_that_is_said(
    tmp_path: Path, stored: np.ndarray, said: list[str]
) -> None:
    """In the same order, and in one way only; what is trained on is the same data."""
    meant = stored.astype(int) if stored.dtype == bool and stored.ndim == 1 else LABELS
    pixels = np.zeros((4, 32, 32), "uint8")
    path = file(tmp_path, x_train=pixels, y_train=stored, x_test=pixels, y_test=meant)
    found = dataset.load(path)
    assert found.train.batch(torch.arange(4))[1].tolist() == meant.tolist()
    assert found.test.batch(torch.arange(4))[1].tolist() == meant.tolist()
    texts = [str(remark) for remark in found.remarks]
    assert len(texts) == len(said) and all(map(str.__contains__, texts, said)), texts
    (tmp_path / "plain").mkdir()
    plain = file(tmp_path / "plain", x_train=pixels, y_train=meant, x_test=pixels, y_test=meant)
    assert dataset.load(plain).content == found.content
