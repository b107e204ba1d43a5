"""The notices about keyframes and about stepping back."""

NOTICES = {
    "history:no-watchpoint": ("there is no watchpoint {number}", "没有监视点 {number}"),
    "history:phase-under-way": (
        "{phase} is under way ({done} of {total} ops):"
        " finish the phase or step back out of it first",
        "{phase} 正在进行（{total} 个算子中的第 {done} 个）：请先完成此阶段，或退回到它之前",
    ),
    "history:no-op": (
        "the forward has no op called {name}",
        "forward 中没有名为 {name} 的算子",
    ),
    "history:not-next": (
        "{phase} is not next: only {following} can be skipped now",
        "下一个不是 {phase}：现在只能跳过 {following}",
    ),
    "history:phase-off": (
        "{phase} is off: set {option} to more than 0 first",
        "{phase} 未开启：请先把 {option} 设为大于 0",
    ),
    "history:paused": ("paused", "已暂停"),
    "history:iterations": ("{n} iterations", "已运行 {n} 次迭代"),
    "history:nothing-before": (
        "no watchpoint became true before this point",
        "在此之前没有监视点成立",
    ),
    "history:not-reproduced": (
        "iteration {n} did not come out the same when run again",
        "重新运行第 {n} 次迭代的结果与原来不同",
    ),
    "history:other-digest": (
        "iteration {n} did not come out the same when run again: {digest}, not {known}",
        "重新运行第 {n} 次迭代的结果与原来不同：{digest}，而不是 {known}",
    ),
    "history:few-keyframes": (
        "a keyframe of this model takes {size} MB, so that {budget} MB of history hold {kept}:"
        " going far back runs many iterations again (--history-mb N: more memory)",
        "此模型的一个关键帧占 {size} MB，{budget} MB 的历史只能容纳 {kept} 个："
        "退回较远时要重新运行许多次迭代（--history-mb N：更多内存）",
    ),
    "history:over-budget": (
        "a keyframe of this model takes {size} MB, too much for {budget} MB of history: only the"
        " first and the last are kept, and going far back runs many iterations again"
        " (--history-mb N: more memory)",
        "此模型的一个关键帧占 {size} MB，超出 {budget} MB 的历史：只保留第一个和最后一个，"
        "退回较远时要重新运行许多次迭代（--history-mb N：更多内存）",
    ),
    "history:tape-over-budget": (
        "the ops of an iteration make more than {budget} MB: those far from the cursor keep their"
        " names, shapes and digests, and are run again when you look at them"
        " (--tape-mb N: more memory)",
        "一次迭代的算子产生的张量超过 {budget} MB：离光标较远的算子只保留名称、形状和摘要，"
        "查看时重新运行（--tape-mb N：更多内存）",
    ),
    "history:does-not-fit": (
        "the saved session does not fit this one: {error}",
        "保存的会话与当前会话不符：{error}",
    ),
    "history:other-model": ("its model is a different one", "其模型不是当前的模型"),
    "history:no-place-in-data": (
        "its position in the data does not exist",
        "其在数据中的位置不存在",
    ),
    "history:unfit-tensor": (
        "{name} is missing, unknown or of another shape",
        "{name} 缺失、未知或形状不同",
    ),
    "history:odd-tensor": (
        "one of its tensors has an unknown dtype or another shape",
        "其某个张量的 dtype 未知或形状不同",
    ),
    "history:other-names": (
        "its parameters or buffers have other names",
        "其参数或缓冲区的名字不同",
    ),
    "history:state-of": ("the optimizer's tensor for {name}", "优化器为 {name} 保存的张量"),
    "history:generator": ("the generator's state", "随机数生成器的状态"),
    "history:gpu-generator": ("the GPU generator's state", "GPU 随机数生成器的状态"),
    "history:random-data": ("the random data", "随机数据"),
    "history:unreadable": (
        "the saved session holds a keyframe that cannot be read",
        "保存的会话含有无法读取的关键帧",
    ),
    "history:own-order": (
        "the order of the phases is that of the step of {file}: nothing can be skipped or done out"
        " of turn",
        "阶段的顺序由 {file} 的 step 决定：不能跳过，也不能另外执行",
    ),
    "history:own-option": (
        "{option} is decided by your own step; lr, seed and device can be set",
        "{option} 由您自己的 step 决定；可设置的有 lr、seed 与 device",
    ),
    "history:inside-step": (
        "your own step runs as a whole: set {option} at its end",
        "您自己的 step 整体执行：请在其结束处设置 {option}",
    ),
    "history:edit-own-step": (
        "your own step runs as a whole: numbers and pictures cannot be set by hand in it",
        "您自己的 step 整体执行：不能手动修改其中的数或图像",
    ),
    "history:no-such-number": (
        "{name} is not a parameter: edit a number of a parameter or of the input",
        "{name} 不是参数：可修改参数或输入中的数",
    ),
    "history:backward-to-come": (
        "the backward of this forward is still to come, and would silently use the new {name} for"
        " the old one: edit before the forward or after the backward",
        "此次 forward 的 backward 尚未进行，它会不加提示地用新的 {name} 代替旧的：请在 forward"
        " 之前或 backward 之后修改",
    ),
    "history:no-input-yet": (
        "this iteration has no input yet: do its forward first, or edit next input",
        "本次迭代还没有输入：请先执行 forward，或使用 edit next input",
    ),
    "history:no-batch-yet": (
        "the next batch is still to be drawn at random: do a forward first",
        "下一个批量尚未随机生成：请先执行一次 forward",
    ),
    "history:no-class": (
        "target {target} is not a class: 0 to {last}",
        "目标 {target} 不是类别：应为 0 到 {last}",
    ),
    "history:drawing-waits": (
        "input put in by hand: the next iteration takes it",
        "已手动放入输入：下一次迭代将采用它",
    ),
    "history:drawing-waits-as": (
        "input put in by hand, target {target}: the next iteration takes it",
        "已手动放入输入，目标 {target}：下一次迭代将采用它",
    ),
    "history:not-a-number-now": (
        "{cell} is now {value}: what is computed from it will be NaN or infinite too",
        "{cell} 现在是 {value}：由它计算出的结果也会是 NaN 或无穷",
    ),
    "history:no-failure": (
        "nothing has failed in what comes next",
        "接下来的部分没有失败过",
    ),
}
