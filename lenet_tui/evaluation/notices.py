"""Why the model cannot be evaluated."""

NOTICES = {
    "evaluation:none": (
        "no data are held out here: {data} has none",
        "这里没有留出的数据：{data} 不留出任何样本",
    ),
    "evaluation:none-in-file": (
        "no data are held out here: {file} defines no test_data",
        "这里没有留出的数据：{file} 没有定义 test_data",
    ),
    "evaluation:once": (
        "test_data of {file} can be gone through only once: it must be a list, a loader, or a"
        " function that makes one",
        "{file} 的 test_data 只能遍历一次：须为列表、加载器，或能生成它的函数",
    ),
    "evaluation:empty": ("test_data of {file} holds no batch", "{file} 的 test_data 没有任何批量"),
    "evaluation:making": ("making test_data", "生成 test_data 时"),
    "evaluation:stopped": ("the evaluation was stopped", "评估已停止"),
    "evaluation:failed": (
        "the held-out data cannot be evaluated, and are not tried again: {why}",
        "无法评估留出的数据，不再尝试：{why}",
    ),
    "evaluation:no-classes": (
        "the held-out samples have no classes",
        "留出的样本没有类别",
    ),
    "evaluation:many-classes": (
        "{n} classes are too many for a confusion matrix: at most {most}",
        "{n} 个类别对混淆矩阵来说太多：至多 {most} 个",
    ),
    "evaluation:nothing-to-watch": (
        "accuracy cannot be watched: no data are held out here",
        "无法监视 accuracy：这里没有留出的数据",
    ),
}
