"""Words of device parity: the same iteration in two places, and where they part."""

from __future__ import annotations

from lenet_tui.text.notice import Table

PARITY: Table = {
    "dialog.parity.title": ("Device parity", "设备一致性"),
    "dialog.parity.keys": ("enter show that tensor   escape close", "回车 查看该张量   Esc 关闭"),
    "parity.keys": (
        "enter show that tensor   tab, enter compare with another   escape close",
        "回车 查看该张量   Tab、回车 换一处对比   Esc 关闭",
    ),
    "parity.running": ("running the iteration in both places …", "正在两处运行这次迭代…"),
    "parity.facts": (
        "iteration {iteration}, seed {seed}, batch {batch}",
        "第 {iteration} 次迭代，种子 {seed}，批量大小 {batch}",
    ),
    "parity.with": ("{reference}  compared with", "{reference}  对比"),
    "parity.past": (
        "First op outside tolerance: {entry} in {phase}; {past} of {count} elements, the furthest "
        "at {share} times its tolerance. Of {n} ops, {many} are outside.",
        "首个超出容差：{phase} 中的 {entry}；{count} 个元素中有 {past} 个，"
        "最远者为其容差的 {share} 倍。共 {n} 个算子，{many} 个超出。",
    ),
    "parity.within": (
        "All {n} ops are within tolerance. The furthest, {entry} in {phase}, takes {share} of its "
        "tolerance.",
        "全部 {n} 个算子都在容差之内。最远的是 {phase} 中的 {entry}，占其容差的 {share}。",
    ),
    "parity.equal": ("All {n} ops gave equal numbers.", "全部 {n} 个算子结果相等。"),
    "parity.drew": (
        "It uses random numbers: each device draws its own.",
        "它使用随机数：各设备各自抽取。",
    ),
    "parity.missing": ("not run there", "对方未运行"),
    "parity.shapes": ("other shape there", "对方形状不同"),
    "parity.op": ("op", "算子"),
    "parity.shape": ("shape", "形状"),
    "parity.difference": ("max |difference|", "最大 |差|"),
    "parity.difference.short": ("max |diff|", "最大 |差|"),
    "parity.relative": ("of max |x|", "占最大 |x|"),
    "parity.share": ("of tolerance", "占容差"),
    "parity.tolerance": (
        "x: the value on {reference}. Tolerance of an element: {absolute} + {relative} ⋅ |x|, "
        "torch.testing's for float32.",
        "x：{reference} 的数值。每个元素的容差：{absolute} + {relative} ⋅ |x|，"
        "即 torch.testing 对 float32 的默认值。",
    ),
}
