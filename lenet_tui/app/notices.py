"""What is wrong with the file of settings, or with a setting."""

NOTICES = {
    "app:settings-unreadable": (
        "the settings in {path} are ignored: {why}",
        "已忽略 {path} 中的设置：{why}",
    ),
    "app:settings-unwritten": (
        "this setting lasts until the end only, {path} is not changed: {why}",
        "此设置只在本次有效，{path} 未作更改：{why}",
    ),
    "app:settings-value": (
        "{path}: there is no {name} {value}, it is ignored",
        "{path}：没有名为 {value} 的 {name}，已忽略",
    ),
    "app:settings-no-file": ("it is not an ordinary file", "它不是普通文件"),
    "app:settings-long": ("it is too long", "它太长"),
    "app:settings-no-object": ("it is not a JSON object", "它不是 JSON 对象"),
    "app:settings-no-json": ("line {line} is not JSON", "第 {line} 行不是 JSON"),
    "app:settings-read-only": ("it may only be read", "它是只读的"),
    "app:no-theme": ("no theme {name}: one of {names}", "没有主题 {name}：可选 {names}"),
}
