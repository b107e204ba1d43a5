"""The notices that reject an option, a move, a watchpoint or a file name."""

NOTICES = {
    "protocol:unknown": (
        "{name} {value!r} is unknown: one of {allowed}",
        "{name} 的值 {value!r} 未知：可选 {allowed}",
    ),
    "protocol:outside": (
        "{name} {value} is not possible: it must be a whole number from {low} to {high}",
        "{name} 不能是 {value}：须为 {low} 到 {high} 的整数",
    ),
    "protocol:not-whole": ("{name} {text!r} is not a whole number", "{name} {text!r} 不是整数"),
    "protocol:evaluate-every": (
        "evaluate-every {text!r} is neither a whole number from 0 (never) nor epoch",
        "evaluate-every {text!r} 既不是从 0（从不）起的整数，也不是 epoch",
    ),
    "protocol:not-a-number": ("{name} {text!r} is not a number", "{name} {text!r} 不是数"),
    "protocol:no-option": (
        "no option {option!r}: one of {allowed}",
        "没有选项 {option!r}：可选 {allowed}",
    ),
    "protocol:lr": (
        "lr {lr} is not possible: it must be a finite number, 0 or more, such as 0.01",
        "lr 不能是 {lr}：须为不小于 0 的有限数，例如 0.01",
    ),
    "protocol:no-schedule": (
        "{text!r} is not a schedule: constant, step:EVERY:FACTOR, cosine:ITERATIONS[:FACTOR],"
        " warmup:N, or warmup:N+ and another",
        "{text!r} 不是学习率计划：可用 constant、step:EVERY:FACTOR、cosine:ITERATIONS[:FACTOR]、"
        "warmup:N，或 warmup:N+ 加另一个",
    ),
    "protocol:schedule-count": (
        "{text!r}: {number!r} is not a number of iterations, 1 or more",
        "{text!r}：{number!r} 不是迭代次数，须不小于 1",
    ),
    "protocol:schedule-factor": (
        "{text!r}: {number!r} is not a factor from 0 to 10",
        "{text!r}：{number!r} 不是 0 到 10 的系数",
    ),
    "protocol:own-optimizer": (
        "{option} goes with an optimizer of torch's, and this session has one of your own or none:"
        " give --optimizer",
        "{option} 须与 torch 的优化器同用，而此会话使用您自己的优化器：请给出 --optimizer",
    ),
    "protocol:not-its": (
        "the optimizer {optimizer} has no {option}: one of {allowed} has",
        "优化器 {optimizer} 没有 {option}：{allowed} 才有",
    ),
    "protocol:setting": (
        "{option} {value} is not possible: it must be a finite number, 0 or more",
        "{option} 不能是 {value}：须为不小于 0 的有限数",
    ),
    "protocol:nesterov": (
        "nesterov needs a momentum above 0",
        "nesterov 需要大于 0 的 momentum",
    ),
    "protocol:needs-model": (
        "{option} goes with --model: it says what a model of your own is made of or given",
        "{option} 须与 --model 同用：它用于您自己的模型",
    ),
    "protocol:input-or-data": (
        "--input draws the data at random, and --data {data} says where they are: give one",
        "--input 随机生成数据，--data {data} 指定数据来源：只给其一",
    ),
    "protocol:switch": (
        "{name} {value} is not possible: it must be a finite number, 0 (off) or more, such as 1",
        "{name} 不能是 {value}：须为有限的数，0（关）或更大，例如 1",
    ),
    "protocol:augment": (
        "augment {text!r} means nothing: off, or one or more of {example}",
        "augment {text!r} 无意义：可为 off，或 {example} 中的一项或几项",
    ),
    "protocol:augment-shift": (
        "augment: {name} {value} is not possible: it must be a whole number from 0 to {most}",
        "augment：{name} 不能是 {value}：须为 0 到 {most} 的整数",
    ),
    "protocol:augment-value": (
        "augment: {name} {value} is not possible: it must be a number from 0 to {most}",
        "augment：{name} 不能是 {value}：须为 0 到 {most} 的数",
    ),
    "protocol:augment-images": (
        "augment changes images of data such as digits, not data {data}: leave it off",
        "augment 用于 digits 之类的图像数据，不能用于数据 {data}：请设为 off",
    ),
    "protocol:train-size-images": (
        "train-size chooses images of data such as digits, not of data {data}: leave it out",
        "train-size 用于 digits 之类的图像数据，不能用于数据 {data}：请去掉",
    ),
    "protocol:labels-needed": (
        "loss cross_entropy needs class labels, and the random data has a real-valued target:"
        " use loss mse, or data digits",
        "cross_entropy 损失需要类别标签，而随机数据的目标是实数：请用 loss mse，或 data digits",
    ),
    "protocol:no-move": (
        "{verb!r} is not a move: one of {allowed}",
        "{verb!r} 不是动作：可选 {allowed}",
    ),
    "protocol:no-vector": (
        "{text!r} is not a vector on the output: random, onehot K, or numbers V1,V2,…",
        "{text!r} 不是输出上的向量：random、onehot K，或数字 V1,V2,…",
    ),
    "protocol:vector-not-finite": (
        "{text!r}: every number of the vector must be finite",
        "{text!r}：向量的每个数都须有限",
    ),
    "protocol:onehot-outside": (
        "onehot {k}: the output has entries 0 to {last}",
        "onehot {k}：输出的下标为 0 到 {last}",
    ),
    "protocol:vector-length": (
        "{count} numbers for an output of {size}",
        "给了 {count} 个数，而输出有 {size} 个",
    ),
    "protocol:nothing-after": (
        "{verb!r} takes nothing after it, not {rest!r}",
        "{verb!r} 后面不应有内容，而有 {rest!r}",
    ),
    "protocol:whole-from": (
        "{verb} takes a whole number from {low}, not {text!r}",
        "{verb} 须为不小于 {low} 的整数，不能是 {text!r}",
    ),
    "protocol:takes-one-of": (
        "{verb} takes one of {allowed}, not {text!r}",
        "{verb} 可用 {allowed}，不能是 {text!r}",
    ),
    "protocol:only-backward": (
        "only 'do backward' takes a vector, not 'do {phase}'",
        "只有 'do backward' 可带向量，'do {phase}' 不行",
    ),
    "protocol:no-edit": (
        "{text!r} is not an edit: NAME[I,J,…] NUMBER, such as weight[0,0,1,2] 0.5 or"
        " input[0,0,3,4] nan",
        "{text!r} 不是修改：应为 NAME[I,J,…] 数，例如 weight[0,0,1,2] 0.5 或 input[0,0,3,4] nan",
    ),
    "protocol:no-drawing": (
        "{text!r} is not a drawing: TARGET PICTURE [SAMPLE], where - leaves the target as it is",
        "{text!r} 不是手绘输入：应为 目标 图像 [样本]，- 表示目标不变",
    ),
    "protocol:no-picture": (
        "the picture of a drawing cannot be read: it is cut short, too long, or not all finite",
        "无法读取手绘图像：它不完整、过长，或含有非有限的数",
    ),
    "protocol:set-needs-value": ("set {option} takes a value", "set {option} 需要一个值"),
    "protocol:no-watchpoint": (
        "{text!r} is not a watchpoint: QUANTITY OP NUMBER, where QUANTITY is loss,"
        " iteration, accuracy, norm(T), min(T), max(T), mean(T), inactive(LAYER) or"
        " ratio(PARAMETER), and OP is < <= > >= = or !=",
        "{text!r} 不是监视点：应为“量 运算符 数”，其中量为 loss、iteration、accuracy、norm(T)、"
        "min(T)、max(T)、mean(T)、inactive(LAYER) 或 ratio(PARAMETER)，运算符为 < <= > >= = 或 !=",
    ),
    "protocol:not-compared": (
        "{text!r} is not a number that {quantity} can be compared with",
        "{text!r} 不是能与 {quantity} 比较的数",
    ),
    "protocol:not-whole-from-0": (
        "{text!r} is not a whole number from 0",
        "{text!r} 不是不小于 0 的整数",
    ),
    "protocol:no-file-name": (
        "{name!r} is not a file name: {reason}",
        "{name!r} 不是文件名：{reason}",
    ),
    "protocol:unseen-characters": (
        "{name!r} has characters that cannot be seen",
        "{name!r} 含有不可见字符",
    ),
    "protocol:name-needed": ("a file needs a name", "文件需要一个名字"),
    "protocol:no-folder": ("there is no folder {folder!r}", "没有文件夹 {folder!r}"),
    "protocol:is-folder": ("{name!r} is a folder", "{name!r} 是文件夹"),
    "protocol:no-regular-file": (
        "{name!r} exists and is not a regular file",
        "{name!r} 已存在，但不是普通文件",
    ),
    "protocol:read-only": (
        "the folder {folder!r} cannot be written to",
        "文件夹 {folder!r} 不可写",
    ),
    "protocol:header-damaged": ("its header is damaged", "其头部已损坏"),
    "protocol:too-long": ("it is longer than its header says", "它比其头部所述的更长"),
    "protocol:not-allowed": (
        "its field {name} has a value that is not allowed",
        "其字段 {name} 的值不被允许",
    ),
    "protocol:no-mapping": ("its field {name} is not a mapping", "其字段 {name} 不是映射"),
    "protocol:no-list": ("its field {name} is not a list", "其字段 {name} 不是列表"),
    "protocol:other-length": ("its field {name} has another length", "其字段 {name} 的长度不符"),
    "protocol:no-such-kind": (
        "its field {name} is not of type {kind}",
        "其字段 {name} 不是 {kind} 类型",
    ),
    "protocol:cut-short": ("its field {name} is cut short", "其字段 {name} 不完整"),
    "protocol:other-fields": ("its field {name} has unknown fields", "其字段 {name} 含有其他字段"),
    "protocol:own-code": ("own code", "自写代码"),
}
