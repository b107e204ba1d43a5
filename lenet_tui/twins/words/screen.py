"""Words of the screen of twins, and of what ``lenet-tui twins`` prints."""

from __future__ import annotations

from lenet_tui.text.notice import Table

SCREEN: Table = {
    "dialog.twins.title": ("Healthy beside broken", "健康与出错对照"),
    "dialog.twins.keys": (
        "enter choose   escape close",
        "回车 选择   Esc 关闭",
    ),
    "twins.keys.ask": (
        "1 2 3 answer   backspace the list   escape close",
        "1 2 3 回答   退格 返回列表   Esc 关闭",
    ),
    "twins.keys.run": (
        "n N iteration  d difference  x export  backspace list  escape close",
        "n N 迭代   d 首个差异   x 导出两份   退格 返回列表   Esc 关闭",
    ),
    "twins.keys.files": (
        "n N iteration   d first difference   escape close",
        "n N 迭代   d 首个差异   Esc 关闭",
    ),
    "twins.about": (
        "Each line is a mistake, made by a small edit of a healthy program. Guess what it does; "
        "then both run from the same seed, side by side. Answered rightly: {right} of {count}.",
        "每一行是一个错误，由对健康程序的小改动造成。先猜它会怎样，"
        "然后两者从同一种子出发并排运行。答对：{count} 个中的 {right} 个。",
    ),
    "twins.healthy": ("healthy", "健康版"),
    "twins.broken": ("broken", "出错版"),
    "twins.running": ("running both …", "正在运行两者…"),
    "twins.right": ("Right: {answer}.", "答对了：{answer}。"),
    "twins.wrong": ("No. It is: {answer}.", "不对。应为：{answer}。"),
    "twins.seed": (
        "{a} beside {b}, {n} iterations from seed {seed}",
        "{a} 与 {b} 对照，从种子 {seed} 起 {n} 次迭代",
    ),
    "twins.parts": ("First difference: {place}", "首个差异：{place}"),
    "twins.first-number": ("First number that differs: {place}", "首个不同的数值：{place}"),
    "twins.answer": ("Answer: {answer}.", "答案：{answer}。"),
    "twins.at": ("iteration {n}, {phase}: {op}", "第 {n} 次迭代，{phase}：{op}"),
    "twins.start": ("at the start: {op}", "开始时：{op}"),
    "twins.line": ("line {a}", "第 {a} 行"),
    "twins.lines": ("lines {a} and {b}", "第 {a} 行与第 {b} 行"),
    "twins.only": ("only in {name}", "只有 {name} 有"),
    "twins.later": ("{name} does it later", "{name}要到后面才做"),
    "twins.elsewhere": ("at two different places", "两者位置不同"),
    "twins.cell": ("{index}  {a}: {va}   {b}: {vb}", "{index}  {a}：{va}   {b}：{vb}"),
    "twins.count": (
        "{count} of {size} elements ({shape}) differ, at most by {gap}",
        "{size} 个元素（{shape}）中有 {count} 个不同，最多相差 {gap}",
    ),
    "twins.shapes": ("shape  {a}: {va}   {b}: {vb}", "形状  {a}：{va}   {b}：{vb}"),
    "twins.types": ("dtype  {a}: {va}   {b}: {vb}", "类型  {a}：{va}   {b}：{vb}"),
    "twins.over": (
        "{name} ended after iteration {n}",
        "{name} 在第 {n} 次迭代后结束",
    ),
    "twins.exited": (
        "{name} ended after iteration {n} with exit status {status}",
        "{name} 在第 {n} 次迭代后以退出状态 {status} 结束",
    ),
    "twins.scalar": ("scalar", "标量"),
    "twins.none": ("None", "None"),
    "twins.tensor": ("{shape}, norm {norm}", "{shape}，范数 {norm}"),
    "twins.same": (
        "No difference in {n} iterations: {rows} results are equal to the bit.",
        "{n} 次迭代没有差异：{rows} 个结果逐位相等。",
    ),
    "twins.stopped": (
        "{name} stopped in iteration {n}: {error}",
        "{name} 在第 {n} 次迭代中停止：{error}",
    ),
    "twins.iteration": ("iteration", "迭代"),
    "twins.table": (
        "Iteration {n} of {total}",
        "第 {n} 次迭代，共 {total} 次",
    ),
    "twins.table.start": ("What they start from: parameters and buffers.", "起点：参数与缓冲区。"),
    "twins.ran": ("ran", "已运行"),
    "twins.later.short": ("later", "在后面"),
    "twins.moved": ("moved", "位置不同"),
    "twins.files": ("Two training files or scripts of your own …", "自己的两个训练文件或脚本…"),
    "twins.other": ("This session beside another option …", "本次会话与另一选项对照…"),
    "twins.other.help": (
        "Both begin where iteration {n} began. Which option does the other one have? Such as "
        "lr 0.1, optimizer adam, batch-size 8.",
        "两者都从第 {n} 次迭代开始处出发。另一方用什么选项？"
        "例如 lr 0.1、optimizer adam、batch-size 8。",
    ),
    "dialog.twins-other.title": ("Another option", "另一选项"),
    "dialog.twins-other.keys": ("enter compare   escape cancel", "回车 对照   Esc 取消"),
    "dialog.twins-a.title": ("One training file or script", "一个训练文件或脚本"),
    "dialog.twins-b.title": ("Beside which", "与哪个对照"),
    "dialog.twins-a.keys": ("enter next   escape cancel", "回车 下一步   Esc 取消"),
    "dialog.twins-b.keys": ("enter compare   escape cancel", "回车 对照   Esc 取消"),
    "twins.op": ("op (norm, or value of a number)", "算子（范数；单个数为其值）"),
    "twins.gap": ("max |difference|", "最大 |差|"),
    "twins.gap.short": ("max |diff|", "最大 |差|"),
    "twins.list": (
        "{count} mistakes; lenet-tui twins ID shows one, lenet-tui twins A.py B.py compares two "
        "training files or scripts",
        "{count} 个错误；lenet-tui twins ID 显示其中一个，lenet-tui twins A.py B.py "
        "对照两个训练文件或脚本",
    ),
    "twins.written": ("Written: {a} and {b}", "已写入：{a} 和 {b}"),
    "twins.unwritten": ("Not written: {why}", "未写入：{why}"),
    "dialog.twins-export.title": ("Export both programs", "导出两个程序"),
    "dialog.twins-export.keys": ("enter write   escape cancel", "回车 写入   Esc 取消"),
    "twins.export.help": (
        "Two plain PyTorch scripts that print the losses shown here, in this folder:",
        "两个纯 PyTorch 脚本，会打印这里显示的损失，写入此文件夹：",
    ),
}
