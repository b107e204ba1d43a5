"""Why a cell cannot be explained."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "explain:no-cell": (
        "{text!r} is not a cell: write a tensor and an index of whole numbers from 0,"
        " such as weight.grad[0,0,2,3]",
        "{text!r} 不是元素：应为张量名加下标，下标为从 0 起的整数，例如 weight.grad[0,0,2,3]",
    ),
    "explain:empty": ("{name} is empty: its shape is {shape}", "{name} 为空：其形状为 {shape}"),
    "explain:single-number": (
        "{name} is a single number: write it without an index",
        "{name} 只有一个数：不要写下标",
    ),
    "explain:outside": (
        "{cell} is outside: {name} is {shape}, from {first} to {last}",
        "{cell} 越界：{name} 的形状为 {shape}，下标从 {first} 到 {last}",
    ),
    "explain:needs-index": (
        "{name} needs an index: {name} is {shape}, from {first} to {last}",
        "{name} 需要下标：{name} 的形状为 {shape}，下标从 {first} 到 {last}",
    ),
    "explain:no-tensor": (
        "no tensor {name!r}: there are {listed}{more};"
        " each has .grad, and a parameter also {aspects} and {last}",
        "没有张量 {name!r}：现有 {listed}{more}；各自都有 .grad，参数还有 {aspects} 和 {last}",
    ),
    "explain:and-more": (" and {n} more", " 等，另有 {n} 个"),
    "explain:not-run": (
        "{name}: iteration {n} has not been run, {last} is the last",
        "{name}：第 {n} 次迭代尚未运行，最后一次是 {last}",
    ),
    "explain:not-on-tape": (
        "{name}: its iteration has no {phase} on record",
        "{name}：这次迭代没有 {phase} 的记录",
    ),
    "explain:here": (" (iteration {n}, {phase})", "（第 {n} 次迭代，{phase}）"),
    "explain:data-has-no-gradient": (
        "{name} is None: data needs no gradient (requires_grad is False),"
        " so backward computes none",
        "{name} 为 None：数据不需要梯度（requires_grad 为 False），所以 backward 不计算它",
    ),
    "explain:no-gradient": (
        "{name} is None here{where}: no backward has reached it",
        "{name} 在此处{where}为 None：backward 尚未到达它",
    ),
    "explain:no-state-when-it-begins": (
        "{name}: the optimizer keeps no such tensor when iteration {n} begins",
        "{name}：第 {n} 次迭代开始时，优化器没有这个张量",
    ),
    "explain:no-state": (
        "{name}: the optimizer keeps no such tensor here{where}",
        "{name}：优化器在此处{where}没有这个张量",
    ),
    "explain:not-computed": ("{name} has not been computed yet{where}", "{name} 尚未计算{where}"),
    "explain:entries": (
        "{name}: iteration {n} has {count} entries",
        "{name}：第 {n} 次迭代共有 {count} 个条目",
    ),
    "explain:inside-of-op": (
        "{name} is inside of {op}, worked out for the sum that shows it: torch does not hand it"
        " out, and it cannot be asked about by itself",
        "{name} 在 {op} 内部，是为显示它的那个求和而算出的：torch 并不给出它，不能单独查看",
    ),
}
