"""Why two programs cannot be compared."""

from __future__ import annotations

from lenet_tui.text.notice import Table

NOTICES: Table = {
    "twins:no-mistake": ("no mistake {name!r}: {names}", "没有名为 {name!r} 的错误：{names}"),
    "twins:printed": (
        "{why}: the twins are printed instead of shown",
        "{why}：不打开界面，改为打印对照结果",
    ),
    "twins:export": (
        "--export goes with the name of a mistake: lenet-tui twins no-zero-grad --export FOLDER",
        "--export 须与错误的名称一起使用：lenet-tui twins no-zero-grad --export FOLDER",
    ),
    "twins:other": (
        "--other stands in the place of a second file: lenet-tui twins A.py --other lr=1.0",
        "--other 代替第二个文件：lenet-tui twins A.py --other lr=1.0",
    ),
    "twins:second": (
        "{name} beside what? Give another training file or script",
        "{name} 与什么对照？请再给一个训练文件或脚本",
    ),
    "twins:unknown": (
        "{name!r} is neither two training files nor a mistake: {names}",
        "{name!r} 既不是两个训练文件，也不是错误名称：{names}",
    ),
    "twins:two-scripts": (
        "twins needs two scripts: twins -- A.py B.py ARGS, or each with its own words: "
        "twins -- A.py ARGS -- B.py ARGS",
        "twins 需要两个脚本：twins -- A.py B.py 参数；各有参数时用 twins -- A.py 参数 -- B.py 参数",
    ),
    "twins:not-of-scripts": (
        "{option} is not for scripts, which run as they are: give it to each behind its name, "
        "if it knows it",
        "{option} 不适用于脚本，脚本原样运行：若脚本认得它，请写在各自名称之后",
    ),
    "twins:not-of-files": (
        "{option} does not go with two training files: each is the model, and begins anew",
        "{option} 不能与两个训练文件一起使用：每个文件自带模型，并从头开始",
    ),
    "twins:not-of-mistakes": (
        "{option} is not for a mistake, whose two programs are as they are; --export FOLDER writes"
        " them, to be changed",
        "{option} 不适用于错误示例，其两个程序是固定的；--export FOLDER 可将它们写出来再修改",
    ),
    "twins:not-begun": ("{name}: {why}", "{name}：{why}"),
    "twins:died": (
        "its process ended without a word (exit status {status})",
        "其进程未作说明就结束了（退出状态 {status}）",
    ),
    "twins:no-file": ("{file}: there is no such Python file", "{file}：没有这个 Python 文件"),
    "twins:exists": ("{file} exists already", "{file} 已存在"),
    "twins:written": ("written: {a} and {b}", "已写入：{a} 和 {b}"),
    "twins:unwritten": ("cannot write into {folder}: {why}", "无法写入 {folder}：{why}"),
}
