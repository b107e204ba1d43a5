"""Why a file has no curve."""

NOTICES = {
    "curves:no-file": ("{path}: no such file", "{path}：没有这个文件"),
    "curves:large": ("{path} is too large for a table of losses", "{path} 太大，不像是损失的表格"),
    "curves:unreadable": ("{path}: {why}", "{path}：{why}"),
    "curves:no-curve": (
        "{path} has no curve: a saved session, or a table or JSON lines with iteration (or step) "
        "and loss, test_loss, accuracy or lr",
        "{path} 中没有曲线：应为已保存的会话，或含 iteration（或 step）与 loss、test_loss、"
        "accuracy、lr 的表格或 JSON 行",
    ),
    "curves:no-known-name": (
        "{path} has none of the names that are known for a curve, such as loss, val_loss, accuracy"
        " or lr; it has {names}",
        "{path} 中没有已知的曲线名称，如 loss、val_loss、accuracy 或 lr；其中有 {names}",
    ),
    "curves:no-log": (
        "{path} is a folder without a TensorBoard log, itself and below",
        "{path} 是文件夹，其中及其下都没有 TensorBoard 日志",
    ),
    "curves:no-tensorboard": (
        "TensorBoard's files need its package: pip install tensorboard",
        "读取 TensorBoard 文件需要其软件包：pip install tensorboard",
    ),
}
