"""The notices about the engine's process."""

NOTICES = {
    "process:not-started": ("the engine has not been started", "引擎尚未启动"),
    "process:no-program": (
        "only where the session is in a program of yours",
        "仅用于会话在你自己的程序中时",
    ),
    "process:then": ("{first}; then {second}", "{first}；随后 {second}"),
    "process:cannot-start": ("it could not be started: {why}", "无法启动：{why}"),
    "process:not-plain": (
        "it sent something other than plain data: {what}",
        "它发送了普通数据以外的内容：{what}",
    ),
    "process:makes-no-sense": ("what it sent makes no sense: {why}", "它发送的内容无法理解：{why}"),
    "process:pipe-broke": ("the pipe to it broke", "与它的管道已断开"),
    "process:exit-status": ("exit status {code}", "退出状态 {code}"),
    "process:signal": ("signal {number}", "信号 {number}"),
}
