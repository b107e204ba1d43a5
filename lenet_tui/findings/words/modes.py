"""Words of the findings on train and eval mode."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike

MODES: Table = {
    "findings.dropout-in-eval.title": (
        "{op} is active in eval mode too: it is not given training, which is True by default",
        "{op} 在 eval 模式下也起作用：没有给出 training，其默认值为 True",
    ),
    "findings.dropout-in-eval.why": (
        "In eval mode the same batch, given twice, came out differently, by {difference} at most: "
        "with p = {p} it drops other elements each time. model.eval() reaches only what asks for "
        "the mode.",
        "在 eval 模式下，同一批量输入两次，输出相差最多 {difference}："
        "p = {p} 时每次丢弃的元素都不同。model.eval() 只影响会读取该模式的部分。",
    ),
    "findings.dropout-in-eval.fix": (
        "Give it training=self.training, or use nn.Dropout. If outputs at random are meant, as in "
        "Monte-Carlo dropout, write training=True.",
        "给它 training=self.training，或使用 nn.Dropout。若有意要随机输出"
        "（如 Monte-Carlo dropout），请写明 training=True。",
    ),
    "findings.dropout-in-eval.made.title": (
        "{op} is active in eval mode too: its nn.Dropout is not part of the model",
        "{op} 在 eval 模式下也起作用：它的 nn.Dropout 不是模型的一部分",
    ),
    "findings.dropout-in-eval.made.why": (
        "In eval mode the same batch, given twice, came out differently, by {difference} at most. "
        "A layer that is made in forward begins in train mode; model.eval() does not reach it.",
        "在 eval 模式下，同一批量输入两次，输出相差最多 {difference}。在 forward 中创建的层"
        "一开始处于训练模式，model.eval() 触及不到它。",
    ),
    "findings.dropout-in-eval.made.fix": (
        "Make it once, in __init__: self.dropout = nn.Dropout({p}).",
        "只在 __init__ 中创建一次：self.dropout = nn.Dropout({p})。",
    ),
    "findings.dropout-in-eval.attention.title": (
        "{op} drops in eval mode too: dropout_p is {p} there",
        "{op} 在 eval 模式下也会丢弃：此时 dropout_p 仍为 {p}",
    ),
    "findings.dropout-in-eval.attention.why": (
        "In eval mode the same batch, given twice, came out differently, by {difference} at most. "
        "This function knows no mode: it drops whatever dropout_p says.",
        "在 eval 模式下，同一批量输入两次，输出相差最多 {difference}。该函数不知道模式："
        "dropout_p 是多少就丢弃多少。",
    ),
    "findings.dropout-in-eval.attention.fix": (
        "Give dropout_p=p if self.training else 0.0.",
        "使用 dropout_p=p if self.training else 0.0。",
    ),
    "findings.mode-eval-in-training.title": (
        "{count} modules run in eval mode in a forward that is trained on: {modules}",
        "{count} 个模块在用于训练的前向中处于 eval 模式：{modules}",
    ),
    "findings.mode-eval-in-training.title.one": (
        "1 module runs in eval mode in a forward that is trained on: {modules}",
        "1 个模块在用于训练的前向中处于 eval 模式：{modules}",
    ),
    "findings.mode-eval-in-training.why": (
        "In train mode before; in iteration {iteration} dropout is off and batch statistics are "
        "frozen.",
        "之前处于训练模式；第 {iteration} 次迭代中 dropout 关闭、批统计量冻结。",
    ),
    "findings.mode-eval-in-training.at.why": (
        "In train mode before, put into eval mode at {turned}, and not back: in iteration "
        "{iteration} dropout is off and batch statistics are frozen.",
        "之前处于训练模式，在 {turned} 切换到 eval 模式后没有切回：第 {iteration} 次迭代中 dropout "
        "关闭、批统计量冻结。",
    ),
    "findings.mode-eval-in-training.in.why": (
        "In train mode before, put into eval mode by {turned_by}() at {turned}, and not back: in "
        "iteration {iteration} dropout is off and batch statistics are frozen.",
        "之前处于训练模式，由 {turned_by}() 在 {turned} 切换到 eval 模式后没有切回：第 {iteration} "
        "次迭代中 dropout 关闭、批统计量冻结。",
    ),
    "findings.mode-eval-in-training.fix": (
        "Call model.train() after each evaluation.",
        "每次评估之后调用 model.train()。",
    ),
    "findings.mode-eval-in-training.start.why": (
        "In eval mode when this check began, and nothing has called train() since: dropout is off "
        "and batch statistics are frozen.",
        "本次检查开始时就处于 eval 模式，此后没有调用 train()：dropout 关闭、批统计量冻结。",
    ),
    "findings.mode-eval-in-training.start_at.why": (
        "Put into eval mode at {turned} and never trained in train mode since: dropout is off and "
        "batch statistics are frozen.",
        "在 {turned} 切换到 eval 模式，此后从未以训练模式训练：dropout 关闭、批统计量冻结。",
    ),
    "findings.mode-eval-in-training.start_in.why": (
        "Put into eval mode by {turned_by}() at {turned} and never trained in train mode since: "
        "dropout is off and batch statistics are frozen.",
        "由 {turned_by}() 在 {turned} 切换到 eval 模式，此后从未以训练模式训练：dropout "
        "关闭、批统计量冻结。",
    ),
    **alike(
        "findings.mode-eval-in-training",
        "start.fix start_at.fix start_in.fix",
        (
            "If it is not meant, call model.train() before training.",
            "若非有意，请在训练之前调用 model.train()。",
        ),
    ),
}
