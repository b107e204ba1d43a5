"""The notices that reject data, a device or a phase."""

from lenet_tui.training.notices_by_hand import BY_HAND
from lenet_tui.training.notices_file import FILE
from lenet_tui.training.notices_live import LIVE

NOTICES = {
    **FILE,
    **BY_HAND,
    **LIVE,
    "training:unusable-weights": ("weights {path!r}: {why}", "权重 {path!r}：{why}"),
    "training:no-weights-file": ("it is not a file", "它不是文件"),
    "training:no-state-dict": (
        "it is not a state_dict of tensors, or is damaged; code in it is never run",
        "它不是张量的 state_dict，或已损坏；其中的代码不会运行",
    ),
    "training:holds-code": (
        "it holds an object of {name}, which torch would have to run code for; code in it is never"
        " run",
        "其中含有 {name} 的对象，torch 须运行代码才能读取；其中的代码不会运行",
    ),
    "training:weights-under": (
        "it is a checkpoint, and its state_dict is under {names}: save that alone",
        "它是检查点，state_dict 在 {names} 之下：请只保存它",
    ),
    "training:weights-wrapped": (
        "its names begin with {prefix}, as {name}, and the model's do not: save the state_dict of"
        " the model itself",
        "其中的名称以 {prefix} 开头，如 {name}，而模型的不是：请保存模型自身的 state_dict",
    ),
    "training:weights-lack": ("it has no {name}", "其中没有 {name}"),
    "training:weights-strange": ("the model has no {name}", "模型没有 {name}"),
    "training:weights-unlike": (
        "its {name} is {theirs}, the model's is {ours}",
        "其中的 {name} 为 {theirs}，而模型的为 {ours}",
    ),
    "training:no-safe-dtype": (
        "safetensors has no {dtype}, which {name} has: write a .pt file",
        "safetensors 没有 {name} 的类型 {dtype}：请写成 .pt 文件",
    ),
    "training:train-size-too-large": (
        "train-size {size} is more than there is to train on: {data} has {count} samples for that",
        "train-size {size} 超过可训练的样本：{data} 有 {count} 个",
    ),
    "training:batch-too-large": (
        "batch-size {size} is more than there is to train on:"
        " {data} has {count} samples for that; at most {count}",
        "batch-size {size} 超过可训练的样本：{data} 有 {count} 个；最多 {count}",
    ),
    "training:unusable-data": (
        "data {path!r} cannot be used: {why}; what works: .npz of images (N, H, W) and labels (N,),"
        " IDX files, or a folder of images for each class",
        "无法使用数据 {path!r}：{why}；可用：含 images (N, H, W) 与 labels (N,) 的 .npz、"
        "IDX 文件，或每个类别一个图像文件夹",
    ),
    "training:too-many-classes": (
        "data {data}: {why}, and the last layer of the net has {outputs} outputs: with it labels"
        " below {outputs} can be learnt",
        "数据 {data}：{why}，而网络最后一层只有 {outputs} 个输出：只能学习小于 {outputs} 的标签",
    ),
    "training:labels-up-to": ("{name} has labels up to {last}", "{name} 的标签最大为 {last}"),
    "training:class-folders": (
        "of its {count} folders of classes {first!r} is label {number}",
        "其 {count} 个类别文件夹中，{first!r} 为标签 {number}",
    ),
    "training:more-classes": (
        "{why}, and the model has {outputs} outputs",
        "{why}，而模型只有 {outputs} 个输出",
    ),
    "training:data-changed": (
        "data {data!r} have changed since this session read them: it goes on only with those it"
        " began with",
        "数据 {data!r} 在本会话读取之后已改变：只能用开始时的数据继续",
    ),
    "training:in-file": ("{file}: {why}", "{file}：{why}"),
    "training:not-regular": ("it is not a regular file", "不是普通文件"),
    "training:empty-folder": ("it is an empty folder", "它是空文件夹"),
    "training:no-classes": (
        "it holds neither IDX files such as train-images-idx3-ubyte nor folders of images",
        "其中既没有 train-images-idx3-ubyte 之类的 IDX 文件，也没有图像文件夹",
    ),
    "training:no-train-part": (
        "it has a part for testing, but no {file} to train on",
        "有测试部分，但没有用于训练的 {file}",
    ),
    "training:no-partner": ("it has {file}, but no {missing}", "有 {file}，但没有 {missing}"),
    "training:counts-disagree": (
        "{first} has {images} images, and {second} has {labels} labels",
        "{first} 有 {images} 张图像，而 {second} 有 {labels} 个标签",
    ),
    "training:magic": (
        "its magic number is {magic}, not {wanted} (unsigned bytes, dimensions: {count})",
        "魔数为 {magic}，而不是 {wanted}（无符号字节，维数：{count}）",
    ),
    "training:cut-off": (
        "it is cut off: its header promises {size} bytes, and there are no more than {there}",
        "文件不完整：文件头声明 {size} 字节，而实际不超过 {there}",
    ),
    "training:too-long": (
        "it goes on after the {size} bytes that its header promises",
        "文件头声明 {size} 字节，而文件在其后还有内容",
    ),
    "training:gzip-ends": ("its gzip data are cut off", "gzip 数据不完整"),
    "training:gzip-damaged": ("its gzip data are damaged", "gzip 数据已损坏"),
    "training:no-elements": ("its dimensions are {shape}", "各维大小为 {shape}"),
    "training:parts-differ": (
        "the images to train on are {train}, and those to test on {test}",
        "训练图像为 {train}，而测试图像为 {test}",
    ),
    "training:one-class": (
        "all images are of one class, {label}: there is nothing to tell apart",
        "所有图像都属于同一类别 {label}：没有可区分的类别",
    ),
    "training:unknown-class": (
        "{folder} has a class {name!r}, which there is none of to train on",
        "{folder} 中有类别 {name!r}，而训练部分没有它",
    ),
    "training:no-images": ("there is no image in {folder!r}", "{folder!r} 中没有图像"),
    "training:no-image": (
        "it is not an image in a format that is read (PNG, JPEG, BMP, GIF, TIFF, WebP, PPM)",
        "不是可读取格式的图像（PNG、JPEG、BMP、GIF、TIFF、WebP、PPM）",
    ),
    "training:no-decoder": (
        "to decode images takes Pillow, which is not installed: pip install pillow",
        "解码图像需要 Pillow，尚未安装：pip install pillow",
    ),
    "training:too-many-pixels": (
        "it says that it has over {most} million pixels",
        "它声明的像素超过 {most} 百万",
    ),
    "training:image-mode": (
        "its pixels are of the kind {mode}, not of 8 bits a channel",
        "像素类型为 {mode}，不是每通道 8 位",
    ),
    "training:transparent": (
        "it is transparent in places, and what is behind it is not known",
        "图像有透明部分，而背景未知",
    ),
    "training:unpacks-to": ("it unpacks to over {most} MB", "解压后超过 {most} MB"),
    "training:no-arrays": ("{name} is not an array", "{name} 不是数组"),
    "training:pickled": (
        "{name} is an array of pickled objects, which are never loaded",
        "{name} 是 pickle 对象数组，从不加载",
    ),
    "training:array-size": (
        "the header of {name} promises {size} bytes, and there are {there}",
        "{name} 的头部声明 {size} 字节，而实际有 {there}",
    ),
    "training:array-header": (
        "{name} does not begin with the header of an array",
        "{name} 的开头不是数组的头部",
    ),
    "training:array-damaged": (
        "{name} is damaged: it cannot be unpacked, or its checksum differs",
        "{name} 已损坏：无法解压，或校验和不符",
    ),
    "training:no-npz": ("it is not an .npz file", "不是 .npz 文件"),
    "training:npz-cut-off": (
        "it begins as an .npz file, but its end is missing: it is cut off",
        "开头是 .npz 文件，但缺少结尾：文件不完整",
    ),
    "training:no-array": (
        "it has no array {name!r}, but {names}",
        "其中没有数组 {name!r}，只有 {names}",
    ),
    "training:images-type": (
        "{name} is of type {dtype}, not of an integer or float type",
        "{name} 的类型为 {dtype}，不是整数或浮点类型",
    ),
    "training:images-not-finite": (
        "{name} contain {value}, first in image {number}",
        "{name} 含有 {value}，首先在第 {number} 张图像",
    ),
    "training:labels-type": (
        "{name} is of type {dtype}, which does not hold real numbers",
        "{name} 的类型为 {dtype}，不是实数类型",
    ),
    "training:labels-not-whole": (
        "{name} holds {value}, first for image {number}, and a label is a whole number",
        "{name} 含有 {value}（首先在第 {number} 张图像），而标签应为整数",
    ),
    "training:no-one-hot": (
        "{name} of shape {shape} is not one-hot: row {number} is not a single 1 among zeros",
        "形状为 {shape} 的 {name} 不是 one-hot：第 {number} 行不是只有一个 1、其余为零",
    ),
    "training:one-hot-differ": (
        "the one-hot labels to train on have {train} columns, and those to test on {test}",
        "训练用的 one-hot 标签有 {train} 列，而测试用的有 {test} 列",
    ),
    "training:labels-column": (
        "{data}: {name}, stored as a column (N, 1), is read as (N,)",
        "{data}：{name} 以一列 (N, 1) 存储，按 (N,) 读取",
    ),
    "training:labels-stored": (
        "{data}: {name}, stored as {dtype} with whole numbers only, is read as int64",
        "{data}：{name} 以 {dtype} 存储且均为整数，按 int64 读取",
    ),
    "training:labels-one-hot": (
        "{data}: {name}, stored one-hot in {count} columns, is read as the place of each 1",
        "{data}：{name} 以 {count} 列的 one-hot 存储，读作每个 1 的位置",
    ),
    "training:too-few": (
        "it has one image, and at least 2 are needed: the first is for testing",
        "只有一张图像，至少需要 2 张：第一张用于测试",
    ),
    "training:resized": (
        "the images of {data} are {size}: each is resized to {side}×{side} (bilinear)",
        "{data} 的图像为 {size}：每张都缩放为 {side}×{side}（双线性插值）",
    ),
    "training:resized-each": (
        "the images of {data} are of several sizes: each is resized to {side}×{side} (bilinear)",
        "{data} 的图像大小不一：每张都缩放为 {side}×{side}（双线性插值）",
    ),
    "training:padded": (
        "the images of {data} are 28×28: each is padded to {side}×{side}, as in LeNet's paper",
        "{data} 的图像为 28×28：每张都按 LeNet 论文填充到 {side}×{side}",
    ),
    "training:made-grey": (
        "the images of {data} are stored in colour: they are read as grey",
        "{data} 的图像以彩色存储：按灰度读取",
    ),
    "training:image-shape": (
        "{name} has the shape {shape}",
        "{name} 的形状为 {shape}",
    ),
    "training:label-shape": (
        "it has {count} images, and {name} of shape {shape}, not ({count},), ({count}, 1) or"
        " one-hot ({count}, C)",
        "有 {count} 张图像，而 {name} 的形状为 {shape}，不是 ({count},)、({count}, 1) 或"
        " one-hot 的 ({count}, C)",
    ),
    "training:label-range": (
        "{name} goes from {low} to {high}, and labels count from 0 on",
        "{name} 从 {low} 到 {high}，而标签应从 0 开始计数",
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
    "training:own-error": ("{doing}: {error}", "{doing}：{error}"),
    "training:executing": ("{file} raised an exception", "运行 {file} 时出现异常"),
}
