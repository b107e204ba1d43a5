"""Why a probe or a check has no answer."""

NOTICES = {
    "findings:no-loss": ("this step has no loss", "这个训练步没有损失"),
    "findings:no-input": (
        "there is no input that could be emptied",
        "没有可以置零的输入",
    ),
    "findings:no-other-targets": (
        "there are no targets to be shuffled: none are known, or all are the same",
        "没有可以打乱的目标：目标未知，或全部相同",
    ),
    "findings:no-model-called": ("this step calls no model", "这个训练步没有调用模型"),
    "findings:samples-unknown": (
        "it is not known which axis the samples lie along, or there are fewer than three",
        "不知道样本沿哪个轴排列，或样本少于三个",
    ),
    "findings:outside-its-range": (
        "{op} is given an index or a label that is out of range: on a GPU its kernel would end "
        "the process",
        "{op} 收到超出范围的下标或标签：在 GPU 上其内核会终止进程",
    ),
    "findings:no-update": (
        "this step changes no parameter, or has no loss",
        "这个训练步没有改变任何参数，或没有损失",
    ),
    "findings:not-whole": (
        "iterations: {value} is not a whole number from 1 on",
        "iterations：{value} 不是从 1 开始的整数",
    ),
}
