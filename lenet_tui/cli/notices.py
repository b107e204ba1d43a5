"""Why the command line cannot do what was asked of it, and what it does instead."""

NOTICES = {
    "cli:no-terminal": ("{stream} is not a terminal", "{stream} 不是终端"),
    "cli:closed": ("{stream} is closed", "{stream} 已关闭"),
    "cli:dumb": ("TERM is dumb", "TERM 为 dumb"),
    "cli:nothing-trained": (
        "the script ended after update {count}: there was none to look at from update {at} on",
        "脚本在 {count} 次更新后结束：从第 {at} 次更新起没有可检查的",
    ),
    "cli:no-update": (
        "the script ended, and no update was seen: optimizer.step() was never called; a step that"
        " makes new tensors, as with torch.func, goes into a function:"
        " lenet_tui.check(step, batch)",
        "脚本已结束，没有见到任何更新：从未调用 optimizer.step()；"
        "每步产生新张量的训练步（例如用 torch.func）请写成函数：lenet_tui.check(step, batch)",
    ),
    "cli:bare-tensors": (
        "the script trains tensors that no variable, list, dictionary or object of its own holds,"
        " so no end of a step can be seen: put one into a function and give it to"
        " lenet_tui.check(step, batch), or train them by torch.optim.SGD",
        "脚本所训练的张量不在它自己的变量、列表、字典或对象中，看不出一步在何处结束："
        "请把一步写成函数并交给 lenet_tui.check(step, batch)，或改用 torch.optim.SGD",
    ),
    "cli:check-broke": (
        "the check ended, as it could not look at an iteration: {error}",
        "检查到此为止，因为无法查看这次迭代：{error}",
    ),
    "cli:no-command-but-file": (
        "no command {file}: run -- {file}, check -- {file}, or --model {file} for a training file",
        "{file} 不是命令：请用 run -- {file}、check -- {file}；训练文件用 --model {file}",
    ),
    "cli:no-option": ("no option {name}", "没有选项 {name}"),
    "cli:no-resume": (
        "only the app and train take --resume: lenet-tui --resume FILE opens the session, where x"
        " exports it and ctrl+s writes its moves for --moves",
        "只有应用和 train 接受 --resume：lenet-tui --resume FILE 打开会话，在其中按 x 导出、"
        "按 ctrl+s 写出供 --moves 使用的动作",
    ),
    "cli:not-of-run": (
        "run does not take {option}: the script runs as it is, and its own options come behind it:"
        " lenet-tui run -- train.py {option} …",
        "run 不接受 {option}：脚本原样运行，它自己的选项写在它后面："
        "lenet-tui run -- train.py {option} …",
    ),
    "cli:not-of-checked-script": (
        "{option} is not for a script, which runs as it is, and its own options come behind it:"
        " lenet-tui check -- train.py {option} …; of a training file: check --model train.py"
        " {option} …",
        "{option} 不适用于脚本，脚本原样运行，它自己的选项写在它后面："
        "lenet-tui check -- train.py {option} …；训练文件用 check --model train.py {option} …",
    ),
    "cli:not-without-script": (
        "{option} is of a script, and none is given: lenet-tui check {option} … -- train.py",
        "{option} 用于脚本，而未给出脚本：lenet-tui check {option} … -- train.py",
    ),
    "cli:not-of-attach": (
        "attach does not take {option}: it shows the session as the program has it:"
        " lenet-tui attach [NAME]",
        "attach 不接受 {option}：它按程序的原样显示会话：lenet-tui attach [NAME]",
    ),
    "cli:not-of-info": (
        "info does not take {option}: it says what there is: lenet-tui info [FILE]",
        "info 不接受 {option}：它只说明现有情况：lenet-tui info [FILE]",
    ),
    "cli:no-option-near": ("no option {name}: {near}?", "没有选项 {name}：是否为 {near}？"),
    "cli:option": ("--{option}: {error}", "--{option}：{error}"),
    "cli:data-nameless": (
        "--data: data needs a name: digits, random or the path of an .npz file or a folder",
        "--data：data 需要一个名字：digits、random 或一个 .npz 文件或文件夹的路径",
    ),
    "cli:data-unreadable": (
        "--data: data {data!r} cannot be read: {why}; digits, random, an .npz file or"
        " a folder works",
        "--data：无法读取数据 {data!r}：{why}；可用 digits、random、.npz 文件或文件夹",
    ),
    "cli:data-no-file": (
        "--data: data {data!r} is not a regular file; digits, random, an .npz file or"
        " a folder works",
        "--data：数据 {data!r} 不是普通文件；可用 digits、random、.npz 文件或文件夹",
    ),
    "cli:not-whole-from": (
        "--{name}: {name} {text!r} is not a whole number from {least} to {most}",
        "--{name}：{name} {text!r} 不是 {least} 到 {most} 的整数",
    ),
    "cli:under-way": (
        "iteration {n} of {goal}, about {left} to go",
        "第 {n} 次迭代，共 {goal} 次，约剩 {left}",
    ),
    "cli:resume-brings": (
        "--resume brings the session's own {option}: leave out --{option}",
        "--resume 会带来会话自己的 {option}：请去掉 --{option}",
    ),
    "cli:resume-needs-terminal": (
        "--resume needs a terminal, and {why}",
        "--resume 需要终端，而 {why}",
    ),
    "cli:no-keys": (
        "--moves - goes with trace: the app needs standard input for its keys",
        "--moves - 只能用于 trace：应用要从标准输入读取按键",
    ),
    "cli:transcript": (
        "{why}: here is the transcript of one iteration instead of the app",
        "{why}：不打开应用，改为输出一次迭代的文字记录",
    ),
    "cli:layer-printed": (
        "{why}: the layer is printed instead of shown",
        "{why}：不打开界面，改为打印此层",
    ),
    "cli:stops-printed": (
        "{why}: the stops are printed instead of shown",
        "{why}：不打开界面，改为打印各站",
    ),
    "cli:cannot-go-on": ("it cannot go on: {why}", "无法继续：{why}"),
    "cli:moves-unreadable": ("moves {path!r} cannot be read: {why}", "无法读取 {path!r}：{why}"),
    "cli:other-options": (
        "the moves are of a session with other options: {which}",
        "这些动作属于选项不同的会话：{which}",
    ),
    "cli:instead-of": (
        "--{option} {ours} is taken, not the file's {theirs}",
        "采用 --{option} {ours}，而非文件中的 {theirs}",
    ),
    "cli:own-recipe": (
        "with {options} train leaves its own recipe (train --help): what is not given is as in the"
        " app",
        "给出 {options} 时 train 不用自己的方案（见 train --help）：未给出的选项与应用中相同",
    ),
    "cli:reached": (
        "the session is at iteration {n} already: there is nothing to train",
        "会话已在第 {n} 次迭代：无需再训练",
    ),
    "cli:reached-epoch": (
        "the session is at epoch {epoch} already (iteration {n}): there is nothing to train",
        "会话已在第 {epoch} 轮（第 {n} 次迭代）：无需再训练",
    ),
    "cli:not-finite": (
        "the loss ended as {loss}: a smaller --lr may help; the app finds the op that made it",
        "损失最终为 {loss}：可减小 --lr；在应用中可找到产生它的算子",
    ),
    "cli:late-options": (
        "line {number}: the options of the session came too late: put them before the first "
        "move, or on the command line",
        "第 {number} 行：会话的选项来得太晚：请写在第一个动作之前，或在命令行上给出",
    ),
    "cli:open-quote": ("a quotation mark is not closed", "引号没有闭合"),
    "cli:line": ("line {number}: {error}", "第 {number} 行：{error}"),
    "cli:move": ("{line}: {error}", "{line}：{error}"),
    "cli:iteration": ("iteration {n}, {phase}: {error}", "第 {n} 次迭代，{phase}：{error}"),
    "cli:iteration-after": (
        "iteration {n}, after {phase}: {error}",
        "第 {n} 次迭代，{phase} 之后：{error}",
    ),
    "cli:ops-with-moves": (
        "--ops goes with --iterations, not with --moves",
        "--ops 只能与 --iterations 一起用，不能与 --moves 一起用",
    ),
    "cli:engine-ended": ("the engine ended: {error}", "引擎已结束：{error}"),
    "cli:exists": (
        "output {output!r} exists: another name, or --force to overwrite it",
        "输出 {output!r} 已存在：请换一个名字，或用 --force 覆盖它",
    ),
    "cli:not-written": (
        "output {output!r} cannot be written: {why}",
        "无法写入输出 {output!r}：{why}",
    ),
    "cli:not-written-now": (
        "checkpoint {output!r} cannot be written now: {why}; the training goes on, and it is tried"
        " again",
        "目前无法写入检查点 {output!r}：{why}；训练继续进行，稍后重试",
    ),
    "cli:not-written-still": (
        "output {output!r} cannot be written: {why}; it still holds the session after iteration"
        " {n}",
        "无法写入输出 {output!r}：{why}；其中仍是第 {n} 次迭代后的会话",
    ),
    "cli:rescued": (
        "{output} holds the session after iteration {n}",
        "{output} 保存了第 {n} 次迭代后的会话",
    ),
    "cli:every-needs-checkpoint": (
        "--checkpoint-every goes with --checkpoint FILE",
        "--checkpoint-every 须与 --checkpoint FILE 一起用",
    ),
    "cli:written": (
        "{output} is written: 'python {output} --verify' repeats the session",
        "已写入 {output}：'python {output} --verify' 会重现此会话",
    ),
    "cli:no-epochs": (
        "these data have no epochs that can be counted: give --iterations N",
        "这些数据没有可数的轮次：请给出 --iterations N",
    ),
    "cli:nothing-to-save": (
        "no checkpoint is written: nothing has been trained",
        "没有写检查点：尚未训练",
    ),
    "cli:resume-verified": (
        "resumed after iteration {half} and trained {rest} further: equal to the bit ({digest})",
        "在第 {half} 次迭代后恢复并再训练 {rest} 次：逐位相同（{digest}）",
    ),
    "cli:resume-differs": (
        "resumed after iteration {half} and trained {rest} further: it differs ({other}, not"
        " {digest})",
        "在第 {half} 次迭代后恢复并再训练 {rest} 次：结果不同（{other}，而非 {digest}）",
    ),
    "cli:none-saved": (
        "no session to resume: none is saved in {folder}",
        "没有可恢复的会话：{folder} 中没有保存的会话",
    ),
    "cli:all-in-use": (
        "no session to resume: what is saved in {folder} is in use by another lenet-tui",
        "没有可恢复的会话：{folder} 中保存的会话正由另一个 lenet-tui 使用",
    ),
    "cli:no-checkpoint": (
        "{path!r} is not a checkpoint: {error}",
        "{path!r} 不是检查点：{error}",
    ),
    "cli:no-weights": (
        "{path!r} holds no weights: {error}",
        "{path!r} 中没有权重：{error}",
    ),
    "cli:not-resumed": (
        "session {path!r} cannot be resumed: {error}",
        "无法恢复会话 {path!r}：{error}",
    ),
    "cli:no-stop": (
        "no stop {stop!r}: 1 to {count}, or one of {names}",
        "没有 {stop!r} 这一站：可用 1 到 {count}，或 {names}",
    ),
    "cli:own-session": (
        "the tour has a session of its own, the preset {preset}: no {what} here",
        "导览有自己的会话，即预设 {preset}：这里不能用 {what}",
    ),
    "cli:too-large": (
        "too large to run here: the shapes come from torch's meta device",
        "太大，无法在此运行：形状来自 torch 的 meta 设备",
    ),
    "cli:too-many-indices": (
        "there are too many indices to send",
        "下标太多，无法传送",
    ),
    "cli:warning": ("warning: {text}", "警告：{text}"),
    "cli:no-argument-value": (
        "--model.{name} needs a value: --model.{name} VALUE",
        "--model.{name} 需要一个值：--model.{name} VALUE",
    ),
    "cli:argument-name": (
        "--model.{name}: an argument has a name, as in --model.width 64",
        "--model.{name}：参数须有名称，例如 --model.width 64",
    ),
    "cli:model-no-file": (
        "model {file!r}: there is no such file",
        "模型 {file!r}：没有这个文件",
    ),
    "cli:weights-no-file": (
        "weights {file!r}: there is no such file",
        "权重 {file!r}：没有这个文件",
    ),
    "cli:weights-written": ("{output} holds the weights", "{output} 保存了权重"),
    "cli:nothing-to-export": (
        "give --output FILE for a script, or --save-weights FILE",
        "请给出 --output FILE（脚本）或 --save-weights FILE（权重）",
    ),
    "cli:attach-none": (
        "no program waits with a session here",
        "这里没有等待屏幕的程序",
    ),
    "cli:attach-unknown": (
        "no session is called {name!r}; there are: {names}",
        "没有名为 {name!r} 的会话；现有：{names}",
    ),
    "cli:attach-needs-terminal": (
        "attach needs a terminal: {why}",
        "attach 需要终端：{why}",
    ),
    "cli:input-shape": (
        "input {text!r} is not a shape; such as 8,3,32,32 or 2,16:int64",
        "input {text!r} 不是形状；例如 8,3,32,32 或 2,16:int64",
    ),
}
