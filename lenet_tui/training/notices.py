"""The notices that reject data, a device or a phase."""

NOTICES = {
    "training:batch-too-large": (
        "batch-size {size} is more than there is to train on:"
        " {data} has {count} samples for that; at most {count}",
        "batch-size {size} 超过可训练的样本：{data} 有 {count} 个；最多 {count}",
    ),
    "training:unusable-data": (
        "data {path!r} cannot be used: {why}; what works: digits, random, or an .npz file with"
        " images (N, H, W) or (N, 1, H, W), of uint8 (0 to 255) or any integer or float type,"
        " and labels (N,) of an integer type, 0 to {last}",
        "无法使用数据 {path!r}：{why}；可用：digits、random，或一个 .npz 文件，其中 images 的形状为"
        " (N, H, W) 或 (N, 1, H, W)，类型为 uint8（0 到 255）或其他整数、浮点类型，"
        "labels 的形状为 (N,)，类型为整数，取值 0 到 {last}",
    ),
    "training:unpacks-to": ("it unpacks to over {most} MB", "解压后超过 {most} MB"),
    "training:no-arrays": ("its images and labels are not arrays", "images 与 labels 不是数组"),
    "training:no-npz": ("it is not an .npz file", "不是 .npz 文件"),
    "training:folder": ("it is a folder", "它是文件夹"),
    "training:no-array": (
        "it has no array {name!r}, but {names}",
        "其中没有数组 {name!r}，只有 {names}",
    ),
    "training:images-type": (
        "its images are of type {dtype}, not of an integer or float type",
        "images 的类型为 {dtype}，不是整数或浮点类型",
    ),
    "training:labels-type": (
        "its labels are of type {dtype}, not of an integer type such as int64",
        "labels 的类型为 {dtype}，不是 int64 之类的整数类型",
    ),
    "training:too-few": (
        "it has one image, and at least 2 are needed: the first is for testing",
        "只有一张图像，至少需要 2 张：第一张用于测试",
    ),
    "training:resized": (
        "the images of {data} are {size}: each is resized to {side}×{side} (bilinear)",
        "{data} 的图像为 {size}：每张都缩放为 {side}×{side}（双线性插值）",
    ),
    "training:image-shape": (
        "its images have the shape {shape}",
        "images 的形状为 {shape}",
    ),
    "training:label-shape": (
        "it has {count} images, and labels of shape {shape}, not ({count},)",
        "有 {count} 张图像，而 labels 的形状为 {shape}，不是 ({count},)",
    ),
    "training:label-range": (
        "its labels go from {low} to {high}, not from 0 to {last}",
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
        "cross_entropy 需要类别标签，而这个批量的目标是实数",
    ),
    "training:no-gradient": (
        "{name}.grad is None, and the manual update reads it"
        " ('NoneType' object has no attribute 'data'): run backward first, or skip update",
        "{name}.grad 为 None，而手动更新要读取它（'NoneType' object has no attribute 'data'）："
        "请先运行 backward，或跳过 update",
    ),
    "training:out-of-memory": (
        "out of memory with batch size {size}: use a smaller batch, or choose another device",
        "批量大小为 {size} 时内存不足：请减小批量大小，或选择另一设备",
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
        "device {name} is not available: {problem}; usable here: {usable}",
        "设备 {name} 不可用：{problem}；可用：{usable}",
    ),
}
