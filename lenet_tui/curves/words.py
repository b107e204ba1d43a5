"""Words of the training view."""

from __future__ import annotations

from lenet_tui.text.notice import Table

CURVES: Table = {
    "curves.loss": ("Loss", "损失"),
    "curves.accuracy": ("Accuracy, %", "准确率，%"),
    "curves.rate": ("Learning rate", "学习率"),
    "curves.gradient": ("‖gradient‖ of all parameters", "全部参数的 ‖梯度‖"),
    "curves.ratio": ("‖update‖ / ‖weights‖", "‖更新‖ / ‖权重‖"),
    "curves.log": ("{title}, log scale", "{title}，对数刻度"),
    "curves.batch": ("each batch", "每个批量"),
    "curves.span": (
        "band: least to most, cut off at the edge",
        "色带：最小到最大，超出刻度的截去",
    ),
    "curves.span.short": ("band: least to most", "色带：最小到最大"),
    "curves.test": ("test", "测试"),
    "curves.trained": ("training data", "训练数据"),
    "curves.batch.brief": ("batch", "批量"),
    "curves.trained.brief": ("train", "训练"),
    "curves.test.brief": ("test", "测试"),
    "curves.seen": ("where noted", "有记录之处"),
    "curves.at": ("iteration {n}", "第 {n} 次迭代"),
    "curves.at.brief": ("at {n}", "第 {n} 次"),
    "curves.at.value": ("{name} {value}", "{name} {value}"),
    "curves.at.earlier": ("{name} {value} (of {n})", "{name} {value}（第 {n} 次）"),
    "curves.at.earlier.brief": ("{name} {value} ({n})", "{name} {value}（{n}）"),
    "curves.go": ("enter goes there", "回车 转到该处"),
    "curves.since": (
        "from {n} on: noted while this view is open",
        "自 {n} 起：仅在此视图打开时记录",
    ),
    "curves.line": ("line {n}", "第 {n} 行"),
    "curves.named": ("by name from {n} on", "自 {n} 起按名称记录"),
    "curves.keys": ("arrows choose and zoom, y log", "方向键 选择、缩放，y 对数"),
    "curves.nothing": ("Nothing yet: n, f or r trains.", "尚无数据：按 n、f 或 r 训练。"),
    "curves.nothing.accuracy": (
        "No evaluation yet: E evaluates now; a run does at the end of each epoch.",
        "尚未评估：按 E 立即评估；运行时每轮结束评估一次。",
    ),
    "curves.nothing.held-out": (
        "No data are held out, so there is no accuracy to show.",
        "没有留出的数据，因此没有准确率可显示。",
    ),
    "curves.nothing.seen": (
        "Noted while this view is open: step or run.",
        "仅在此视图打开时记录：请单步或运行。",
    ),
    "curves.confusion": ("Confusion: class → prediction", "混淆矩阵：类别 → 预测"),
    "curves.worst": ("Worst test samples, with losses", "最差的测试样本及其损失"),
    "curves.confusion.short": ("Confusion", "混淆矩阵"),
    "curves.worst.short": ("Worst", "最差"),
    "curves.confusion.rows": ("rows: class", "行：类别"),
    "curves.confusion.share": ("right", "正确"),
    "curves.judge": (
        "Not evaluated here: press E.",
        "此处尚未评估：按 E 评估。",
    ),
    "curves.judged": ("after iteration {n}", "第 {n} 次迭代后"),
    "curves.wrong": ("{wrong} of {total} wrong", "{total} 个中错 {wrong} 个"),
    "curves.all-right": ("all {total} right", "{total} 个全对"),
    "curves.taken-for": (
        "{target} taken for {predicted}: {n}",
        "{target} 被认作 {predicted}：{n} 个",
    ),
    "curves.judged-one": (
        "test sample {n}: {what}, p {share}, loss {loss}",
        "测试样本 {n}：{what}，p {share}，损失 {loss}",
    ),
    "curves.judged-short": (
        "sample {n}: {what}, loss {loss}",
        "样本 {n}：{what}，损失 {loss}",
    ),
    "curves.judged-shorter": ("{what}, loss {loss}", "{what}，损失 {loss}"),
    "curves.judged-wrong": ("{target} taken for {predicted}", "{target} 被认作 {predicted}"),
    "curves.judged-right": ("{target}, which is right", "{target}，正确"),
    "curves.stepped-into": (
        "the next iteration takes test sample {n}: its update would train on it",
        "下一次迭代使用测试样本 {n}：其 update 会用它训练",
    ),
    "curves.panes": (
        "3 confusion 4 worst 5 rate 7 gradient",
        "3 混淆 4 最差 5 学习率 7 梯度",
    ),
    "curves.no-picture": (
        "only a picture of one channel can be stepped into",
        "此样本不是单通道图像，无法单步进入",
    ),
    "curves.into": ("enter steps into it", "回车 单步进入"),
    "curves.by-row": ("(by row)", "（按行）"),
    "curves.by-epoch": ("(epochs' ends)", "（各轮末）"),
    "curves.epochs": ("(counts epochs)", "（按轮次计）"),
    "dialog.beside.title": ("Another run beside this one", "并排显示另一次运行"),
    "dialog.beside.keys": ("enter show it   escape close", "回车 显示   Esc 关闭"),
    "curves.beside": (
        "A saved session, a table (CSV), JSON lines of train, or TensorBoard's files. Rows of "
        "epochs lie at the ends of this session's; rows that count nothing are counted from 1. "
        "What is still written is followed. Nothing: only this run.",
        "已保存的会话、表格（CSV）、train 的 JSON 行，或 TensorBoard 文件。按轮次记录的行位于"
        "本会话各轮的末尾；没有计数的行从 1 起计。仍在写入的文件会持续跟踪。留空：只显示本次运行。",
    ),
    "curves.facts": ("Training", "训练"),
    "curves.iteration": ("iteration", "迭代"),
    "curves.epoch": ("epoch", "轮次"),
    "curves.speed": ("speed", "速度"),
    "curves.speed.value": ("{rate} iterations/s", "每秒 {rate} 次迭代"),
    "curves.left": ("epoch ends in", "本轮还剩"),
    "curves.rate.short": ("learning rate", "学习率"),
    "curves.loss.batch": ("loss, batch", "损失，批量"),
    "curves.right": ("batch", "批量"),
    "curves.tested": ("test accuracy", "测试准确率"),
    "curves.tested.loss": ("test loss", "测试损失"),
    "curves.best": ("best", "最好"),
    "curves.best.value": ("{percent} % after {n}", "第 {n} 次后 {percent} %"),
    "curves.tested.value": ("{percent} % after {n}", "第 {n} 次后 {percent} %"),
    "curves.tested.loss.value": ("{loss} after {n}", "第 {n} 次后 {loss}"),
}
