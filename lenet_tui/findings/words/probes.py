"""Words of the probes: what each does, what each of its verdicts means, and its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lenet_tui.findings.finding import Finding
from lenet_tui.findings.probes import OVERFIT, ProbeAnswer
from lenet_tui.protocol.phases import UPDATE
from lenet_tui.text.notice import Table
from lenet_tui.text.numbers import figure
from lenet_tui.text.words import Words

PROBES: Table = {
    "probe.undone": ("undone to the bit", "已逐位撤销"),
    "probe.unknown": ("not known", "未知"),
    "probe.overfit": ("Overfit this batch", "在此批量上过拟合"),
    "probe.overfit.overfits": (
        "It can: the loss went from {first} to {last} in {steps} steps (the least: {floor}).",
        "可以：{steps} 步内损失从 {first} 降到 {last}（最小值：{floor}）。",
    ),
    "probe.overfit.falls": (
        "It falls, not to the least yet: from {first} to {last} in {steps} steps (the least:"
        " {floor}).",
        "在下降，但尚未到最小值：{steps} 步内从 {first} 到 {last}（最小值：{floor}）。",
    ),
    "probe.overfit.stuck": (
        "It cannot: {steps} steps on one batch took the loss from {first} only to {last}.",
        "不能：在同一批量上走 {steps} 步，损失只从 {first} 到 {last}。",
    ),
    "probe.overfit.diverges": (
        "It diverges: from {first} to {last} in {steps} steps.",
        "发散：{steps} 步内从 {first} 到 {last}。",
    ),
    "probe.overfit.several-losses": (
        "The step has several losses: the one it returns went from {first} to {last} in {steps}"
        " steps.",
        "此步有多个损失：它返回的那个在 {steps} 步内从 {first} 到 {last}。",
    ),
    "probe.zeroed-input": ("Zeroed input", "输入置零"),
    "probe.zeroed-input.looks": (
        "The input matters: the loss is {real} with it, {zeroed} with zeros in its place.",
        "输入起作用：用它时损失为 {real}，换成零后为 {zeroed}。",
    ),
    "probe.zeroed-input.blind": (
        "The input makes no difference: the loss is {real} with it, and {zeroed} with zeros in its"
        " place, after {steps} steps of training too.",
        "输入不起作用：用它时损失为 {real}，换成零后为 {zeroed}，各训练 {steps} 步后也一样。",
    ),
    "probe.zeroed-input.looks.whole": (
        "The input matters: the loss is {real} with it, {zeroed} with its first number everywhere.",
        "输入起作用：用它时损失为 {real}，处处换成它的第一个数后为 {zeroed}。",
    ),
    "probe.zeroed-input.blind.whole": (
        "The input makes no difference: the loss is {real} with it, and {zeroed} with its first"
        " number everywhere, after {steps} steps of training too.",
        "输入不起作用：用它时损失为 {real}，处处换成它的第一个数后为 {zeroed}，"
        "各训练 {steps} 步后也一样。",
    ),
    "probe.shuffled-labels": ("Shuffled labels", "打乱标签"),
    "probe.shuffled-labels.matter": (
        "The labels matter: loss {real}, with {moved} of them exchanged {shuffled}.",
        "标签起作用：损失 {real}，交换其中 {moved} 个后 {shuffled}。",
    ),
    "probe.shuffled-labels.ignored": (
        "The labels do not matter: with {moved} of them exchanged the loss is the same {real}.",
        "标签不起作用：交换其中 {moved} 个后损失同为 {real}。",
    ),
    "probe.train-against-eval": ("Train against eval", "train 与 eval 对比"),
    "probe.train-against-eval.same": (
        "All {ops} ops give the same in both modes.",
        "全部 {ops} 个算子在两种模式下结果相同。",
    ),
    "probe.train-against-eval.differs": (
        "{where} ({op}) is the first to differ, by {difference} at most; the output by {output}.",
        "{where}（{op}）最先不同，最多相差 {difference}；输出相差 {output}。",
    ),
    "probe.batch-independence": ("Batch independence", "批内独立性"),
    "probe.batch-independence.independent": (
        "With sample {changed} replaced, the output of no other of {batch} samples changes.",
        "替换样本 {changed} 后，{batch} 个样本中其他样本的输出都不变。",
    ),
    "probe.batch-independence.mixes": (
        "With sample {changed} replaced, {moved} other samples change, by {difference} at most:"
        " from {where} ({op}) on.",
        "替换样本 {changed} 后，另外 {moved} 个样本改变，最多 {difference}：从 {where}（{op}）起。",
    ),
    "probe.batch-independence.statistics": (
        "With sample {changed} replaced, {moved} other samples change, by statistics over the batch"
        " or a choice among samples: {where} ({op}).",
        "替换样本 {changed} 后，另外 {moved} 个样本改变，由批量统计或样本间的选择引起："
        "{where}（{op}）。",
    ),
    "probe.step-size": ("Smaller and larger step", "更小与更大的步"),
    "probe.step-size.fits": (
        "The step fits: loss {before} before, {after} after; lowest at {best}× the update.",
        "步子合适：之前损失 {before}，之后 {after}；在更新的 {best} 倍处最小。",
    ),
    "probe.step-size.too-large": (
        "The step is too large: loss {before} before, {after} after; lowest at {best}× the update.",
        "步子过大：之前损失 {before}，之后 {after}；在更新的 {best} 倍处最小。",
    ),
    "probe.step-size.could-be-larger": (
        "A larger step would gain more here: loss {before} before, {after} after; lowest at {best}×"
        " the update.",
        "更大的步在此收益更多：之前损失 {before}，之后 {after}；在更新的 {best} 倍处最小。",
    ),
    "probe.step-size.uphill": (
        "The step does not lower the loss on this batch: {before} before, {after} after.",
        "这一步没有降低此批量的损失：之前 {before}，之后 {after}。",
    ),
    "probe.step-size.not-repeatable": (
        "The loss does not come out the same twice ({before} at first): the step cannot be judged.",
        "损失两次计算结果不同（第一次为 {before}）：无法判断这一步。",
    ),
    "probe.series.loss": ("loss", "损失"),
    "probe.series.real": ("real", "真实"),
    "probe.series.zeroed": ("zeroed", "置零"),
    "probe.series.shuffled": ("shuffled", "打乱"),
    "probe.series.factor": ("× update", "× 更新"),
}


def verdict(answer: ProbeAnswer, words: Words) -> str:
    """What an answer says, in a sentence with its numbers."""
    values = {name: _spelled(value, words) for name, value in answer.numbers}
    if isinstance(best := dict(answer.numbers).get("best"), float):
        values["best"] = f"{best:g}"
    whole = ".whole" if dict(answer.numbers).get("whole") else ""
    key = f"probe.{answer.probe}.{answer.verdict}{whole}"
    return words(key, **values, where=answer.where)


def rows(answer: ProbeAnswer, words: Words) -> list[tuple[str, Sequence[float]]]:
    """The named rows of numbers of an answer."""
    return [(words(f"probe.series.{name}"), numbers) for name, numbers in answer.series]


def as_finding(answer: ProbeAnswer) -> Finding | None:
    """The finding that follows from an answer; ``None``: nothing is wrong by it."""
    if answer.probe != OVERFIT or answer.verdict not in ("stuck", "diverges"):
        return None
    numbers = dict(answer.numbers)
    evidence = {
        "before": numbers["first"], "after": numbers["last"], "steps": numbers["steps"],
        "floor": numbers["floor"],
    }  # fmt: skip
    return Finding("cannot-overfit", UPDATE.name, "", "", evidence)


def _spelled(value: object, words: Words) -> str:
    if value is None:
        return words("probe.unknown")
    if isinstance(value, (int, float)):
        return figure(value)
    return str(value)
