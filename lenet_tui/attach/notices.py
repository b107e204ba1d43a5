"""The notices about sessions in a person's own process."""

NOTICES = {
    "attach:no-folder": (
        "no folder for the session's socket: {folder}: {why}",
        "没有可放会话套接字的文件夹：{folder}：{why}",
    ),
    "attach:no-such-kind": (
        "{path} is not what it should be: refused",
        "{path} 的类型不对，因此不使用",
    ),
    "attach:not-yours": (
        "{path} belongs to user {owner}, not to you: refused",
        "{path} 属于用户 {owner}，不是你的，因此不使用",
    ),
    "attach:open-to-others": (
        "{path} is open to others (mode {mode}, should be {wanted}): refused",
        "{path} 对其他用户开放（权限 {mode}，应为 {wanted}），因此不使用",
    ),
    "attach:peer": (
        "the process at the other end is user {owner}'s: refused",
        "另一端的进程属于用户 {owner}，因此不使用",
    ),
    "attach:not-plain": (
        "the other end sent something other than plain data: {what}",
        "另一端发送了普通数据以外的内容：{what}",
    ),
    "attach:no-terminal": ("{stream} is not a terminal", "{stream} 不是终端"),
    "attach:system": ("a terminal cannot be lent on this system", "此系统无法借出终端"),
    "attach:dumb": ("TERM is dumb", "TERM 为 dumb"),
    "attach:tty-unusable": ("LENET_TUI_TTY={path}: {why}", "LENET_TUI_TTY={path}：{why}"),
    "attach:tty-none": ("LENET_TUI_TTY={path} is not a terminal", "LENET_TUI_TTY={path} 不是终端"),
    "attach:no-screen": ("the screen cannot be started: {why}", "无法启动屏幕：{why}"),
    "attach:screen-killed": (
        "the screen's process was ended by {why}",
        "屏幕进程被 {why} 结束",
    ),
    "attach:waits": (
        "{at} waits for its screen: lenet-tui attach {name}",
        "{at} 等待屏幕：lenet-tui attach {name}",
    ),
    "attach:still": (
        "a screen in another terminal still looks on, so the program stands still: "
        "lenet-tui attach {name}",
        "另一终端的屏幕仍在查看，程序仍停在此处：lenet-tui attach {name}",
    ),
    "attach:lost": (
        "the screen is gone; the program waits for another: lenet-tui attach {name}",
        "屏幕已断开；程序等待另一个：lenet-tui attach {name}",
    ),
    "attach:goes-on": ("the program goes on", "程序继续运行"),
    "attach:interrupted": ("the program was interrupted", "程序被中断"),
    "attach:ended": ("the program has ended", "程序已结束"),
    "attach:cut": (
        "the line to the program is cut: lenet-tui attach {name} takes it up again",
        "与程序的连接已断开：lenet-tui attach {name} 可重新接上",
    ),
    "attach:no-answer": ("session {name} does not answer", "会话 {name} 无应答"),
    "attach:other-version": (
        "session {name} is of another version, {version}",
        "会话 {name} 属于另一版本 {version}",
    ),
    "attach:read-only": (
        "another screen makes the moves; X takes the keys over",
        "另一个屏幕在操作；按 X 接管",
    ),
    "attach:looked-at": (
        "not here: what the program did is looked at and cannot be run again, as the state that it"
        " would need is the program's own",
        "此处不可用：程序做过的事只能查看，无法重新运行，因为所需的状态属于程序自己",
    ),
    "attach:own-process": (
        "not here: the engine is the program's own process",
        "此处不可用：引擎就是程序自己的进程",
    ),
    "attach:makes-no-sense": (
        "what the other end sent makes no sense: {why}",
        "另一端发送的内容无法理解：{why}",
    ),
}
