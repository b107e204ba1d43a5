"""The notices about the objects of a script that are no step, or cannot be changed."""

LIVE = {
    "training:given-no-model": (
        "the first argument is a {kind}: give step(model, batch, loss, optimizer) with a torch"
        " module, or step(train_step, batch) with a function of the batch",
        "第一个参数的类型为 {kind}：请用 step(model, batch, loss, optimizer)（torch 模块），"
        "或 step(train_step, batch)（以批量为参数的函数）",
    ),
    "training:given-beside-step": (
        "a function of the batch is the whole step: leave {name} out, or give a module first",
        "以批量为参数的函数就是完整的一步：请去掉 {name}，或把模块作为第一个参数",
    ),
    "training:given-no-loss": (
        "the loss is a {kind}: give a function (output, target) → loss, a closure without"
        " arguments, or None where the model returns its loss",
        "loss 的类型为 {kind}：请给出函数 (output, target) → loss、无参数的闭包，"
        "或在模型自己返回损失时给 None",
    ),
    "training:given-no-optimizer": (
        "the optimizer is a {kind}: give an instance of torch.optim.Optimizer, or a function"
        " train_step(batch) in the place of all",
        "optimizer 的类型为 {kind}：请给出 torch.optim.Optimizer 的实例，"
        "或用函数 train_step(batch) 代替全部参数",
    ),
    "training:given-needs-optimizer": (
        "a scheduler, a scaler or a closure belongs to an optimizer, and none is given",
        "scheduler、scaler 或闭包属于优化器，而没有给出优化器",
    ),
    "training:given-lazy": (
        "the model has parameters without a shape yet: run one forward first",
        "模型还有未确定形状的参数：请先运行一次前向传播",
    ),
    "training:given-no-module": (
        "{name} works with neither a module that has parameters nor a tensor that requires grad, as"
        " far as its closure, its globals, its arguments and self show: give step(model, batch,"
        " loss, optimizer)",
        "在 {name} 的闭包、全局变量、参数和 self 中，既没有找到含参数的模块，也没有找到"
        " requires_grad 的张量：请用 step(model, batch, loss, optimizer)",
    ),
    "training:live-no-loss": (
        "the model returned no loss, but a {kind}: give a loss (output, target) → a number, as the"
        " third argument of step",
        "模型没有返回损失，而是返回类型 {kind}：请把损失函数 (output, target) → 数"
        " 作为 step 的第三个参数",
    ),
    "training:live-cut": (
        "the step leads to more than {most} functions: what those further away change beside its"
        " objects is not undone",
        "这一步涉及超过 {most} 个函数：更远处的函数在其对象之外所作的更改不会撤销",
    ),
    "training:live-iterators": (
        "the step takes from {names}: what an iterator has given cannot be given back, and each"
        " iteration here takes more",
        "这一步从 {names} 取数：迭代器给出的无法收回，而这里每次迭代都会再取",
    ),
    "training:live-stays": (
        "{option} cannot be changed here: the objects are the script's own, and stay as it made"
        " them",
        "这里不能更改 {option}：这些对象属于脚本本身，保持脚本创建时的样子",
    ),
}
