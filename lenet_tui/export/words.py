"""Words of the code pane and of the exported script's dialog."""

from __future__ import annotations

from lenet_tui.text.notice import Table

EXPORT: Table = {
    "dialog.export.title": ("Export the session as a script", "把会话导出为脚本"),
    "dialog.export.keys": ("enter write   escape close", "回车 写入   Esc 关闭"),
    "export.help": (
        "A plain PyTorch program that repeats this session from its seed up to the cursor. "
        "Any path; a name alone is a file in {folder}.",
        "一个纯 PyTorch 程序，从种子起重现本次会话直到光标处。"
        "可输入任意路径；只写名字则位于 {folder}。",
    ),
    "export.state": (
        "It prints the digest of all parameters and gradients here, STATE\n{digest}",
        "它会打印此处全部参数与梯度的摘要 STATE\n{digest}",
    ),
    "export.done": (
        "written: {path}  (python … --verify compares the digests)",
        "已写入：{path}（python … --verify 会比对摘要）",
    ),
    "export.failed": ("not exported: {reason}", "未导出：{reason}"),
    "tab.code": ("Code", "代码"),
    "code.iteration": ("iteration {n}", "第 {n} 次迭代"),
    "code.skipped": ("skipped", "已跳过"),
    "code.extra": ("out of turn", "额外执行"),
    "code.then-by-hand": ("then changed by hand", "随后手动修改"),
    "code.by-hand": ("set by hand", "手动设置"),
    "code.vector": ("v = {vector}", "v = {vector}"),
    "code.done": ("{done} of {total}", "第 {done}/{total} 步"),
    "code.op": ("{done} of {total}: {op} · {name}", "第 {done}/{total} 步：{op} · {name}"),
    "code.state": (
        "SHA-256 of parameters and gradients; an export prints it",
        "参数与梯度的 SHA-256；导出的脚本会打印它",
    ),
    "code.digest": ("SHA-256 of parameters and gradients", "参数与梯度的 SHA-256"),
    "code.and": (", ", "，"),
    "code.shape": ("{shape}", "{shape}"),
    "code.loss": ("{loss}", "{loss}"),
    "code.numbers": ("{numbers}", "{numbers}"),
    "code.accumulated": ("gradients of {n} backward passes", "{n} 次 backward 的梯度之和"),
}
