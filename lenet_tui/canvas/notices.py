"""Why the canvas has no picture, or no outputs."""

NOTICES = {
    "canvas:too-large": (
        "a picture with more than {most} pixels a side is too large for the canvas",
        "每边超过 {most} 个像素的图像对画布来说太大",
    ),
    "canvas:compiled": (
        "a compiled model is not run beside the session: its outputs are not shown here",
        "编译过的模型不在会话之外运行：此处不显示其输出",
    ),
    "canvas:failed": (
        "the model cannot be run on the picture beside the session: {why}",
        "无法在会话之外用此图像运行模型：{why}",
    ),
    "canvas:not-classes": (
        "the model's output is not a row of classes for each sample",
        "模型的输出不是每个样本一行类别",
    ),
    "canvas:no-numbers": (
        "only the samples of digits and of a file of images have numbers",
        "只有 digits 和图像文件的样本有编号",
    ),
    "canvas:no-such-sample": ("samples are numbered 0 to {last}", "样本编号为 0 到 {last}"),
    "canvas:no-number": ("{text!r} is not a number of a sample", "{text!r} 不是样本编号"),
    "canvas:no-target": (
        "{text!r} is not a class: 0 to {last}",
        "{text!r} 不是类别：应为 0 到 {last}",
    ),
}
