"""What the doors from a script say in a line."""

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "script:printed": (
        "{at}: no screen ({why}): one iteration in words, then undone",
        "{at}：无法显示屏幕（{why}）：以文字显示一次迭代，然后撤销",
    ),
    "script:ci": ("CI is set", "设置了 CI"),
    "script:notebook": ("a notebook", "这是笔记本"),
    "script:pytest": (
        "{at}: pytest has captured the terminal: run pytest -s for the screen, or use"
        " lenet_tui.check in a test",
        "{at}：pytest 捕获了终端：用 pytest -s 显示屏幕，或在测试中使用 lenet_tui.check",
    ),
    "script:rank": (
        "{at}: this is process {rank} of {size}, counted from 0, and the others would wait for it:"
        " run the script in one process for a look at its step",
        "{at}：这是 {size} 个进程中编号为 {rank} 的进程（从 0 起），其他进程会等待它："
        "请以单进程运行脚本来查看这一步",
    ),
    "script:rank-unchecked": (
        "not checked: this is process {rank} of {size}, counted from 0, and a step that is tried"
        " here would exchange gradients with the others: check it before init_process_group, or in"
        " one process",
        "未检查：这是 {size} 个进程中编号为 {rank} 的进程（从 0 起），在此试运行一步会与其他进程"
        "交换梯度：请在 init_process_group 之前检查，或以单进程检查",
    ),
    "script:worker": (
        "{at}: a worker of a DataLoader has no terminal: look at the step where the batch arrives,"
        " or set num_workers=0",
        "{at}：DataLoader 的工作进程没有终端：请在取得批量之处查看，或设 num_workers=0",
    ),
    "script:failed": ("{at}: {error}", "{at}：{error}"),
    "script:took": ("here: {what}", "here：{what}"),
    "script:unclear": (
        "{at}: unclear what the {part} is: {names}; write lenet_tui.step({line})",
        "{at}：不清楚哪个是 {part}：{names}；请写 lenet_tui.step({line})",
    ),
    "script:none-found": ("nothing of that kind is in sight", "没有找到"),
    "script:which": ("which is the {part}?", "哪个是 {part}？"),
    "script:go-on": ("none: go on without a look", "都不是：不查看，继续运行"),
    "script:number": ("number: ", "编号："),
    "script:returned": ("the model returns it", "由模型返回"),
}
