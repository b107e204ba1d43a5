"""Words of the transcript for people and of ``lenet-tui info``."""

from __future__ import annotations

from lenet_tui.app import all_words
from lenet_tui.text.notice import Table
from lenet_tui.text.words import Words

TRACE: Table = {
    "trace.iteration": ("iteration {n}", "第 {n} 次迭代"),
    "trace.parameters": ("{count} parameters in {tensors} tensors",
                         "{tensors} 个张量，共 {count} 个参数"),
    "trace.parameter": ("parameter", "参数"),
    "trace.shape": ("shape", "形状"),
    "trace.count": ("elements", "元素数"),
    "trace.op": ("op", "算子"),
    "trace.shapes": ("input → output", "输入 → 输出"),
    "trace.own": ("parameters", "参数个数"),
    "trace.norm": ("‖gradient‖", "‖梯度‖"),
    "trace.before": ("{name} before {phase}", "{phase} 之前的 {name}"),
    "trace.after": ("{name} after {phase}", "{phase} 之后的 {name}"),
    "trace.more": ("… {n} more", "…… 另有 {n} 个"),
    "trace.nodes": ("{n} autograd nodes ran; without the {leaves} AccumulateGrad at the leaves:",
                    "运行了 {n} 个 autograd 节点；除去叶子处的 {leaves} 个 AccumulateGrad："),
    "trace.path": ("the main path:", "主路径："),
    "trace.moved": ("{move}  →  iteration {iteration}, {phase}",
                    "{move}  →  第 {iteration} 次迭代，{phase}"),
    "trace.inside": ("op {op}", "第 {op} 个算子"),
    "trace.refused": ("rejected: {error}", "未执行：{error}"),
    "trace.stopped": ("stopped: {why}", "已停止：{why}"),
    "train.iterations": ("{count} iterations", "{count} 次迭代"),
    "train.iteration": ("iteration {n} of {total}", "第 {n} 次迭代，共 {total} 次"),
    "train.epoch": ("epoch {n} of {total}", "第 {n} 轮，共 {total} 轮"),
    "train.stopped": ("stopped after iteration {n}", "在第 {n} 次迭代后停止"),
    "train.written": ("{path} holds the session after iteration {n}",
                      "{path} 保存了第 {n} 次迭代后的会话"),
    "train.no-test": ("loss {loss} after iteration {n}; no data are held out",
                      "第 {n} 次迭代后损失 {loss}；没有留出的数据"),
    "held.position": ("position", "位置"),
    "held.where": ("{where}, of {end} recorded", "{where}，已记录到第 {end} 次"),
    "held.keyframes": ("keyframes", "关键帧"),
    "held.optimizer": ("optimizer", "优化器"),
    "held.schedule": ("schedule", "学习率计划"),
    "held.generators": ("generators", "随机数生成器"),
    "held.data": ("data", "数据"),
    "held.place": ("{epoch} epochs and {used} samples used at keyframe {n}",
                   "在关键帧 {n} 处已用 {epoch} 轮又 {used} 个样本"),
    "held.test": ("evaluation", "评估"),
    "held.loss": ("loss", "损失"),
    "held.made": ("made with", "生成环境"),
    "held.made-with": ("torch {torch}, {cpu}, threads: {threads}",
                       "torch {torch}，{cpu}，线程数 {threads}"),
    "held.saved": ("saved", "保存于"),
    "held.options": ("Options at its beginning", "开始时的选项"),
    "held.tensors": ("Tensors", "张量"),
    "held.name": ("name", "名称"),
    "held.dtype": ("dtype", "类型"),
    "held.shape": ("shape", "形状"),
    "held.count": ("elements", "元素数"),
    "held.grad": ("gradient", "梯度"),
    "held.state": ("the optimizer's", "优化器的状态"),
    "held.yes": ("yes", "有"),
    "held.buffer": ("buffer", "缓冲区"),
    "held.total": ("parameters", "参数合计"),
    "info.terminal": ("Terminal", "终端"),
    "info.size": ("size", "大小"),
    "info.cells": ("{columns}×{rows} cells", "{columns}×{rows} 字符"),
    "info.small": ("{columns}×{rows} cells: too small; at least 60×20, 80×24 shows all",
                   "{columns}×{rows} 字符：太小，至少需要 60×20，80×24 才能显示主要内容"),
    "info.colours": ("colours", "颜色"),
    "info.colours.truecolor": ("16.7 million", "1670 万"),
    "info.colours.256": ("256", "256"),
    "info.colours.standard": ("16", "16"),
    "info.colours.none": ("none: the sign is shown by marks", "无：正负以符号表示"),
    "info.encoding": ("encoding", "编码"),
    "info.unusable": ("no screen can be drawn here ({why}): lenet-tui prints a transcript instead",
                      "无法在此绘制界面（{why}）：lenet-tui 会改为输出文字记录"),
    "info.usable": ("lenet-tui can draw its screen here", "lenet-tui 可以在此绘制界面"),
    "info.screen": ("screen", "界面"),
    "info.versions": ("Versions", "版本"),
    "info.missing": ("not installed", "未安装"),
    "info.textual.checked": ("{version} (checked)", "{version}（已检查）"),
    "info.textual.unchecked": (
        "{version} (not checked, {checked} is): the app uses its public interface only, and paints "
        "a little slower",
        "{version}（未检查，已检查的是 {checked}）：只使用其公开接口，绘制稍慢"),
    "info.textual.plain": (
        "{version} ({variable} is set): the app uses its public interface only, and paints a "
        "little slower",
        "{version}（已设置 {variable}）：只使用其公开接口，绘制稍慢"),
    "info.devices": ("Devices", "设备"),
    "info.memory": ("{free} GiB free of {total} GiB", "共 {total} GiB，可用 {free} GiB"),
    "info.absent": ("not available: {why}", "不可用：{why}"),
}  # fmt: skip


def words_in(lang: str, ascii: bool = False) -> Words:
    """The words of every room and of the command line, in ``lang``."""
    return all_words.words(lang, ascii, TRACE)
