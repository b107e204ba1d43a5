"""Names are cut where they are alike, and not where they differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lenet_tui.text.alike import cut, differs_from

LONG = ("encoder_attention_query", "encoder_attention_key", "encoder_norm", "head")


def test_what_is_alike_goes_first() -> None:
    places = differs_from(LONG)
    assert places == [18, 18, 8, 0]
    short = [cut(n, 8, p, len, "…") for n, p in zip(LONG, places, strict=True)]
    assert short == ["…n_query", "…ion_key", "…er_norm", "head"]
    assert cut("encoder_attention_query_projection", 8, 18, len, "…") == "…query_…"
    assert cut("prediction", 5, 0, len, "…") == "pred…"


@given(st.lists(st.text("ab_", min_size=1, max_size=12), unique=True), st.integers(3, 12))
def test_a_cut_name_has_room_and_shows_where_it_differs(names: list[str], room: int) -> None:
    for name, place in zip(names, differs_from(names), strict=True):
        shown = cut(name, room, place, len, "…")
        assert len(shown) <= room
        if len(name) <= room:
            assert shown == name
        elif place < len(name):
            assert name[place] in shown.strip("…")
