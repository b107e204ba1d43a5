"""Why a file cannot be resumed."""

NOTICES = {
    "sessions:no-edit": ("an edit in it is not one", "其中的一处修改无效"),
    "sessions:no-file": ("it is not a file", "它不是文件"),
    "sessions:too-large": ("it is larger than {most} MB", "它大于 {most} MB"),
    "sessions:too-large-to-save": (
        "the session is not being saved: it would take {size} MB, and at most {most} MB are read",
        "会话未能自动保存：需要 {size} MB，而最多只读取 {most} MB",
    ),
    "sessions:no-session": ("it is not a saved session", "它不是保存的会话"),
    "sessions:other-format": (
        "it is of format {version}, and this lenet-tui reads format {ours}",
        "其格式为 {version}，而此 lenet-tui 只读格式 {ours}",
    ),
    "sessions:damaged": (
        "it is damaged: its content does not match its digest",
        "它已损坏：内容与摘要不符",
    ),
    "sessions:other-model": (
        "it executes {model}: give --model {model} beside --resume if you trust that file",
        "它会执行 {model}：如信任该文件，请在 --resume 旁加上 --model {model}",
    ),
    "sessions:no-first-keyframe": (
        "the keyframe it starts from is missing",
        "缺少它开始时的关键帧",
    ),
    "sessions:no-keyframe": (
        "the keyframe before its position is missing",
        "缺少其位置之前的关键帧",
    ),
    "sessions:ahead-of-end": ("it is ahead of its own end", "它超出了自己的终点"),
    "sessions:no-end": ("its end is not inside an op", "其终点不在任何算子中"),
    "sessions:odd-keyframe": (
        "the keyframe it is resumed from cannot be read",
        "无法读取它恢复所用的关键帧",
    ),
    "sessions:odd-evaluation": (
        "an evaluation in it is not possible",
        "其中有不可能的评估结果",
    ),
    "sessions:no-time": ("its time is not valid", "其时间无效"),
    "sessions:losses-cut-short": ("its losses are cut short", "其损失不完整"),
}
