"""Why a text is no layer of the lab, no shape or no index."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "lab:wanted-layer": (
        "a layer, such as Conv2d(1, 6, 5, stride=2)",
        "应为一个层，例如 Conv2d(1, 6, 5, stride=2)",
    ),
    "lab:wanted-value": (
        "a number, a tuple such as (3, 5), or a word",
        "应为一个数、一个元组如 (3, 5)，或一个词",
    ),
    "lab:the-value": ("the value", "该值"),
    "lab:no-call": (
        "{text} is not a call of a layer, such as Conv2d(1, 6, 5, stride=2)",
        "{text} 不是对层的调用，例如 Conv2d(1, 6, 5, stride=2)",
    ),
    "lab:too-many-arguments": (
        "{kind} takes at most {most} arguments by position, not {count}",
        "{kind} 最多接受 {most} 个位置参数，不能是 {count} 个",
    ),
    "lab:no-stars": (
        "** means nothing here: give each argument by name",
        "这里不能用 **：请按名字给出每个参数",
    ),
    "lab:no-argument": ("{kind} has no argument {name}: {hint}", "{kind} 没有参数 {name}：{hint}"),
    "lab:no-layer": ("the lab has no layer {name}: {hint}", "实验室没有层 {name}：{hint}"),
    "lab:did-you-mean": ("did you mean {name}?", "是否指 {name}？"),
    "lab:one-of": ("one of {allowed}", "可选 {allowed}"),
    "lab:twice": ("{kind} is given {name} twice", "{kind} 的 {name} 给了两次"),
    "lab:needs": ("{kind} needs {name}", "{kind} 需要 {name}"),
    "lab:fixed": (
        "{name} stays None in the lab: it computes in float32",
        "{name} 在实验室中保持 None：计算用 float32",
    ),
    "lab:empty": (
        "{name} is empty: give a number, a tuple such as (3, 5), or a word",
        "{name} 为空：应为一个数、一个元组如 (3, 5)，或一个词",
    ),
    "lab:long-shape": (
        "the input shape is {count} characters long: numbers from 0 with commas, such as 1,3,32,32",
        "输入形状长达 {count} 个字符：应为从 0 起、以逗号分隔的数，例如 1,3,32,32",
    ),
    "lab:unreadable-shape": (
        "the input shape {text} cannot be read: numbers from 0 with commas, such as 1,3,32,32",
        "无法读取输入形状 {text}：应为从 0 起、以逗号分隔的数，例如 1,3,32,32",
    ),
    "lab:many-dimensions": (
        "{count} dimensions are more than the lab allows ({most})",
        "{count} 个维度超过实验室的上限（{most}）",
    ),
    "lab:large-size": (
        "a size in the input shape is above {most}",
        "输入形状中有一个大小超过 {most}",
    ),
    "lab:long-text": (
        "the text is {count} characters long: {wanted}",
        "文本长达 {count} 个字符：{wanted}",
    ),
    "lab:unreadable-because": (
        "{text} cannot be read ({why}): {wanted}",
        "无法读取 {text}（{why}）：{wanted}",
    ),
    "lab:unreadable": ("{text} cannot be read: {wanted}", "无法读取 {text}：{wanted}"),
    "lab:no-layer-before-bracket": (
        "there is no layer before the bracket; use one of {allowed}",
        "括号前没有层：可选 {allowed}",
    ),
    "lab:must-be": (
        "{name} must be a number, a tuple of numbers, a word in quotes or a bool",
        "{name} 须为一个数、由数组成的元组、带引号的词或布尔值",
    ),
    "lab:beyond": (
        "{name} is beyond what the lab allows: at most {most}",
        "{name} 超出实验室的范围：最大 {most}",
    ),
    "lab:no-output": ("there is no output", "没有输出"),
    "lab:index-length": (
        "{count} numbers, but the output has {dimensions} dimensions",
        "给了 {count} 个数，而输出有 {dimensions} 个维度",
    ),
    "lab:index-outside": ("{i} is outside 0 … {last}", "{i} 超出 0 … {last}"),
}
