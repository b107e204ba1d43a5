"""Tilings, layouts, and which element a pixel is."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.tensors.arrangement import Arrangement, Room
from lenet_tui.tensors.layout import arrange
from lenet_tui.tensors.tiling import blocks, ravel, tile_name, tiling, unravel

SHAPES = st.lists(st.integers(1, 40), max_size=4).map(tuple)
ROOMS = st.builds(Room.of, st.integers(2, 90), st.integers(1, 40), st.booleans())


@pytest.mark.parametrize(
    ("shape", "wrap", "tiles"),
    [
        ((), 0, (1, 1, 1)),
        ((6,), 0, (1, 1, 6)),
        ((10,), 4, (1, 3, 4)),
        ((1, 120), 10, (1, 12, 10)),
        ((10, 1), 0, (1, 1, 10)),
        ((120, 400), 7, (1, 120, 400)),
        ((6, 1, 5, 5), 0, (6, 5, 5)),
        ((2, 6, 28, 28), 0, (12, 28, 28)),
        ((16, 6, 1, 1), 0, (1, 16, 6)),
        ((2, 3, 4, 5, 6), 0, (24, 5, 6)),
        ((0,), 0, (1, 0, 0)),
        ((0, 5), 0, (1, 0, 5)),
    ],
)
def test_tiling(shape: tuple[int, ...], wrap: int, tiles: tuple[int, int, int]) -> None:
    assert tiling(shape, wrap) == tiles


@given(st.integers(1, 5000), st.integers(1, 200))
def test_blocks_cover_all_elements_and_give_themselves_again(length: int, pixels: int) -> None:
    block, used = blocks(length, pixels)
    assert used <= pixels
    assert (used - 1) * block < length <= used * block
    assert blocks(length, used) == (block, used)


@given(SHAPES, st.data())
def test_unravel_is_the_inverse_of_ravel(shape: tuple[int, ...], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, prod(shape) - 1))
    assert ravel(unravel(place, shape), shape) == place


@pytest.mark.parametrize(
    ("shape", "tile", "kernels", "name"),
    [
        ((6, 1, 5, 5), 4, True, "4"),
        ((16, 6, 5, 5), 19, True, "3←1"),
        ((16, 6, 3, 5, 5), 4, True, "0←1·1"),
        ((1, 6, 28, 28), 5, False, "5"),
        ((2, 6, 28, 28), 8, False, "1·2"),
        ((1, 1, 28, 28), 0, False, "0"),
        ((120, 400), 0, False, ""),
    ],
)
def test_tile_names(shape: tuple[int, ...], tile: int, kernels: bool, name: str) -> None:
    assert tile_name(shape, tile, kernels) == name


@given(SHAPES, ROOMS, st.booleans(), st.integers(0, 50), st.data())
def test_a_pixel_and_its_element_are_each_others_inverse(
    shape: tuple[int, ...], room: Room, kernels: bool, top: int, data: st.DataObject
) -> None:
    layout = arrange(shape, room, kernels=kernels, top=top)
    index = unravel(data.draw(st.integers(0, prod(shape) - 1)), shape)
    box = layout.box(index)
    if layout.spot(index)[0] not in layout.shown:
        assert box is None
        return
    assert box is not None
    for x, y in {(box.x, box.y), (box.x + box.width - 1, box.y + box.height - 1)}:
        first = layout.index_at(x, y)
        assert first is not None
        assert layout.box(first) == box
        if layout.block == (1, 1):
            assert first == index
        assert ravel(first, shape) <= ravel(index, shape)


@given(SHAPES, ROOMS, st.booleans(), st.integers(0, 50))
def test_every_shown_pixel_has_an_element_and_gaps_have_none(
    shape: tuple[int, ...], room: Room, kernels: bool, top: int
) -> None:
    layout = arrange(shape, room, kernels=kernels, top=top)
    seen = {layout.index_at(x, y) for x in range(room.cols) for y in range(room.rows)} - {None}
    firsts = set()
    for tile in layout.shown:
        for row in range(0, layout.height, layout.block[0]):
            for col in range(0, layout.width, layout.block[1]):
                place = (tile * layout.height + row) * layout.width + col
                if place < prod(shape):
                    firsts.add(unravel(place, shape))
    assert seen <= firsts
    if not cut(layout, room):
        assert seen == firsts


def cut(layout: Arrangement, room: Room) -> bool:
    """Whether even one row of tiles is too large for the room."""
    wide = (layout.columns - 1) * layout.pitch[1] + layout.pixels[1] * layout.zoom[1]
    tall = layout.label + layout.pixels[0] * layout.zoom[0]
    return wide > room.cols or tall > room.rows


@given(SHAPES, ROOMS, st.booleans())
def test_layouts_stay_in_their_room(shape: tuple[int, ...], room: Room, kernels: bool) -> None:
    layout = arrange(shape, room, kernels=kernels)
    assert not cut(layout, room)
    rows = min(layout.visible, layout.grid_rows)
    tall = layout.label + layout.pixels[0] * layout.zoom[0]
    assert (rows - 1) * layout.pitch[0] + tall <= room.rows


@given(SHAPES, ROOMS, st.booleans())
def test_scrolling_shows_every_tile_once_at_least(
    shape: tuple[int, ...], room: Room, kernels: bool
) -> None:
    layout = arrange(shape, room, kernels=kernels)
    tiles = {t for top in range(layout.last_top + 1) for t in layout.scrolled(top).shown}
    assert tiles == set(range(layout.count))


@given(SHAPES, ROOMS)
def test_the_engine_and_the_pane_agree_on_the_blocks(shape: tuple[int, ...], room: Room) -> None:
    layout = arrange(shape, room)
    request = layout.request("key", "name")
    _, height, width = tiling(shape, request.wrap)
    assert blocks(height, request.rows) == (layout.block[0], layout.pixels[0])
    assert blocks(width, request.cols) == (layout.block[1], layout.pixels[1])


WIDE = Room.of(118, 36)


def test_small_kernels_are_magnified() -> None:
    layout = arrange((6, 1, 5, 5), WIDE, kernels=True)
    assert layout.zoom == (6, 6)
    assert layout.block == (1, 1)
    assert layout.columns == 3


def test_kernels_are_wider_where_a_pixel_takes_a_line_of_text() -> None:
    """Six of 5×5 stayed one row in a pane of 70×18, as twice the size both ways needs 22 lines."""
    kernels = arrange((6, 1, 5, 5), Room.of(70, 18, half_blocks=False), kernels=True)
    assert (kernels.zoom, kernels.columns, kernels.grid_rows) == ((1, 2), 3, 2)
    assert (kernels.label, len(kernels.shown)) == (1, 6)
    box = kernels.box((4, 0, 2, 3))
    assert box is not None
    assert (box.width, box.height) == (2, 1)
    assert {kernels.index_at(box.x + right, box.y) for right in (0, 1)} == {(4, 0, 2, 3)}
    maps = arrange((1, 6, 28, 28), Room.of(70, 18, half_blocks=False), sample=0)
    assert maps.zoom == (1, 1), "what is reduced keeps its aspect"


def test_names_make_way_for_kernels_that_would_not_all_be_seen_or_not_whole() -> None:
    shape = (6, 1, 5, 5)
    for height, label, seen in ((12, 1, 6), (11, 0, 6), (6, 1, 3), (5, 0, 3)):
        layout = arrange(shape, Room.of(42, height, half_blocks=False), kernels=True)
        assert (layout.block, layout.label, len(layout.shown)) == ((1, 1), label, seen), height
    maps = arrange((1, 6, 14, 14), Room.of(42, 11, half_blocks=False))
    assert maps.label == 1, "what is reduced anyway keeps its names"


def test_names_make_way_for_twice_as_many_channels() -> None:
    """One line short of a second row, a pane was half empty: at 120×40, LeNet's second layer."""
    short = arrange((1, 16, 10, 10), Room.of(42, 11, True), sample=0)
    assert (len(short.shown), short.label, short.block) == (6, 0, (1, 1))
    enough = arrange((1, 16, 10, 10), Room.of(42, 12, True), sample=0)
    assert (len(enough.shown), enough.label) == (6, 2)
    assert arrange((1, 16, 10, 10), Room.of(42, 8, True), sample=0).label == 2


def test_kernels_stand_as_outputs_by_inputs_or_turned() -> None:
    turned = arrange((16, 6, 5, 5), WIDE, kernels=True)
    assert turned.across
    assert turned.columns == 16
    assert turned.grid_rows == 6
    upright = arrange((16, 6, 5, 5), Room.of(40, 100), kernels=True)
    assert not upright.across
    assert upright.columns == 6
    scrolled = arrange((16, 6, 5, 5), Room.of(42, 10), kernels=True)
    assert (scrolled.columns, scrolled.last_top) == (6, 14)
    # The same kernel in both: output 3, input 1.
    for layout in (turned, upright):
        origin = layout.origin(19)
        assert origin is not None
        column, row = origin[0] // layout.pitch[1], (origin[1] - layout.label) // layout.pitch[0]
        assert (column, row) == ((3, 1) if layout.across else (1, 3))


def test_a_matrix_is_reduced_independently_down_and_across() -> None:
    layout = arrange((120, 400), Room.of(28, 13))
    assert layout.block == (5, 15)
    assert layout.pixels == (24, 27)


def test_a_picture_keeps_its_aspect() -> None:
    layout = arrange((1, 1, 32, 32), Room.of(28, 13))
    assert layout.block == (2, 2)
    assert layout.zoom == (1, 1)


def test_a_vector_uses_the_room() -> None:
    assert arrange((6,), Room.of(42, 10)).zoom == (7, 7)
    assert arrange((16,), WIDE).zoom == (14, 14)
    many = arrange((120,), Room.of(28, 13))
    assert many.zoom == (2, 2)
    assert many.wrap == 12


def test_one_sample_of_a_batch() -> None:
    layout = arrange((64, 6, 28, 28), WIDE, sample=3)
    assert layout.shown == range(18, 24)
    assert layout.index_at(0, layout.label) == (3, 0, 0, 0)
    assert arrange((64, 6, 28, 28), WIDE, sample=99).shown == range(378, 384)


def test_what_cannot_be_shown_shows_nothing() -> None:
    for layout in (arrange((0, 5), WIDE), arrange((3, 4), Room.of(0, 10))):
        assert list(layout.shown) == []
        assert layout.index_at(0, 0) is None
