"""The notices about a training file: what it lacks, holds, or does not take."""

FILE = {
    "training:making-model": ("making the model raised an exception", "创建模型时出现异常"),
    "training:making-optimizer": (
        "making the optimizer raised an exception",
        "创建优化器时出现异常",
    ),
    "training:making-data": ("making the data raised an exception", "创建数据时出现异常"),
    "training:drawing-batch": (
        "drawing a batch from the data raised an exception",
        "从数据取批量时出现异常",
    ),
    "training:trying-model": (
        "the model raised an exception for the inputs of --input",
        "模型处理 --input 的输入时出现异常",
    ),
    "training:no-file": (
        "model {file!r}: there is no such file",
        "模型 {file!r}：没有这个文件",
    ),
    "training:no-module": (
        "model {name!r}: there is no such module; a file is given by a path that ends in .py",
        "模型 {name!r}：没有这个模块；文件须以 .py 结尾的路径给出",
    ),
    "training:no-module-name": (
        "model {name!r} is neither a path that ends in .py nor the name of a module; what works:"
        " FILE.py, FILE.py:NAME, MODULE:NAME",
        "模型 {name!r} 既不是以 .py 结尾的路径，也不是模块名；"
        "可用：FILE.py、FILE.py:NAME、MODULE:NAME",
    ),
    "training:no-model": (
        "{file} defines no name 'model': name one with {file}:NAME (there are: {names}); a script"
        " that trains as it runs: lenet-tui run -- {file}",
        "{file} 没有定义名称 model：请用 {file}:NAME 指定（其中有：{names}）；"
        "若它是自己训练的脚本：lenet-tui run -- {file}",
    ),
    "training:step-trains-nothing": (
        "the step of {file} reaches neither a module with parameters nor a tensor that requires"
        " grad, by name, in a list or in an object of the file's own classes: torch computes no"
        " gradient in it",
        "{file} 的 step 既用不到含参数的模块，也用不到 requires_grad 的张量（按名称、在列表中"
        "或在该文件自己的类的对象中查找）：torch 在其中不计算任何梯度",
    ),
    "training:no-name": (
        "{file} has no {name!r} (there are: {names})",
        "{file} 中没有 {name!r}（其中有：{names}）",
    ),
    "training:is-a-model": (
        "{name} of {file} is a model already: --model.ARG is for a class or a function that makes"
        " one",
        "{file} 的 {name} 已是模型：--model.ARG 用于创建模型的类或函数",
    ),
    "training:not-a-model": (
        "{name} of {file} is of type {kind}: neither a torch.nn.Module nor what makes one",
        "{file} 的 {name} 的类型为 {kind}：既不是 torch.nn.Module，也不能创建模型",
    ),
    "training:made-no-model": (
        "{name} of {file} returned a value of type {kind}, not a torch.nn.Module",
        "{file} 的 {name} 返回的类型为 {kind}，不是 torch.nn.Module",
    ),
    "training:no-optimizer": (
        "the optimizer of {file} is of type {kind}: neither a torch.optim.Optimizer nor what makes"
        " one of the parameters",
        "{file} 的 optimizer 的类型为 {kind}：既不是 torch.optim.Optimizer，也不能由参数创建优化器",
    ),
    "training:not-callable": (
        "{name} of {file} is of type {kind}, which cannot be called",
        "{file} 的 {name} 的类型为 {kind}，不能调用",
    ),
    "training:own-loop": (
        "{file} has trained in a loop of its own, and loss is its last one: lenet-tui check --"
        " {file} takes it as it is",
        "{file} 已用自己的循环训练过，loss 是其最后的损失：请直接用 lenet-tui check -- {file}",
    ),
    "training:no-batches": (
        "data of {file} is of type {kind}: neither an iterable of batches nor what makes one",
        "{file} 的 data 的类型为 {kind}：既不是批量的可迭代对象，也不能创建它",
    ),
    "training:no-data": (
        "{file} defines no data: give inputs with --input SHAPE[:DTYPE], such as --input 8,3,32,32,"
        " or --data",
        "{file} 没有定义 data：请用 --input SHAPE[:DTYPE]（例如 --input 8,3,32,32）或 --data 给出",
    ),
    "training:step-decides": (
        "{file} has a step of its own, which decides the {option}: leave --{option} out",
        "{file} 有自己的 step，由它决定 {option}：请去掉 --{option}",
    ),
    "training:data-ended": (
        "the data of {file} are at their end after {count} batches, and cannot be begun again",
        "{file} 的数据在 {count} 个批量后结束，且不能重新开始",
    ),
    "training:data-not-again": (
        "batch {number} of {file} cannot be drawn again: it took random numbers that are no longer"
        " known",
        "{file} 的第 {number} 个批量不能再次取出：它用过的随机数状态已不再保存",
    ),
    "training:iterator-not-again": (
        "{name} is an iterator, and only the last {count} of its values are kept: give them as"
        " data, or hold a list and a number",
        "{name} 是迭代器，只保留其最后 {count} 个值：请用 data 给出，或保存列表与序号",
    ),
    "training:iterator-stays": (
        "{name} is an iterator of the type {kind}, which cannot be put back: iterations that are"
        " run again take what it gives next; give it as data, or hold a list and a number",
        "{name} 是类型为 {kind} 的迭代器，无法退回：重新运行的迭代会取它随后给出的值；"
        "请用 data 给出，或保存列表与序号",
    ),
    "training:iterator-changes": (
        "drawing from the iterator {name} also changes other state: iterations that are run again"
        " get the same values from it, but without that change",
        "从迭代器 {name} 取值时还会改变其他状态：重新运行的迭代得到相同的值，但不会再作此更改",
    ),
    "training:no-dtype": (
        "input: {name!r} is not a dtype of torch; such as float32, bfloat16, int64",
        "input：{name!r} 不是 torch 的数据类型；例如 float32、bfloat16、int64",
    ),
    "training:no-loss-returned": (
        "{file} defines no loss, and the model returned none but a value of type {kind}: define"
        " loss(output, target), or give --loss",
        "{file} 没有定义 loss，模型也没有返回损失，而是返回类型 {kind}：请定义"
        " loss(output, target)，或用 --loss 给出",
    ),
    "training:loss-not-scalar": (
        "the loss is not one number but {what}",
        "损失不是一个数，而是 {what}",
    ),
    "training:no-target": (
        "loss {loss} needs a target, and the batch brings one of type {kind}",
        "损失 {loss} 需要目标张量，而批量给出的类型为 {kind}",
    ),
    "training:idle-step": (
        "the step did nothing that can be seen: no op, no backward, no update",
        "step 没有做任何可见的事：没有算子、反向传播或更新",
    ),
    "training:step-has-model": (
        "the step of {file} calls the model that the file itself makes: leave :{name} out",
        "{file} 的 step 调用文件自己的模型：请去掉 :{name}",
    ),
    "training:stranger": (
        "the optimizer of {file} holds no parameter of this model, and would never move it: give"
        " --optimizer, or make it with a function of the parameters",
        "{file} 的 optimizer 不含此模型的任何参数，永远不会更新它：请给出 --optimizer，"
        "或用接受参数的函数创建",
    ),
    "training:data-decide": (
        "the data of {file} decide how large a batch is: leave --batch-size out",
        "批量大小由 {file} 的数据决定：请去掉 --batch-size",
    ),
}
