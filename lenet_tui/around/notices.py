"""What is said of a script that is run, and why something of it cannot be done."""

NOTICES = {
    "around:no-script": ("there is no script {file}", "没有脚本 {file}"),
    "around:folder": (
        "{file} is a folder, not a script (-m runs a package)",
        "{file} 是文件夹，不是脚本（用 -m 运行包）",
    ),
    "around:unreadable": ("{file} cannot be read: {why}", "无法读取 {file}：{why}"),
    "around:no-module": ("there is no module {name} to run", "没有可运行的模块 {name}"),
    "around:no-module-name": ("{name} is not the name of a module", "{name} 不是模块名"),
    "around:package": (
        "the package {name} has no __main__, so that it cannot be run",
        "包 {name} 没有 __main__，无法运行",
    ),
    "around:accuracy": (
        "a script's accuracy is not known here: watch loss, or a parameter as in"
        " norm(head.weight) > 10",
        "此处不知道脚本的准确率：请监视 loss，或参数，例如 norm(head.weight) > 10",
    ),
    "around:held": (
        "{watch} held after update {n}; this is the iteration after it",
        "第 {n} 次更新之后 {watch} 成立；这是其后的一次迭代",
    ),
    "around:held-last": (
        "{watch} held after update {n}, for the last of its {count} backwards; this is the"
        " iteration after it",
        "更新 {n} 的 {count} 次 backward 中，最后一次的损失使 {watch} 成立；这是其后的一次迭代",
    ),
    "around:not-finite": (
        "iteration {n} ended with a NaN or an infinity",
        "第 {n} 次迭代结束时出现 NaN 或无穷大",
    ),
    "around:left-out": (
        "before iteration {n} the script ran {count} forwards without gradients, which are not on"
        " the tape",
        "第 {n} 次迭代之前，脚本运行了 {count} 次不带梯度的 forward，它们不在记录中",
    ),
    "around:raising": (
        "the script has raised an exception in iteration {n}, which is recorded up to there",
        "脚本在第 {n} 次迭代中抛出异常，已记录到该处",
    ),
    "around:raised-before": (
        "the script has raised an exception after {count} updates, before --at {at}: --at {n}"
        " records the iteration that it is in",
        "脚本在 {count} 次更新之后抛出异常，早于 --at {at}：用 --at {n} 记录它所在的迭代",
    ),
    "around:raised": (
        "here the script raised its exception: there is nothing after it",
        "脚本在此处抛出异常：之后没有内容",
    ),
    "around:ended": (
        "the script ended after iteration {n}: there is nothing after it",
        "脚本在第 {n} 次迭代之后结束：之后没有内容",
    ),
    "around:ended-raising": (
        "after iteration {n} the script raised {error}; there is nothing after it",
        "第 {n} 次迭代之后脚本抛出 {error}；之后没有内容",
    ),
    "around:not-kept": (
        "iteration {n} cannot be looked at: it was not recorded or is not kept any more, and to run"
        " it again would need the script's own state from before it (kept: {kept})",
        "无法查看第 {n} 次迭代：它没有被记录或已不再保留，重新运行它需要脚本当时的状态"
        "（保留的迭代：{kept}）",
    ),
    "around:not-executed": (
        "{move}: what was recorded of {file} is looked at and cannot be run again, as the state"
        " that it would need is the script's own",
        "{move}：这里查看的是 {file} 的记录，无法重新运行，因为所需的状态属于脚本自己",
    ),
    "around:not-run": (
        "what a script did is looked at and not run again, as its state is its own",
        "脚本做过的事只能查看，不能重新运行，因为状态属于脚本自己",
    ),
    "around:one-watch": (
        "a script goes on to one watchpoint: remove the others first",
        "脚本只能运行到一个监视点：请先移除其他监视点",
    ),
    "around:broke": (
        "the script goes on unobserved, as its iteration could not be recorded: {error}",
        "脚本不再被观察、继续运行，因为无法记录这次迭代：{error}",
    ),
    "around:rank": (
        "this is process {rank} of {size}, counted from 0, and the others would wait for a screen:"
        " iteration {n} of this process in words instead; run the script in one process for the"
        " screen",
        "这是 {size} 个进程中编号为 {rank} 的进程（从 0 起），打开屏幕会让其他进程等待："
        "改以文字显示本进程的第 {n} 次迭代；要看屏幕，请以单进程运行脚本",
    ),
    "around:too-few": (
        "the script ended after {count} updates; --at {at} was not reached",
        "脚本在 {count} 次更新后结束；未到达 --at {at}",
    ),
    "around:no-update": (
        "the script ended, and no update was seen: optimizer.step() was never called",
        "脚本已结束，没有见到任何更新：从未调用 optimizer.step()",
    ),
    "around:never": (
        "the script ended after {count} updates; --when {when!r} never held",
        "脚本在 {count} 次更新后结束；--when {when!r} 从未成立",
    ),
    "around:every": (
        "--when {when!r} is seen only on a tape: each iteration is recorded, so that a small model"
        " takes about four times as long",
        "--when {when!r} 只能从记录中看到：每次迭代都要记录，小模型约需四倍时间",
    ),
    "around:waits": (
        "the screen opens after update {at} of the script",
        "脚本的第 {at} 次更新之后打开屏幕",
    ),
    "around:waits-when": (
        "the screen opens where {when} holds",
        "{when} 成立时打开屏幕",
    ),
    "around:waiting": ("update {n} of {at}", "第 {n}/{at} 次更新"),
    "around:waiting-when": (
        "update {n}; {when} has not held yet",
        "第 {n} 次更新；{when} 尚未成立",
    ),
    "around:nothing-to-run": (
        "run needs a script: lenet-tui run --at 3 -- train.py",
        "run 需要一个脚本：lenet-tui run --at 3 -- train.py",
    ),
}
