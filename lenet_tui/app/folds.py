"""Which modules of the tree are folded: by depth, by hand, and never around what is looked at."""

from __future__ import annotations

from lenet_tui.app.module_tree import MODULE, OP, PARAMETER, ModuleTree, Node

Key = tuple[str, str]


class Folds:
    """Decides which nodes are seen in ``height`` lines. Without a word of the person's, the tree is
    open to the depth that fits.

    ``selected``: the node that the cursor is on; ``kept``: one whose modules are open, as long as
    nothing else is.
    """

    def __init__(self) -> None:
        self.tree = ModuleTree()
        self.selected = self.kept = -1
        self._height = 0
        self._level: int | None = None
        self._turned: dict[Key, bool] = {}
        self._at_depth: list[int] = [0]
        self._above: frozenset[int] = frozenset()

    def take(self, tree: ModuleTree) -> None:
        """Another tree, perhaps of the same modules: what was folded by hand stays so."""
        self.tree = tree
        self.selected = self.kept = -1
        self._above = frozenset()
        shown = [node.depth for node in tree.nodes if not _of_op(node, tree)]
        self._at_depth = [0] * (max(shown, default=0) + 1)
        for depth in shown:
            self._at_depth[depth] += 1

    @property
    def deepest(self) -> int:
        """The level at which every module is open."""
        return len(self._at_depth) - 1

    @property
    def whole(self) -> bool:
        """Whether there is room for all lines."""
        return self._level is None and len(self.tree.nodes) <= self._height

    @property
    def level(self) -> int:
        """How many modules deep the tree is open."""
        if self._level is not None:
            return min(self._level, self.deepest)
        lines = level = 0
        for depth, more in enumerate(self._at_depth):
            lines += more
            if lines <= self._height:
                level = depth
        return level

    def fit(self, height: int) -> None:
        """There is room for so many lines."""
        self._height = height

    def turn_level(self, by: int) -> None:
        """Open or fold all modules one level further."""
        self._level = max(0, min(self.level + by, self.deepest))
        self._turned.clear()
        self._keep(-1)

    def keep(self, number: int) -> None:
        """Open what a node is in, also where it was folded by hand; nothing else for its sake."""
        self._keep(number)
        for above in self._above:
            self._turned.pop(_key(self.tree.nodes[above]), None)

    def _keep(self, number: int) -> None:
        self.kept, self._above = number, frozenset(self.tree.above(number))

    def turn(self, number: int) -> None:
        """Open a module that is folded, or fold it."""
        opened = not self.is_open(number)
        if not opened and number in self._above:
            self._keep(-1)
        self._turned[_key(self.tree.nodes[number])] = opened

    def is_open(self, number: int) -> bool:
        """Whether what is in a node is seen, as far as it depends on the node itself."""
        node = self.tree.nodes[number]
        if node.kind == OP:
            selected = self.tree.nodes[self.selected] if self.selected >= 0 else None
            return self.whole or number == self.selected or bool(selected and _in(selected, number))
        if node.kind != MODULE:
            return False
        by_depth = node.depth < self.level or number in self._above
        return self._turned.get(_key(node), by_depth)

    def lines(self) -> list[int]:
        """The numbers of the nodes that are seen."""
        return self.tree.visible(self.is_open)

    def shown_for(self, number: int) -> int:
        """The node that stands for one: itself, or the outermost folded one around it."""
        shown = number
        for above in self.tree.above(number):
            if not self.is_open(above):
                shown = above
        return shown


def _of_op(node: Node, tree: ModuleTree) -> bool:
    """Whether it is a parameter that is seen below an op."""
    return node.kind == PARAMETER and node.parent >= 0 and tree.nodes[node.parent].kind == OP


def _in(node: Node, number: int) -> bool:
    return node.kind == PARAMETER and node.parent == number


def _key(node: Node) -> Key:
    return node.path, node.title
