"""The modules that are known by their paths are those that torch finds."""

from __future__ import annotations

from torch import nn

from lenet_tui.training.engine.named_modules import NamedModules


def test_what_is_added_replaced_or_deleted_is_found() -> None:
    inner = nn.Sequential(nn.Tanh())
    net = nn.Sequential(nn.Linear(2, 2), inner, nn.ReLU())
    walk = NamedModules(net)

    def same() -> None:
        assert [*walk.all()] == [*net.named_modules()]
        assert walk.all() is walk.all()

    same()
    inner.append(nn.Linear(2, 2))
    same()
    net[0] = nn.Identity()
    same()
    del net[2]  # torch gives the module another dictionary of children
    same()
    inner.add_module("head", net[0])  # shared: it has one path
    same()
    net[0].register_module("inner", None)
    same()


def test_a_model_that_names_its_modules_itself_is_asked_each_time() -> None:
    class Own(nn.Module):
        def named_modules(self, *args, **kwargs):  # type: ignore[no-untyped-def]
            self.asked = getattr(self, "asked", 0) + 1
            return super().named_modules(*args, **kwargs)

    net = nn.Sequential(Own())
    walk = NamedModules(net)
    for _ in range(3):
        walk.all()
    assert net[0].asked == 3
