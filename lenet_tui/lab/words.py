"""Words of the layer lab."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import prose

LAB: Table = {
    "lab.title": ("Layer lab", "层实验室"),
    "lab.form": ("Layer", "层"),
    "lab.kind": ("layer", "层"),
    "lab.input": ("input", "输入"),
    "lab.fill": ("input values", "输入值"),
    "lab.output": ("output", "输出"),
    "lab.formula": ("formula", "公式"),
    "lab.parameters": ("parameters", "参数"),
    "lab.weight": ("weight", "权重"),
    "lab.indices": ("indices", "下标"),
    "lab.bias": ("bias", "偏置"),
    "lab.no-weights": ("no parameters: a pool learns nothing", "没有参数：池化层不学习"),
    "lab.asking": ("asking torch…", "正在询问 torch…"),
    "lab.agrees": ("torch agrees", "与 torch 一致"),
    "lab.by-torch": ("by torch", "来自 torch"),
    "lab.words": ("embedding × length", "嵌入维度 × 长度"),
    "lab.channels": ("channel × length", "通道 × 长度"),
    "lab.samples": ("sample × feature", "样本 × 特征"),
    "lab.refused": ("torch raises an error", "torch 报错"),
    "lab.meta": ("shape only", "只有形状"),
    "lab.too-large": (
        "too large to run here: the shapes are from torch's meta device, there are no values",
        "太大，无法在此运行：形状来自 torch 的 meta 设备，没有数值",
    ),
    "lab.warns": ("torch warns: {line}", "torch 警告：{line}"),
    "lab.no-window": ("no window to draw", "没有可画的窗口"),
    "lab.reads": ("{name} reads {count} cells", "{name} 读取 {count} 个元素"),
    "lab.reads.one": ("{name} reads 1 cell", "{name} 读取 1 个元素"),
    "lab.sum": ("{count} products", "{count} 个乘积"),
    "lab.sum.one": ("1 product", "1 个乘积"),
    "lab.differs": ("differs", "不同"),
    "lab.minus-inf": (
        "and {count} of padding, which count as −∞",
        "以及 {count} 个填充元素，视为 −∞",
    ),
    "lab.index": (
        "index {flat} = {row}×{width} + {col}: row {row}, column {col}",
        "下标 {flat} = {row}×{width} + {col}：第 {row} 行，第 {col} 列",
    ),
    "lab.groups": ("groups, in → out:", "分组，输入 → 输出："),
    "lab.about": ("Explain", "说明"),
    "lab.legend.read": ("read", "被读取"),
    "lab.legend.padding": ("padding", "填充"),
    "lab.legend.copies": ('" copies *', '" 复制自 *'),
    "lab.less": ("less 1 that would start past the input", "减去从输入之后开始的 1 个"),
    "lab.legend.hole": ("hole", "空洞"),
    "lab.legend.winner": ("largest", "最大"),
    "lab.copied": ("copied: {line}", "已复制：{line}"),
    "lab.keys": (
        "esc leave  tab call, form  n next  N back  arrows move  p play  e explain, keys  "
        "c channel  i input channel  y copy  v numbers  o output  g go to  r ramp/random  "
        "L language",
        "esc 离开  tab 调用行、表单  n 下一个  N 上一个  方向键 移动  p 播放  e 说明与按键  "
        "c 通道  i 输入通道  y 复制  v 数值  o 输出  g 转到  r 输入值  L 语言",
    ),
    "lab.keys.form": (
        "esc to the picture  up down field  PgUp PgDn change by 1  left right choose  "
        "F10 next cell  F5 play  F9 copy",
        "Esc 回到图  上下 换字段  PgUp PgDn 加减 1  左右 选择  F10 下一个元素  F5 播放  F9 复制",
    ),
    "dialog.lab-goto.title": ("Go to output cell", "转到输出元素"),
    "dialog.lab-goto.keys": ("enter go   escape close", "回车 前往   Esc 关闭"),
    "lab-goto.help": (
        "Its index, or the last numbers of it. The output is {shape}.",
        "元素的下标，或下标的后几位。输出形状为 {shape}。",
    ),
    "lab.about.Conv1d": prose(
        """
        Conv1d on text: the input is (batch, embedding dimension, length). Each row here is one
        embedding dimension, which is a channel; each column is one word of the sentence.

        The kernel covers every row of its group and kernel_size words at a time, and slides along
        the length only. So each output channel looks for one pattern of kernel_size words.

        nn.Embedding gives (batch, length, embedding dimension): swap the last two with
        x.permute(0, 2, 1) before the convolution. Forgetting it makes words into channels, and
        torch says that the channels do not fit.

        L_out = floor((L + 2×padding − dilation×(kernel_size − 1) − 1) / stride + 1)
        """,
        """
        文本上的 Conv1d：输入为（批量, 嵌入维度, 长度）。这里每一行是一个嵌入维度，也就是一个通道；
        每一列是句子中的一个词。

        卷积核一次覆盖本组的所有行和 kernel_size 个词，只沿长度方向滑动。
        因此每个输出通道寻找一种由 kernel_size 个词组成的模式。

        nn.Embedding 给出（批量, 长度, 嵌入维度）：卷积之前要用 x.permute(0, 2, 1) 交换后两维。
        忘记交换就会把词当作通道，torch 会说通道数不符。

        L_out = floor((L + 2×padding − dilation×(kernel_size − 1) − 1) / stride + 1)
        """,
    ),
    "lab.about.Conv2d": prose(
        """
        Each output cell is the sum of the products of the kernel and the cells under it, over all
        input channels of its group, plus a bias. What is called convolution here is
        cross-correlation: the kernel is not flipped.

        stride is how far the window moves between output cells; dilation leaves holes between the
        cells it reads; padding adds cells around the input: zeros, or copies of input cells
        (reflect mirrors without the edge, replicate repeats the edge, circular goes on at the
        other end). A number with = at the edge says which row or column is copied.

        groups splits the channels: output channels of a group see only its own input channels.
        With groups = in_channels each channel is filtered by itself (depthwise).

        H_out = floor((H + 2×padding − dilation×(kernel_size − 1) − 1) / stride + 1), W likewise.
        """,
        """
        每个输出元素是卷积核与其下方元素的乘积之和，对本组的所有输入通道求和，再加偏置。
        这里所说的卷积其实是互相关：卷积核不翻转。

        stride 是相邻输出元素之间窗口移动的距离；dilation 在读取的元素之间留出空洞；
        padding 在输入周围添加元素：零，或输入元素的副本（reflect 以边缘为轴镜像，
        replicate 重复边缘，circular 从另一端继续）。边上带 = 的数字表示复制的是哪一行或列。

        groups 把通道分组：一组的输出通道只看到本组的输入通道。
        groups = in_channels 时每个通道单独滤波（深度卷积）。

        H_out = floor((H + 2×padding − dilation×(kernel_size − 1) − 1) / stride + 1)，W 同理。
        """,
    ),
    "lab.about.MaxPool2d": prose(
        """
        Each output cell is the largest cell under the window, in each channel separately.
        Without stride the windows stand side by side (stride = kernel_size).

        Padding counts as −∞ and never wins; it may be at most half of the window. ceil_mode adds
        the last, incomplete window, unless it would start in the padding after the input.

        return_indices also gives where each largest value was: row × width + column within the
        channel. Backward sends the whole gradient there; of equal cells the first wins.
        """,
        """
        每个输出元素是窗口下最大的元素，各通道分别计算。
        不给 stride 时窗口紧挨着排列（stride = kernel_size）。

        填充视为 −∞，永远不会胜出，且最多为窗口的一半。ceil_mode 会加上最后不完整的窗口，
        除非它从输入之后的填充处开始。

        return_indices 还给出每个最大值的位置：通道内的 行 × 宽 + 列。
        反向传播时全部梯度送到那里；相等的元素中第一个胜出。
        """,
    ),
    "lab.about.Linear": prose(
        """
        y = x Wᵀ + b: each output feature is the sum of all input features, each times its own
        weight, plus a bias. Nothing slides: the window is the whole row.

        W is (out_features, in_features), so there are out_features × in_features weights. Only
        the last size of the input must be in_features; the sizes before it are samples, each
        treated alike.

        After a convolution the channels, rows and columns must be flattened first: LeNet's
        16×5×5 gives in_features = 400.
        """,
        """
        y = x Wᵀ + b：每个输出特征是所有输入特征乘以各自权重之和，再加偏置。
        没有滑动：窗口就是整行。

        W 的形状为（out_features, in_features），因此有 out_features × in_features 个权重。
        只有输入的最后一维必须是 in_features；前面的各维都是样本，处理方式相同。

        在卷积之后要先把通道、行和列展平：LeNet 的 16×5×5 给出 in_features = 400。
        """,
    ),
}
