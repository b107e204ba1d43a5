"""The notices that reject data, a device or a phase."""

NOTICES = {
    "training:batch-too-large": (
        "batch-size {size} is more than there is to train on:"
        " {data} has {count} samples for that; at most {count}",
        "batch-size {size} 超过可训练的样本：{data} 有 {count} 个；最多 {count}",
    ),
    "training:unusable-data": (
        "data {path!r} cannot be used: {why};"
        " digits, random, or an .npz file with arrays images and labels",
        "无法使用数据 {path!r}：{why}；可用 digits、random，或含 images 与 labels 数组的 .npz 文件",
    ),
    "training:unpacks-to": ("it unpacks to over {most} MB", "解压后超过 {most} MB"),
    "training:no-arrays": ("images and labels are no arrays", "images 与 labels 不是数组"),
    "training:no-npz": ("it is no .npz file", "不是 .npz 文件"),
    "training:no-array": ("no array {name!r}", "没有数组 {name!r}"),
    "training:no-numbers": (
        "images of {images} and labels of {labels} are no numbers",
        "类型为 {images} 的 images 与类型为 {labels} 的 labels 不是数",
    ),
    "training:image-shape": (
        "images of shape {shape}, not (N, H, W) or (N, 1, H, W)",
        "images 的形状为 {shape}，而不是 (N, H, W) 或 (N, 1, H, W)",
    ),
    "training:label-shape": (
        "{count} images with labels of shape {shape}",
        "有 {count} 张图像，而 labels 的形状为 {shape}",
    ),
    "training:label-range": (
        "labels from {low} to {high}, not 0 to {last}",
        "labels 从 {low} 到 {high}，而不是 0 到 {last}",
    ),
    "training:no-cuda-gpu": ("no CUDA GPU was found", "未找到 CUDA GPU"),
    "training:built-without-cuda": (
        "this torch was built without CUDA",
        "此 torch 编译时未包含 CUDA",
    ),
    "training:no-metal-gpu": ("no Metal GPU was found", "未找到 Metal GPU"),
    "training:built-without-mps": (
        "this torch was built without MPS",
        "此 torch 编译时未包含 MPS",
    ),
    "training:no-output": (
        "there is no output yet: run forward first",
        "还没有输出：请先运行 forward",
    ),
    "training:no-loss": ("there is no loss yet: run loss first", "还没有损失：请先运行 loss"),
    "training:labels-needed": (
        "cross_entropy needs class labels, and this batch has real-valued targets",
        "cross_entropy 需要类别标签，而这个批次的目标是实数",
    ),
    "training:no-gradient": (
        "{name}.grad is None, and the manual update reads it"
        " ('NoneType' object has no attribute 'data'): run backward first, or skip update",
        "{name}.grad 为 None，而手动更新要读取它（'NoneType' object has no attribute 'data'）："
        "请先运行 backward，或跳过 update",
    ),
    "training:out-of-memory": (
        "out of memory with batch size {size}: make the batch smaller, or choose another device",
        "批大小为 {size} 时内存不足：请减小批大小，或选择另一设备",
    ),
    "training:lost": ("{device} does not answer any longer: {why}", "{device} 不再响应：{why}"),
    "training:no-tensor-returned": (
        "the model returned {kind!r}, in which there is no tensor",
        "模型返回了 {kind!r}，其中没有张量",
    ),
    "training:odd-attributes": (
        "the attributes of the model's modules cannot be read",
        "无法读取模型各模块的属性",
    ),
    "training:unknown-device": (
        "device {name!r} is unknown: auto, cpu, cuda, cuda:N or mps",
        "未知设备 {name!r}：可选 auto、cpu、cuda、cuda:N 或 mps",
    ),
    "training:absent-device": (
        "device {name} is not here: {problem}; usable here: {usable}",
        "这里没有设备 {name}：{problem}；可用：{usable}",
    ),
}
