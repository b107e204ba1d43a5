"""Why a session cannot be written as a script."""

NOTICES = {
    "export:script": (
        "the step is that of a script that runs: its own lines are the program",
        "这一步属于正在运行的脚本：脚本自身的代码就是程序",
    ),
    "export:safetensors": (
        "the session began with weights in safetensors, which torch alone does not read:"
        " begin with a .pt file to export",
        "会话始于 safetensors 权重，仅有 torch 无法读取：要导出，请从 .pt 文件开始",
    ),
    "export:unclear": (
        "the model's source gets {name!r} in a way that a script cannot repeat",
        "模型源码得到 {name!r} 的方式无法在脚本中重现",
    ),
    "export:name-taken": (
        "the model's source defines {name!r}, which the script needs",
        "模型源码定义了 {name!r}，而脚本需要这个名字",
    ),
    "export:import": (
        "the model's source needs {line!r}: a script may import torch and the standard library",
        "模型源码需要 {line!r}：脚本只能导入 torch 和标准库",
    ),
    "export:change": (
        "a change of {option} cannot be written as a script",
        "{option} 的更改无法写成脚本",
    ),
    "export:change-of-input": (
        "an input that was drawn or edited can be exported with data of class labels alone:"
        " digits, or a file of images",
        "只有带类别标签的数据（digits 或图像文件）上的手绘或手改输入才能导出",
    ),
    "export:too-many-samples": (
        "the session took {count} samples, {size} MB: a script holds {most} MB at most",
        "会话用了 {count} 个样本，共 {size} MB：脚本最多容纳 {most} MB",
    ),
    "export:not-one-tensor": (
        "the model {model} cannot be exported: it returns a {kind}, and a script takes one tensor",
        "无法导出模型 {model}：它返回 {kind}，而脚本只接受单个张量",
    ),
    "export:no-source": (
        "the model {model} cannot be exported: its source is not available",
        "无法导出模型 {model}：得不到它的源码",
    ),
    "export:acted-on": (
        "the model {model} cannot be exported: a terminal would act on {text!r} in its source",
        "无法导出模型 {model}：其源码中的 {text!r} 会被终端当作控制字符",
    ),
    "export:not-reached": (
        "what the step of {file} trains is held by no name of the file: a script cannot reach it",
        "{file} 的 step 所训练的对象不在该文件的任何名称之下：脚本无法取得它",
    ),
    "export:inside-step": (
        "your own step has changed something by hand just before the cursor, where a script cannot"
        " stop it: export where an iteration has finished",
        "您自己的 step 在光标之前手动改变了某些内容，脚本无法在那里停下：请在一次迭代结束处导出",
    ),
}
