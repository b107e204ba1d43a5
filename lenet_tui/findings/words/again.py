"""Words of what comes again though it should not, and of what a resume leaves behind."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import alike

AGAIN: Table = {
    # Again
    "findings.same-batch-again.title": (
        "The same samples come in iteration after iteration",
        "每次迭代用的都是同样的样本",
    ),
    "findings.same-batch-again.dropout.title": (
        "{where} drops the same units in each of {iterations} iterations",
        "{where} 在 {iterations} 次迭代中丢弃的是同样的单元",
    ),
    "findings.same-batch-again.noise.title": (
        "{where} draws the same numbers in each of {iterations} iterations",
        "{where} 在 {iterations} 次迭代中抽到同样的数",
    ),
    "findings.same-batch-again.why": (
        "The data put a batch together anew each time, and it is the same: as next(iter(loader)) in"
        " a loop does, which begins the epoch again.",
        "数据每次都重新组成批量，而结果相同：如在循环中写 next(iter(loader))，每次都重新开始一轮。",
    ),
    "findings.same-batch-again.dropout.why": (
        "Something sets the generator to the same state in every step, as torch.manual_seed inside"
        " the step does.",
        "有代码在每一步都把随机数生成器设为同一状态，如在 step 中调用 torch.manual_seed。",
    ),
    "findings.same-batch-again.noise.why": (
        "Something sets the generator to the same state in every step, as torch.manual_seed inside"
        " the step does, or a generator that is made anew from one seed.",
        "有代码在每一步都把随机数生成器设为同一状态，如在 step 中调用 torch.manual_seed，"
        "或每次用同一种子新建生成器。",
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.title",
        (
            "{where} drops the same units in each of {iterations} iterations",
            "{where} 在 {iterations} 次迭代中丢弃的是同样的单元",
        ),
    ),
    **alike(
        "findings.same-batch-again",
        "noise_seeded.title",
        (
            "{where} draws the same numbers in each of {iterations} iterations",
            "{where} 在 {iterations} 次迭代中抽到同样的数",
        ),
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.why noise_seeded.why",
        (
            "{seeded_by}({seed}) at {seeded_at} sets the generator to the same state in every step:"
            " each batch gets the same random numbers.",
            "{seeded_at} 处的 {seeded_by}({seed}) 在每一步都把随机数生成器设为同一状态："
            "每个批量得到同样的随机数。",
        ),
    ),
    "findings.same-batch-again.each_sample.title": (
        "Every sample draws the same random numbers: {seeded_by}({seed})",
        "每个样本抽到同样的随机数：{seeded_by}({seed})",
    ),
    "findings.same-batch-again.each_sample.why": (
        "It is called {times} times in an iteration at {seeded_at}, with the same seed, and numbers"
        " are drawn after it: what is random there is the same for all samples, in each epoch.",
        "它在一次迭代中于 {seeded_at} 处以同一种子被调用 {times} 次，其后又抽取随机数："
        "那里的随机部分对所有样本、每一轮都相同。",
    ),
    "findings.same-batch-again.seed.title": (
        "{seeded_by}({seed}) is called in each iteration, and numbers are drawn after it",
        "每次迭代都调用 {seeded_by}({seed})，其后又抽取随机数",
    ),
    "findings.same-batch-again.seed.why": (
        "They are the same in all {iterations} iterations. Where they choose or change samples,"
        " every batch is treated alike.",
        "这些数在 {iterations} 次迭代中都相同。若用于选择或改变样本，则每个批量受到同样的处理。",
    ),
    "findings.same-batch-again.workers.title": (
        "All {workers} workers of the loader draw the same random numbers",
        "加载器的 {workers} 个工作进程抽到同样的随机数",
    ),
    "findings.same-batch-again.workers.why": (
        "Two workers, set up by {set_up_by} and asked for one sample again and again, gave the same"
        " ones: each augments its samples alike.",
        "由 {set_up_by} 设置的两个工作进程反复取同一样本，所得逐次相同：各进程的增强完全一样。",
    ),
    "findings.same-batch-again.epochs.title": (
        "The loader's workers draw the same random numbers in each epoch",
        "加载器的工作进程在每一轮抽到同样的随机数",
    ),
    "findings.same-batch-again.epochs.why": (
        "Two workers, set up by {set_up_by}, gave the same samples when they were started again, as"
        " each epoch does.",
        "由 {set_up_by} 设置的两个工作进程再次启动（每一轮都会如此）后，给出的样本相同。",
    ),
    **alike(
        "findings.same-batch-again",
        "workers.fix epochs.fix",
        (
            "Seed a worker from torch.initial_seed(), which is another one for each worker and"
            " epoch, or let PyTorch do it; make generators there, not in __init__.",
            "用 torch.initial_seed() 为工作进程设种子（它随进程和轮次而不同），或交给 PyTorch；"
            "生成器在那里创建，而不是在 __init__ 中。",
        ),
    ),
    **alike(
        "findings.same-batch-again",
        "dropout_seeded.fix noise_seeded.fix each_sample.fix seed.fix",
        ("Seed once, before the training begins.", "只在训练开始之前设一次种子。"),
    ),
    "findings.same-batch-again.fix": (
        "Make the iterator once, before the loop, and call next on it.",
        "在循环之前创建一次迭代器，再对它调用 next。",
    ),
    "findings.same-batch-again.dropout.fix": (
        "Seed once, before the training begins.",
        "只在训练开始之前设一次种子。",
    ),
    "findings.same-batch-again.noise.fix": (
        "Seed once, before the training begins.",
        "只在训练开始之前设一次种子。",
    ),
    # Resuming
    "findings.resume-lacks-state.title": (
        "{name} is at {epochs} and its optimizer at step {steps}",
        "{name} 处于 {epochs}，而其优化器处于第 {steps} 步",
    ),
    "findings.resume-lacks-state.rate.title": (
        "The optimizer has the learning rate {rate}, {name} says {scheduled}",
        "优化器的学习率为 {rate}，而 {name} 为 {scheduled}",
    ),
    **alike(
        "findings.resume-lacks-state",
        "unused.title missing.title",
        (
            "The training goes on from {file}, and begins anew: {lacking}",
            "训练从 {file} 继续，而这些却从头开始：{lacking}",
        ),
    ),
    "findings.resume-lacks-state.unused.why": (
        "The file read at {read_at} holds a state for: {unused}. Nothing had taken it up before the"
        " first update.",
        "{read_at} 处读取的文件中存有这些的状态：{unused}。直到第一次更新之前都没有被加载。",
    ),
    "findings.resume-lacks-state.missing.why": (
        "{counter} goes on at {at}, as {number} of the file says that is read at {read_at}; no file"
        " that was read holds a state for: {missing}.",
        "{counter} 按 {read_at} 处所读文件中的 {number} 从 {at} 继续；"
        "读取的文件都没有存下这些的状态：{missing}。",
    ),
    "findings.resume-lacks-state.why": (
        "Before anything has run, one of the two is restored and the other is new.",
        "尚未运行时，两者之一已恢复，另一个是新的。",
    ),
    "findings.resume-lacks-state.fix": (
        "Save and load the state_dict of optimizer, scheduler and scaler together, after all of"
        " them have been made.",
        "一并保存和加载优化器、调度器与 scaler 的 state_dict，并在全部创建之后加载。",
    ),
    **alike(
        "findings.resume-lacks-state",
        "unused.fix missing.fix",
        (
            "Save and load the state_dict of optimizer, scheduler and scaler together, and for the"
            " same random numbers torch.get_rng_state().",
            "一并保存和加载优化器、调度器与 scaler 的 state_dict；"
            "若要随机数也相同，再加上 torch.get_rng_state()。",
        ),
    ),
}
