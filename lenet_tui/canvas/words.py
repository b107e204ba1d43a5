"""What the canvas says."""

from __future__ import annotations

from lenet_tui.text.notice import Table

CANVAS: Table = {
    "canvas.title": ("Draw the input", "手绘输入"),
    "canvas.head": (
        "{shape} · pixels {low} (empty) to {high}",
        "{shape} · 像素从 {low}（空）到 {high}",
    ),
    "canvas.sample": (
        "sample {sample} of {count}, from 0",
        "{count} 个样本中第 {sample} 个（从 0 起）",
    ),
    "canvas.outputs": ("Outputs", "输出"),
    "canvas.columns": ("class: softmax, output", "类别：softmax、输出"),
    "canvas.predicted": ("predicted: {label} with {share}", "预测：{label}，概率 {share}"),
    "canvas.asking": ("the model is at work …", "模型正在计算…"),
    "canvas.at": ("weights after {phase} of iteration {n}", "第 {n} 次迭代中 {phase} 之后的权重"),
    "canvas.train": (
        "the model is in train mode, as the next forward has it",
        "模型处于 train 模式，与下一次 forward 相同",
    ),
    "canvas.eval": (
        "the model is in eval mode, as the next forward has it",
        "模型处于 eval 模式，与下一次 forward 相同",
    ),
    "canvas.drew": (
        "it draws random numbers (dropout): here those of the next forward",
        "它会抽取随机数（dropout）：此处与下一次 forward 相同",
    ),
    "canvas.size": (
        "{rows} rows high, the data's {sample}: f scales it",
        "高 {rows} 行，而数据中高 {sample} 行：按 f 变为同高",
    ),
    "canvas.pixel": (
        "pixel [{row},{col}] = {value}   brush {size}   {pen}",
        "像素 [{row},{col}] = {value}   画笔 {size}   {pen}",
    ),
    "canvas.pen.up": ("pen up", "抬笔"),
    "canvas.pen.paints": ("pen down: paints", "落笔：绘制"),
    "canvas.pen.erases": ("pen down: erases", "落笔：擦除"),
    "canvas.keys": (
        "arrows move   space paint   e erase   p pen   + - brush   mouse draws, right button erases"
        "   shift+arrows move picture   c centre   f data's size   x clear   u undo   g sample"
        "   b batch's   enter next input   escape close",
        "方向键 移动   空格 绘制   e 擦除   p 落笔   + - 画笔   鼠标绘制，右键擦除"
        "   shift+方向键 平移   c 居中   f 与数据同大   x 清空   u 撤销   g 取样本   b 取批量样本"
        "   回车 作为下一输入   Esc 关闭",
    ),
    "canvas.nothing": ("nothing to undo", "没有可撤销的操作"),
    "canvas.small": (
        "the canvas needs 60 columns and 20 rows; there are {width} and {height}",
        "画布需要 60 列 20 行；现有 {width} 列 {height} 行",
    ),
    "dialog.canvas-sample.title": ("A sample to draw on", "以样本为起点"),
    "dialog.canvas-sample.keys": ("enter take it   escape close", "回车 取用   Esc 关闭"),
    "canvas-sample.help": (
        "Its number in the data, the test samples among them.",
        "样本在数据中的编号，包括测试样本。",
    ),
    "dialog.canvas-target.title": ("Which class is it?", "它是哪一类？"),
    "dialog.canvas-target.keys": (
        "enter use it as the next input   escape close",
        "回车 作为下一次的输入   Esc 关闭",
    ),
    "canvas-target.help": (
        "The target, 0 to {last}: the loss compares the output with it.",
        "目标，0 到 {last}：损失会将输出与它比较。",
    ),
}
