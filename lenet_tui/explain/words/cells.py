"""Words about one number and where it came from: notes, the proof's verdict, headings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lenet_tui.explain.words.class_notes import CLASS_NOTES
from lenet_tui.text.clean import clean
from lenet_tui.text.notice import Table
from lenet_tui.text.numbers import number
from lenet_tui.text.words import Words

if TYPE_CHECKING:
    from lenet_tui.explain.explanation import Explanation

CELLS: Table = {
    **CLASS_NOTES,
    "cells.formula": ("{formula}", "{formula}"),
    "cells.rank": ("{rank} of {size} by |x| (1 = largest)", "按 |x| 从大到小第 {rank}，共 {size}"),
    "cells.terms": ("{count} terms", "共 {count} 项"),
    "cells.terms.one": ("1 term", "共 1 项"),
    "cells.term": ("term", "项"),
    "cells.operands": ("operands", "操作数"),
    "cells.sum": ("sum in float64", "float64 求和"),
    "cells.left": ("{count} smaller terms", "其余 {count} 个较小的项"),
    "cells.left.one": ("1 smaller term", "其余 1 个较小的项"),
    "cells.others": ("and {count} more", "还有 {count} 个"),
    "cells.regions": ("reads", "读取"),
    "cells.reaches": ("reaches", "影响到"),
    "cells.checked": (
        "checked: torch is {ulp} ulp from the sum; {kind} rounding allows {bound}",
        "已核对：torch 的值与求和相差 {ulp} ulp；{kind} 舍入允许 {bound}",
    ),
    "cells.exact": (
        "checked: torch's value is the sum exactly",
        "已核对：torch 的值与求和完全相等",
    ),
    "cells.off": (
        "NOT within rounding: torch is {ulp} ulp from the sum; {kind} allows {bound}",
        "超出舍入误差：torch 的值与求和相差 {ulp} ulp；{kind} 只允许 {bound}",
    ),
    "cells.given": ("nothing to check: it was not computed", "无需核对：它不是计算得来的"),
    "cells.partial": (
        "not checked: not all that adds to it is known",
        "未核对：相加的各项并非全部已知",
    ),
    "cells.unproved": ("not checked: only its operands are shown", "未核对：只列出操作数"),
    "cells.difference": (
        "central difference in float64: {value}; torch's {torch} is {off} away from it",
        "float64 中心差分：{value}；torch 的值 {torch} 与之相差 {off}",
    ),
    "cells.note.products": ("{a} products", "{a} 个乘积"),
    "cells.note.padding": (
        "{a} of the window are padding: zeros, left out",
        "窗口中有 {a} 个是填充的零，略去",
    ),
    "cells.note.winner": ("the largest of {b} is {a}", "{b} 个中最大的是 {a}"),
    "cells.note.smallest": ("the smallest of {b} is {a}", "{b} 个中最小的是 {a}"),
    "cells.note.equal": ("{a} are equal", "有 {a} 个相等"),
    "cells.note.pair": ("x is {a}, t is {b}", "x 是 {a}，t 是 {b}"),
    "cells.note.tie": ("{a} are equal: the first one wins", "有 {a} 个相等：取第一个"),
    "cells.note.won": (
        "it is the largest of {b} in the window of {a}: it gets the gradient",
        "它是 {a} 的窗口里 {b} 个中最大的：梯度归它",
    ),
    "cells.note.lost": (
        "it is not the largest in the window of {a}: no gradient from there",
        "它不是 {a} 的窗口里最大的：那里没有梯度传来",
    ),
    "cells.note.lost-tie": (
        "one of {a} equal maxima in the window of {b}, not the first: the gradient goes to {c}",
        "{b} 的窗口里并列最大的 {a} 个之一，但不是第一个：梯度归 {c}",
    ),
    "cells.note.unread": ("{a} does not read it", "{a} 没有读它"),
    "cells.note.mean": ("the mean of {a}", "{a} 个的平均"),
    "cells.note.open": ("open: above 0, so it passes", "开：大于 0，原样通过"),
    "cells.note.closed": ("closed: not above 0, so 0 comes out", "关：不大于 0，输出 0"),
    "cells.note.linear": (
        "{a} ⋅ x is above the threshold {b}: passed as it is",
        "{a} ⋅ x 大于阈值 {b}：原样通过",
    ),
    "cells.note.gate-open": (
        "{a} was open here: the gradient passes",
        "{a} 在这里是开的：梯度通过",
    ),
    "cells.note.gate-closed": (
        "{a} was closed here: no gradient passes",
        "{a} 在这里是关的：梯度被截断",
    ),
    "cells.note.evaluating": ("nothing is dropped here", "这里不丢弃任何元素"),
    "cells.note.kept": ("kept (p = {a})", "保留（p = {a}）"),
    "cells.note.dropped": ("dropped (p = {a})", "丢弃（p = {a}）"),
    "cells.note.mask-unseen": (
        "the input is 0, so the mask can be seen only in the gradient that torch passed on",
        "输入为 0，掩码只能从 torch 传出的梯度看出",
    ),
    "cells.note.broadcast": (
        "the shapes {a} and {b} differ: both are broadcast to {c}",
        "形状 {a} 与 {b} 不同：都广播为 {c}",
    ),
    "cells.note.batch-statistics": (
        "mean and variance of the batch's {a} numbers of the channel; ε = {b}",
        "用本批该通道 {a} 个数的均值和方差；ε = {b}",
    ),
    "cells.note.running-statistics": (
        "the running mean and variance; ε = {a}",
        "用滑动平均的均值和方差；ε = {a}",
    ),
    "cells.note.hot": ("the target class is {a}: 1 there", "目标类别是 {a}：该处为 1"),
    "cells.note.cold": (
        "the target class is {a}, not {b}: 0 here",
        "目标类别是 {a}，不是 {b}：此处为 0",
    ),
    "cells.note.from": ("moved, not changed: it is {a}", "只是换了位置：就是 {a}"),
    "cells.note.several": (
        "it stands in {a} places of the result: the sum of {b} there",
        "它出现在结果的 {a} 处：是这些位置上 {b} 之和",
    ),
    "cells.note.accumulated": (
        "added to the gradient that was there: zero_grad did not run in between",
        "加到原有的梯度上：中间没有 zero_grad",
    ),
    "cells.note.scaled": ("{a} multiplied every gradient by {b}", "{a} 把所有梯度都乘以 {b}"),
    "cells.note.start": ("the backward starts here with 1", "反向传播从这里以 1 开始"),
    "cells.note.start-vector": (
        "the backward starts here with the vector {a}",
        "反向传播从这里以向量 {a} 开始",
    ),
    "cells.note.fan-out": (
        "read by more than one: the gradients of {a} add up",
        "被多处读取：{a} 传来的梯度相加",
    ),
    "cells.note.chain": ("on the way from the loss: {a}", "从损失一路传来：{a}"),
    "cells.note.lr": ("{b} update, lr = {a}", "{b} 更新，lr = {a}"),
    "cells.note.no-gradient": (
        ".grad is None: the optimizer leaves it alone",
        ".grad 为 None：优化器不动它",
    ),
    "cells.note.adam-m": (
        "m = {a}⋅exp_avg + {b}⋅grad = {c}; step t = {d}: m̂ = m / (1 − {a}^{d}) = {e}",
        "m = {a}⋅exp_avg + {b}⋅grad = {c}；第 t = {d} 步：m̂ = m / (1 − {a}^{d}) = {e}",
    ),
    "cells.note.adam-v": (
        "v = {a}⋅exp_avg_sq + {b}⋅grad² = {c}; v̂ = v / (1 − {a}^{d}) = {e}",
        "v = {a}⋅exp_avg_sq + {b}⋅grad² = {c}；v̂ = v / (1 − {a}^{d}) = {e}",
    ),
    "cells.note.rmsprop-v": (
        "v = {a}⋅square_avg + {b}⋅grad² = {c}",
        "v = {a}⋅square_avg + {b}⋅grad² = {c}",
    ),
    "cells.note.decay": (
        "weight decay: {a}⋅{b} is added to the gradient first",
        "权重衰减：先把 {a}⋅{b} 加到梯度上",
    ),
    "cells.note.maximize": ("maximize: the gradient's sign is turned", "maximize：梯度变号"),
    "cells.note.earlier": ("this was in iteration {a}", "这发生在第 {a} 次迭代"),
    "cells.note.given": ("{a} comes from the data", "{a} 来自数据"),
    "cells.note.init": (
        "so it was at init; nothing has changed it since",
        "init 时就是这个值，之后没有变过",
    ),
    "cells.note.filled": ("no operand's number is here: {a} is", "此处不是任何操作数，而是 {a}"),
    "cells.note.row": ("row {a} of {b}, as it is", "就是 {b} 的第 {a} 行"),
    "cells.note.padding-row": (
        "row {a} is padding_idx: it gets no gradient",
        "第 {a} 行是 padding_idx：没有梯度",
    ),
    "cells.note.taken": ("row {a} was taken {b} times", "第 {a} 行被取用 {b} 次"),
    "cells.note.norm-mean": ("mean of {a} numbers: {b}", "{a} 个数的均值：{b}"),
    "cells.note.norm-var": ("var, over n: {a}; ε = {b}", "方差 var（除以 n）：{a}；ε = {b}"),
    "cells.note.norm-rms": ("mean(x²) = {a}; ε = {b}", "mean(x²) = {a}；ε = {b}"),
    "cells.note.normalised": (
        "x̂: the input, normalised with its own sample's statistics",
        "x̂：用各样本自己的统计量归一化后的输入",
    ),
    "cells.note.attended": (
        "it sees {a} of {b} keys; their weights sum to 1",
        "它能看到 {b} 个键中的 {a} 个；权重之和为 1",
    ),
    "cells.note.attention-g": (
        "g is {a}; g_i⋅v_j is a product over the features",
        "g 是 {a}；g_i⋅v_j 是对特征求和的乘积",
    ),
    "cells.note.weights-dropped": (
        "dropout took {a} of them away and divided the others by 1 − {b}",
        "dropout 去掉了其中 {a} 个，其余除以 1 − {b}",
    ),
    "cells.note.gates": ("gates of this step: {a}", "这一步的门：{a}"),
    "cells.note.carried": ("c before this step: {a}", "这一步之前的 c：{a}"),
    "cells.note.carried-now": (
        "c before this step: {a}; after it: {b}",
        "这一步之前的 c：{a}；之后：{b}",
    ),
    "cells.note.masked": ("query {b} may not see key {a}", "查询 {b} 看不到键 {a}"),
    "cells.note.weights": ("{a} numbers, by the weights w = {b}", "{a} 个数，权重 w = {b}"),
    "cells.note.mask-unknown": (
        "the input is 0: whether it was dropped cannot be known from the output",
        "输入为 0：从输出看不出它是否被丢弃",
    ),
    "cells.note.no-arithmetic": (
        "lenet-tui has no formula for {a}: only its operands are shown",
        "lenet-tui 没有 {a} 的算式：只列出操作数",
    ),
    "cells.note.partial": (
        "and what {a} adds, which is not known",
        "另加 {a} 的一份，其算法未知",
    ),
    "cells.note.through-time": (
        "δ: the gradient on what a gate is computed from, in float64, from {a} back through"
        " {b} steps; torch does not hand it out",
        "δ：各门激活前的和的梯度，用 float64 从 {a} 沿 {b} 步反传而得；torch 并不给出它",
    ),
    "cells.note.through-cell": (
        "δ: the gradient on what a gate is computed from, in float64, from {a}; torch does not"
        " hand it out",
        "δ：各门激活前的和的梯度，用 float64 由 {a} 算得；torch 并不给出它",
    ),
    "cells.note.two-slopes": (
        "ε: the same on U⋅h + b′, which differs in n: there it is multiplied by r",
        "ε：对 U⋅h + b′ 的同样的梯度，只在 n 处不同：那里乘以 r",
    ),
    "cells.note.heads": (
        "{a} heads over {b} keys, worked out in float64: torch does not hand them out",
        "{a} 个头、{b} 个键，用 float64 算出：torch 并不给出它们",
    ),
    "cells.note.through-heads": (
        "worked out in float64 from {a}, through the heads; torch does not hand that out",
        "用 float64 从 {a} 经各个头算出；torch 并不给出中间的数",
    ),
    "cells.note.all-hidden": (
        "a query that may not see any key is not worked out",
        "看不到任何键的查询不作推算",
    ),
    "cells.note.dropout-within": (
        "which of the weights dropout let through is not known: only a backward shows it",
        "不知道 dropout 放行了哪些权重：反向传播时才看得出",
    ),
    "cells.note.too-large": (
        "too many numbers are inside of it to work them out for one",
        "其中的数太多，不为一个数逐一推算",
    ),
    "cells.note.recomputed": (
        "states of all levels but the last are worked out in float64: torch does not hand them out",
        "除最后一层外，各层的状态用 float64 算出：torch 并不给出它们",
    ),
    "cells.note.projected": (
        "a layer with a projection (proj_size) is not worked out",
        "带投影（proj_size）的层不作推算",
    ),
    "cells.note.dropout-between": (
        "what dropout let through between the levels is not known: only a backward shows it",
        "不知道层间的 dropout 放行了哪些数：反向传播时才看得出",
    ),
    "cells.note.too-long": (
        "too many steps and units to work out for one number",
        "步数和单元太多，不为一个数逐一推算",
    ),
    "cells.note.too-loose": (
        "rounding may come to {a} % of its terms over so many steps: that would prove nothing",
        "经过这么多步，舍入可能达到各项之和的 {a} %：这证明不了什么",
    ),
    "cells.note.complex": (
        "a complex number: this is its real part, the imaginary part is {a}",
        "这是复数：此处为实部，虚部为 {a}",
    ),
    "cells.note.wrote": (
        "the forward itself wrote this number, at {a}: how is not followed",
        "前向传播自己在 {a} 处写入了这个数：如何得到没有追踪",
    ),
    "cells.note.by-hand": (
        "set by hand: edit {a} in iteration {b}",
        "手动设置：第 {b} 次迭代中的修改 {a}",
    ),
    "cells.note.drawn": (
        "set by hand before this iteration: {a}",
        "本次迭代之前手动设置：{a}",
    ),
    "cells.note.no-difference": (
        "no central difference: the model cannot be run again with the same result",
        "没有中心差分：模型无法再次运行出同样的结果",
    ),
}
"""``{a}``, ``{b}``, ``{c}``: what a note brings along, in its order."""


def note_lines(words: Words, notes: Iterable[tuple[str, tuple[str, ...]]]) -> list[str]:
    """A line for each note of an explanation."""
    lines = []
    for key, values in notes:
        shown = (" ← ".join(reversed(values)),) if key == "chain" else values
        named = {name: clean(v) for name, v in zip("abcdef", shown, strict=False)}
        lines.append(words(f"cells.note.{key}", **named))
    return lines


def is_proved(explanation: Explanation) -> bool:
    """Whether the number was compared with a sum at all."""
    unproved = ("no-arithmetic", "complex", "partial")
    return not any(key in unproved for key, _ in explanation.notes)


def verdict(words: Words, explanation: Explanation) -> str:
    """What the proof says, in a line."""
    if not is_proved(explanation):
        partial = any(key == "partial" for key, _ in explanation.notes)
        return words("cells.partial" if partial else "cells.unproved")
    if explanation.op in ("init", "data", "edit"):
        return words("cells.given")
    if explanation.checked and explanation.ulp == 0:
        return words("cells.exact")
    key = "cells.checked" if explanation.checked else "cells.off"
    ulp, bound = number(explanation.ulp, 3), number(explanation.bound, 3)
    return words(key, ulp=ulp, bound=bound, kind=explanation.precision)


def difference_line(words: Words, explanation: Explanation) -> str | None:
    """The central difference and how far torch's value is from it, if there is one."""
    found = explanation.difference
    if found is None:
        return None
    off = number(abs(explanation.value - found), 2)
    shown = {"value": number(found, 9), "torch": number(explanation.value, 9)}
    return words("cells.difference", **shown, off=off)
