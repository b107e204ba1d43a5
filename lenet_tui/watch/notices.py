"""What is found by watchpoints, and why a tensor cannot be watched."""

NOTICES = {
    "watch:true": ("watch {number}: {watch} ({value})", "监视点 {number}：{watch}（{value}）"),
    "watch:non-finite": (
        "{name} · {op} made {first} ({bad} of {total} numbers not finite); it was given {operands}",
        "{name} · {op} 产生了 {first}（{total} 个数中有 {bad} 个不是有限数），其输入为 {operands}",
    ),
    "watch:given-nan": (
        "{name} · {op} was given NaN, which came in from outside: no op before it made it",
        "{name} · {op} 的输入中已有 NaN，来自外部：之前没有算子产生它",
    ),
    "watch:operand": (
        "{shape}, {low} to {high}",
        "{shape}，范围 {low} 到 {high}",
    ),
    "watch:no-tensor": (
        "no tensor {name!r} to watch: one of {allowed}",
        "没有可监视的张量 {name!r}：可选 {allowed}",
    ),
}
