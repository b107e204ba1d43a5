"""Words of the app's own panes and of the dialogs."""

from __future__ import annotations

from lenet_tui.text.notice import Table

APP: Table = {
    # Rail
    "rail.loading": ("loading torch …", "正在加载 torch…"),
    "rail.cuda": (
        "CUDA starts, which takes seconds: {seconds} s",
        "正在启动 CUDA，需要几秒：{seconds} 秒",
    ),
    "rail.cudnn": (
        "cuDNN is loaded for the first convolution: {seconds} s",
        "正在为第一次卷积加载 cuDNN：{seconds} 秒",
    ),
    "rail.gone.final": (
        "{error}; what is on the screen stays, q leaves it",
        "{error}；屏幕内容保留，按 q 离开",
    ),
    "keys.yours": ("the keys are yours: this screen makes the moves", "由此屏幕操作"),
    "keys.others": (
        "another screen makes the moves, this one looks on; X takes the keys over",
        "另一个屏幕在操作，此屏幕只看；按 X 接管",
    ),
    "dialog.end-program.title": ("End the program?", "结束程序？"),
    "end-program.help": (
        "The program that this session is in gets a Ctrl-C.",
        "此会话所在的程序会收到 Ctrl-C。",
    ),
    "dialog.end-program.keys": (
        "left right choose   enter do it   escape close",
        "左右 选择   回车 确定   Esc 关闭",
    ),
    "end-program.yes": ("End it", "结束"),
    "end-program.no": ("Leave it", "不结束"),
    "status.looks": ("read-only", "只读"),
    "rail.gone": (
        "the engine has ended ({error}); ctrl+r starts a new one, which carries on",
        "引擎已结束（{error}）；按 ctrl+r 启动新引擎，从历史继续",
    ),
    "rail.busy": (
        "{phase}: {what} has been running for {seconds} s",
        "{phase}：{what} 已运行 {seconds} 秒",
    ),
    "rail.busy.after": (
        "{phase}: {seconds} s since {what} finished",
        "{phase}：{what} 完成后已过 {seconds} 秒",
    ),
    "rail.busy.phase": (
        "{phase} has been running for {seconds} s",
        "{phase} 已运行 {seconds} 秒",
    ),
    "rail.ends": ("{what}; escape ends it", "{what}；按 Esc 结束它"),
    "rail.silent.question": (
        "the engine has not answered for {seconds} s",
        "引擎已 {seconds} 秒没有回应",
    ),
    "rail.iteration": ("iteration {n}", "第 {n} 次迭代"),
    "rail.waiting": ("{n} moves waiting", "{n} 个动作等待中"),
    "rail.running": (
        "running; r or escape pauses, + and - change the speed",
        "运行中；r 或 Esc 暂停，+ 和 - 改变速度",
    ),
    "rail.passing": (
        "the script runs on; r or escape stops it after its next update; the panes show"
        " iteration {n}",
        "脚本继续运行；按 r 或 Esc 在其下一次更新后停下；各窗格显示第 {n} 次迭代",
    ),
    "rail.fails": (
        "{phase} fails after op {n}, ! looks into it: {why}",
        "{phase} 在第 {n} 步之后出错，按 ! 查找原因：{why}",
    ),
    "rail.stopped": ("stopped: {why}", "已停下：{why}"),
    "rail.rejected": ("not done: {why}", "未执行：{why}"),
    "rail.rejected.raised": ("not done: {why}; ! looks into it", "未执行：{why}；按 ! 查找原因"),
    "rail.inside": ("{phase} {done} of {total}", "{phase} 第 {done}/{total} 步"),
    "rail.inside.many": ("{phase} op {done} of {total}", "{phase} 第 {done} 步，共 {total} 步"),
    "rail.of-loss": ("{phase} ({loss})", "{phase}（{loss}）"),
    "rail.node": ("{op} of {name}", "{op}（{name}）"),
    "rail.ready": (
        "init done; next: forward of iteration {next}",
        "init 完成；接下来：第 {next} 次迭代的 forward",
    ),
    "rail.finished": (
        "finished; next: forward of iteration {next}",
        "完成；接下来：第 {next} 次迭代的 forward",
    ),
    "rail.finished.short": ("finished; next: forward", "完成；接下来：forward"),
    "rail.ready.step": (
        "init done; next: your step on the first batch",
        "init 完成；接下来：用第一个批量执行您的 step",
    ),
    "rail.finished.step": (
        "finished; next: your step of iteration {next}",
        "完成；接下来：第 {next} 次迭代的 step",
    ),
    "rail.finished.over": (
        "finished; the script has ended: nothing comes after it",
        "完成；脚本已结束：之后没有内容",
    ),
    "rail.by-hand": ("(input set by hand)", "（手动设置的输入）"),
    "rail.between": ("{phase} done; next: {next}", "{phase} 完成；接下来：{next}"),
    "rail.skipped": (
        "{phase} skipped: it changed nothing; next: {next}",
        "{phase} 已跳过：没有改变任何东西；接下来：{next}",
    ),
    "rail.silent": (
        "{phase}: the engine has not answered for {seconds} s",
        "{phase}：引擎已 {seconds} 秒没有回应",
    ),
    # Status line
    "status.seed": ("seed {seed}", "种子 {seed}"),
    "status.batch": ("batch {n}", "批量 {n}"),
    "status.loss": ("loss", "损失"),
    "status.loss.earlier": ("earlier loss", "此前的损失"),
    "status.history": ("history {used}", "历史 {used}"),
    "status.tape": ("tape {used}", "记录 {used}"),
    "status.looked-at": ("looked at, not run", "查看记录，不重新运行"),
    "status.over": ("script ended, looked at", "脚本已结束，查看记录"),
    "status.recomputed": ("tape {used}, recomputed", "记录 {used}，已重新计算"),
    "status.ahead": ("past, recorded to {end}", "回看中（记录到 {end}）"),
    "status.speed": ("+ - speed", "+ - 变速"),
    "status.divergence": ("replay differs", "重放有差异"),
    "run.at": ("running, {speed}", "运行中，{speed}"),
    "run.flat": ("at full speed", "全速运行"),
    "run.pausing": ("pausing …", "正在暂停…"),
    "run.until": ("running to a watchpoint", "运行到监视点"),
    "run.until.none": ("running; no watchpoint is set", "运行中；未设置监视点"),
    "run.to": ("on the way: {move}", "进行中：{move}"),
    "speed.op": ("{rate} ops/s", "{rate} 算子/秒"),
    "speed.op.one": ("1 op/s", "1 算子/秒"),
    "speed.phase": ("{rate} phases/s", "{rate} 阶段/秒"),
    "speed.phase.one": ("1 phase/s", "1 阶段/秒"),
    "speed.iteration": ("{rate} iterations/s", "{rate} 次迭代/秒"),
    "speed.iteration.one": ("1 iteration/s", "1 次迭代/秒"),
    "speed.flat": ("full speed", "全速"),
    "speed.now": ("speed of a run: {speed}", "运行速度：{speed}"),
    "speed.fastest": ("speed of a run: {speed}, the fastest", "运行速度：{speed}，已是最快"),
    "speed.slowest": ("speed of a run: {speed}, the slowest", "运行速度：{speed}，已是最慢"),
    "run.playing": ("playing moves", "播放动作"),
    # Toasts
    "gone.hint": (
        "the engine has ended: ctrl+r starts a new one",
        "引擎已结束：按 ctrl+r 启动新引擎",
    ),
    "waiting.full": (
        "too many moves are waiting: this one is dropped",
        "等待的动作太多：此动作被丢弃",
    ),
    "play.none": (
        "there is no file of moves: start with --moves FILE",
        "没有动作文件：以 --moves FILE 启动",
    ),
    "save.help": (
        "The options of the session and the moves made so far. Any path; a name alone is a file in"
        " {folder}.",
        "会话的选项与目前的动作。可输入任意路径；只写名字则位于 {folder}。",
    ),
    "save.done": ("{count} moves written to {path}", "已将 {count} 个动作写入 {path}"),
    "save.failed": ("not written: {reason}", "未写入：{reason}"),
    # Dialogs
    "dialog.goto.title": ("Go to an iteration or an op", "转到迭代或算子"),
    "dialog.goto.keys": ("enter go   escape close", "回车 前往   Esc 关闭"),
    "goto.help": (
        "The state just after that iteration; 0 is the state after init. Recorded: 0 to {end}; "
        "a larger number trains on to there. Or the name of an op, to go there in the forward.",
        "该次迭代刚完成时的状态；0 表示 init 之后。已记录 0 到 {end}；更大的数会继续训练到那里。"
        "也可输入算子的名称，转到 forward 中的该算子。",
    ),
    "goto.kept": (
        "Kept to be looked at: {kept}; of others the script's own state is gone, so that they"
        " cannot be run again. To a larger number the script runs on. Or the name of an op.",
        "保留可查看的迭代：{kept}；其他迭代当时的脚本状态已不在，无法重新运行。输入更大的数，"
        "脚本会继续运行到那里。也可输入算子的名称。",
    ),
    "goto.over": (
        "Kept to be looked at: {kept}; of others the script's own state is gone, so that they"
        " cannot be run again. The script has ended: nothing comes after it. Or the name of an op.",
        "保留可查看的迭代：{kept}；其他迭代当时的脚本状态已不在，无法重新运行。脚本已结束，"
        "之后没有内容。也可输入算子的名称。",
    ),
    "dialog.reset.title": ("Reset with a seed", "以种子重置"),
    "dialog.reset.keys": ("enter reset   escape close", "回车 重置   Esc 关闭"),
    "reset.help": (
        "Starts again at init with new parameters. Everything recorded so far is dropped.",
        "从 init 重新开始，参数重新初始化。此前的全部记录将被丢弃。",
    ),
    "dialog.do.title": ("Do a phase now", "立即执行某阶段"),
    "dialog.do.keys": (
        "enter do it   escape close   The phase that comes next stays the same.",
        "回车 执行   Esc 关闭   接下来的阶段不变。",
    ),
    "do.next": ("comes next", "接下来的阶段"),
    "dialog.vector.title": ("Backward from a vector on the output", "从输出上的向量开始 backward"),
    "dialog.vector.keys": (
        "enter start   down list   escape close",
        "回车 开始   ↓ 列表   Esc 关闭",
    ),
    "vector.none": (
        "there is no output yet to start a backward from: run forward first",
        "还没有输出可作为 backward 的起点：请先运行 forward",
    ),
    "vector.help": (
        "A vector–Jacobian product: random, onehot K, or {size} numbers with commas.",
        "向量–雅可比积：random、onehot K，或以逗号分隔的 {size} 个数。",
    ),
    "dialog.save.title": ("Save the moves to a file", "把动作保存到文件"),
    "dialog.save.keys": (
        "enter save   escape close   Play it with --moves FILE.",
        "回车 保存   Esc 关闭   用 --moves FILE 播放。",
    ),
    "dialog.device.title": ("Device", "设备"),
    "dialog.resume.title": ("Sessions that can be resumed", "可恢复的会话"),
    "dialog.resume.keys": (
        "enter resume it   escape start a new session",
        "回车 恢复该会话   Esc 开始新会话",
    ),
    "resume.new": ("a new session", "新会话"),
    "dialog.device.keys": (
        "enter move there   escape close   Devices do not give the same bits.",
        "回车 迁移   Esc 关闭   不同设备的结果不逐位相同。",
    ),
    "device.memory": ("{free} of {total} free", "共 {total}，可用 {free}"),
    "dialog.options.title": ("Options", "选项"),
    "dialog.options.keys": (
        "tab next   enter apply   escape close   Takes effect at the next op that reads it.",
        "Tab 下一项   回车 应用   Esc 关闭   从下一个用到它的算子起生效。",
    ),
    "options.apply": ("Apply", "应用"),
    "options.cancel": ("Cancel", "取消"),
    "dialog.watch.title": ("Watchpoints", "监视点"),
    "dialog.watch.keys": (
        "enter add   tab complete   delete remove   escape close",
        "回车 添加   Tab 补全   Delete 删除   Esc 关闭",
    ),
    "watch.none": (
        "No watchpoint is set. NaN and infinity stop every run.",
        "还没有监视点。出现 NaN 或无穷时，运行总会停下。",
    ),
    "watch.about.loss": ("of the batch", "批量的损失"),
    "watch.about.iteration": ("its number", "迭代的序号"),
    "watch.about.accuracy": (
        "of the last evaluation on test data, 0 to 1",
        "最近一次测试评估，0 到 1",
    ),
    "watch.about.norm": (
        "2-norm of a tensor, .grad or .update",
        "张量、.grad 或 .update 的 2-范数",
    ),
    "watch.about.min": (
        "least number of a tensor, .grad or .update",
        "张量、.grad 或 .update 的最小值",
    ),
    "watch.about.max": (
        "greatest number of a tensor, .grad or .update",
        "张量、.grad 或 .update 的最大值",
    ),
    "watch.about.mean": ("of a tensor, .grad or .update", "张量、.grad 或 .update 的均值"),
    "watch.about.inactive": (
        "share of zeros in an op's output, as of a ReLU",
        "算子（如 ReLU）输出中零的比例",
    ),
    "watch.about.ratio": ("‖update‖ / ‖weights‖ of a parameter", "参数的 ‖更新‖ / ‖权重‖"),
    "watch.line": ("watchpoints", "监视点"),
    "watch.holds": ("true", "成立"),
    "watch.holds-not": ("not true", "不成立"),
    "watch.unknown": ("not known here", "此处未知"),
    "watch.unwatched": (
        "no watchpoint is set: only NaN or infinity will stop this run, or r; w sets one",
        "尚未设置监视点：只有 NaN 或无穷，或按 r，才会使运行停下；按 w 设置",
    ),
    "watch.unwatched.script": (
        "no watchpoint is set: the script runs on until r, escape or a move stops it; w sets one",
        "未设置监视点：脚本继续运行，直到按 r、Esc 或作出动作才会停下；按 w 设置监视点",
    ),
    "watch.unwatched.back": (
        "no watchpoint is set: this looks only for NaN or infinity; w sets one",
        "尚未设置监视点：只回溯到 NaN 或无穷；按 w 设置",
    ),
    "watch.placeholder": (
        "loss < 0.1, norm(conv1.weight.grad) > 1, …",
        "loss < 0.1、norm(conv1.weight.grad) > 1…",
    ),
    "watch.remove": ("delete removes it", "按 Delete 删除"),
    "dialog.confirm.title": ("Change the past?", "要改动过去吗？"),
    "dialog.confirm.keys": (
        "left right choose   enter do it   escape close",
        "左右 选择   回车 确定   Esc 关闭",
    ),
    "confirm.future": (
        "The record goes on after this point, to iteration {end}. A change here drops what comes "
        "after.",
        "此处之后还有记录，直到第 {end} 次迭代。在此改动，会丢弃此处之后的记录。",
    ),
    "confirm.yes": ("Change it, drop the rest", "改动，丢弃之后的记录"),
    "confirm.no": ("Keep the record", "保留记录"),
    "dialog.replace.title": ("The file exists", "文件已存在"),
    "dialog.replace.keys": (
        "left right choose   enter do it   escape close",
        "左右 选择   回车 确定   Esc 关闭",
    ),
    "replace.help": ("{path} exists. Replace it?", "{path} 已存在。要替换它吗？"),
    "replace.yes": ("Replace it", "替换"),
    "replace.no": ("Keep it", "保留"),
    "dialog.help.title": ("Keys", "按键"),
    "dialog.help.keys": ("arrows scroll   escape close", "方向键 滚动   Esc 关闭"),
    "palette.placeholder": ("Search for commands …", "搜索命令…"),
    "palette.themes": ("Search for themes …", "搜索主题…"),
    "palette.nothing": ("Nothing matches.", "没有匹配项。"),
    "group.signs": ("Signs", "符号"),
    "help.signs": (
        "μ σ ‖x‖\tmean, standard deviation and norm √(Σ x²) of the whole tensor\n"
        "−0.2 … +0.2\tthe colour scale; then the least and the greatest number\n"
        "0←2\tover a picture: the kernel of output channel 0, input channel 2; one number: the "
        "kernel's or the channel's\n"
        "╳ ▲ ▼\tNaN, +∞, −∞\n"
        "−█ +▒\tthe sign of a number and its size, where there are few colours\n"
        "✔ ▶ ○\tdone, at the cursor, next; after a prediction: ✔ right, ✘ wrong\n"
        "◀\tthe target class\n"
        "∂loss/∂fc2\tthe gradient of the loss with respect to the output of fc2\n"
        "▸ ▾\ta module whose ops are folded, or open\n"
        "∗ = ∅\ta parameter that is frozen; that has a second name, as two modules share it; that "
        "is in no group of the optimizer",
        "μ σ ‖x‖\t整个张量的均值、标准差与范数 √(Σ x²)\n"
        "−0.2 … +0.2\t色标；其后是最小与最大的数\n"
        "0←2\t图上方：输出通道 0、输入通道 2 的卷积核；只有一个数时，是卷积核或通道的编号\n"
        "╳ ▲ ▼\tNaN、+∞、−∞\n"
        "−█ +▒\t颜色很少时，数的符号与大小\n"
        "✔ ▶ ○\t已完成、光标所在、下一个；预测之后：✔ 正确，✘ 错误\n"
        "◀\t目标类别\n"
        "∂loss/∂fc2\t损失对 fc2 输出的梯度\n"
        "▸ ▾\t模块：其中的算子已折叠，或已展开\n"
        "∗ = ∅\t参数：已冻结；由两个模块共享而有第二个名称；不在优化器的任何一组中",
    ),
    "help.mouse": (
        "The mouse works too: lines, tabs, keys in the bottom line.\n"
        "Arrows or h j k l move inside a pane, tab moves on to the next.",
        "鼠标同样可用：各行、标签页、底行的按键。\n"
        "方向键或 h j k l 在窗格内移动，Tab 移到下一窗格。",
    ),
}
