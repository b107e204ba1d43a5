"""The picture under the brush: what strokes, shifts and undo make of its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from lenet_tui.canvas.drawing import SIZES, Drawing
from lenet_tui.protocol.picture import packed, unpacked
from lenet_tui.text.notice import Problem


def drawing(size: int = 1) -> Drawing:
    made = Drawing(32, 32, -1.0, 1.0)
    made.size = size
    return made


def test_a_stroke_fills_the_line_between_two_places_and_the_eraser_empties_it() -> None:
    picture = drawing()
    picture.stroke((4, 4), (4, 9))
    assert (picture.pixels[4, 4:10] == 1).all() and (picture.pixels == 1).sum() == 6
    picture.stroke((0, 0), (9, 9))
    assert (np.diagonal(picture.pixels)[:10] == 1).all()
    picture.stroke((4, 4), (4, 6), erase=True)
    assert (picture.pixels[4, 4:7] == -1).all() and picture.pixels[4, 7] == 1


@pytest.mark.parametrize("size", SIZES)
def test_a_brush_is_as_wide_as_it_says_and_stays_in_the_scale(size: int) -> None:
    picture = drawing(size)
    picture.stroke((16, 4), (16, 28))
    assert picture.pixels[16, 16] == 1
    assert float(picture.shares[:, 16].sum()) == pytest.approx(size, abs=1e-6)
    picture.stroke((-5, -5), (40, 40))  # beyond the edges
    assert picture.pixels.min() >= -1 and picture.pixels.max() <= 1
    assert picture.pixels.dtype == np.float32


def test_it_is_moved_and_centred_by_its_mass() -> None:
    picture = drawing()
    picture.stroke((2, 3), (6, 3))
    picture.shift(1, -2)
    assert (picture.pixels[3:8, 1] == 1).all() and (picture.pixels == 1).sum() == 5
    picture.centre()
    assert picture.middle is not None and max(abs(at - 15.5) for at in picture.middle) <= 0.5
    assert (picture.pixels == 1).sum() == 5
    picture.shift(0, 40)
    assert picture.middle is None
    picture.centre()  # nothing to centre
    assert (picture.pixels == -1).all()


def test_it_is_made_as_large_as_the_data_and_keeps_its_shape() -> None:
    picture = drawing(3)
    picture.fit(30)  # nothing to fit
    assert (picture.pixels == -1).all()
    picture.stroke((5, 20), (14, 20))
    picture.stroke((14, 20), (14, 24))
    top, bottom, left, right = picture.box or (0, 0, 0, 0)
    assert (bottom - top, right - left) == (12, 7)
    picture.fit(24)
    box = picture.box
    assert box is not None and box[:2] == (4, 28) and abs(box[3] - box[2] - 14) <= 1
    assert abs(box[2] + box[3] - 32) <= 1 and picture.pixels.dtype == np.float32
    assert picture.pixels.min() == -1 and picture.pixels.max() == 1
    picture.stroke((16, 0), (16, 31))  # as wide as there is room for
    picture.fit(32)
    assert picture.box == (4, 28, 0, 32)


def test_undo_takes_back_one_stroke_after_the_other_and_a_sample_keeps_its_bits() -> None:
    picture = drawing()
    assert not picture.undo()
    sample = np.random.default_rng(0).uniform(-1, 1, (32, 32)).astype(np.float32)
    picture.begin()
    picture.take(sample.tobytes())
    picture.begin()
    picture.stroke((0, 0), (0, 5))
    assert np.array_equal(picture.pixels[1:], sample[1:])
    picture.begin()
    picture.clear()
    assert picture.undo() and picture.pixels[0, 0] == 1
    assert picture.undo() and np.array_equal(picture.pixels, sample)
    assert picture.undo() and (picture.pixels == -1).all() and not picture.undo()
    assert np.array_equal(unpacked(packed(sample)), sample.ravel())


def test_a_picture_that_would_unpack_to_too_much_is_refused() -> None:
    with pytest.raises(Problem):
        unpacked(packed(np.zeros(2**16 + 1, np.float32)))
