"""The notices that reject what a person would change of an input or a parameter."""

BY_HAND = {
    "training:no-single-input": (
        "the input is not one tensor: its numbers cannot be edited",
        "输入不是单个张量：不能修改其中的数",
    ),
    "training:no-picture-input": (
        "only the input of a model that takes one grey picture, N×1×H×W, can be drawn",
        "只有接收单张灰度图像（N×1×H×W）的模型，才能手绘输入",
    ),
    "training:no-sample": (
        "no sample {sample}: the next batch has {count}, from 0",
        "没有样本 {sample}：下一个批量有 {count} 个，从 0 起",
    ),
    "training:other-picture": (
        "the picture has {count} pixels, and the input takes {size}",
        "图像有 {count} 个像素，而输入需要 {size}",
    ),
    "training:no-element": (
        "{name} has no element {index}: its shape is {size}",
        "{name} 没有元素 {index}：其形状为 {size}",
    ),
    "training:whole-number": (
        "{name} holds whole numbers ({dtype}), not {value}",
        "{name} 存的是整数（{dtype}），不能是 {value}",
    ),
    "training:no-class-target": (
        "the target is not a class: leave it as it is, with - for the target",
        "目标不是类别：请用 - 表示目标不变",
    ),
}
