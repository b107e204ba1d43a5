"""Words of the finding on the axis of attention's weights."""

from __future__ import annotations

from lenet_tui.text.notice import Table

ATTENTION: Table = {
    "findings.attention-axis.title": (
        "Attention's softmax goes over axis {axis} of {scores}, the queries",
        "注意力的 softmax 沿 {scores} 的第 {axis} 轴（查询）计算",
    ),
    "findings.attention-axis.why": (
        "The values are summed over axis {summed} at {read_at}, along which the weights sum to"
        " {least} up to {most}, not to 1. It is meant where queries compete for inputs, as"
        " slots do.",
        "{read_at} 处沿第 {summed} 轴对值求和，而权重沿该轴之和为 {least} 到 {most}，并非 1。"
        "仅当本意是让查询争夺输入（如 slot attention）时才是这样。",
    ),
    "findings.attention-axis.fix": (
        "softmax(dim=-1) over the keys, if each query is to have an average of the values.",
        "若每个查询应得到值的加权平均，请沿键计算：softmax(dim=-1)。",
    ),
    "findings.attention-axis.masked.title": (
        "Attention's softmax goes over axis {axis} of {scores}, the queries, behind a mask",
        "注意力的 softmax 在掩码之后沿 {scores} 的第 {axis} 轴（查询）计算",
    ),
    "findings.attention-axis.masked.why": (
        "The mask hides inputs from some queries, yet a query's weights now depend on those of the"
        " queries that see more: what was hidden comes back. The values are summed over axis"
        " {summed} at {read_at}, along which the weights sum to {least} up to {most}, not to 1.",
        "掩码对部分查询隐藏了输入，但此时一个查询的权重取决于看得更多的其他查询：被隐藏的内容又泄漏"
        "回来。{read_at} 处沿第 {summed} 轴对值求和，"
        "而权重沿该轴之和为 {least} 到 {most}，并非 1。",
    ),
    "findings.attention-axis.masked.fix": (
        "softmax(dim=-1): over the keys, for each query.",
        "softmax(dim=-1)：对每个查询沿键计算。",
    ),
    "findings.attention-axis.heads.title": (
        "Attention's softmax goes over axis {axis} of {scores}, heads or samples",
        "注意力的 softmax 沿 {scores} 的第 {axis} 轴（头或样本）计算",
    ),
    "findings.attention-axis.heads.why": (
        "The product at {read_at} takes that axis for independent ones, and sums the values over"
        " axis {summed}, along which the weights sum to {least} up to {most}, not to 1. The scores"
        " were made at {scores_at}.",
        "{read_at} 处的乘法把该轴视为彼此独立，并沿第 {summed} 轴对值求和，"
        "而权重沿该轴之和为 {least} 到 {most}，并非 1。分数来自 {scores_at}。",
    ),
    "findings.attention-axis.heads.fix": (
        "softmax(dim=-1): over the keys. Without dim, torch takes axis 0 of three, else axis 1.",
        "softmax(dim=-1)：沿键计算。不给 dim 时，torch 对三维取第 0 轴，否则取第 1 轴。",
    ),
}
