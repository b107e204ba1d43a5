"""The notices that reject data, a device or a phase."""

from lenet_tui.training.notices_by_hand import BY_HAND
from lenet_tui.training.notices_live import LIVE

NOTICES = {
    **BY_HAND,
    **LIVE,
    "training:unusable-weights": ("weights {path!r}: {why}", "权重 {path!r}：{why}"),
    "training:no-weights-file": ("it is not a file", "它不是文件"),
    "training:no-state-dict": (
        "it is not a state_dict of tensors, or is damaged; code in it is never run",
        "它不是张量的 state_dict，或已损坏；其中的代码不会运行",
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
        "data {data} has labels up to {last}, and the last layer of the net has {outputs} outputs:"
        " with it labels below {outputs} can be learnt",
        "数据 {data} 的标签最大为 {last}，而网络最后一层只有 {outputs} 个输出："
        "只能学习小于 {outputs} 的标签",
    ),
    "training:more-classes": (
        "the data have labels up to {last}, and the model has {outputs} outputs",
        "数据的标签最大为 {last}，而模型只有 {outputs} 个输出",
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
    "training:no-npz": ("it is not an .npz file", "不是 .npz 文件"),
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
        "{name} is of type {dtype}, not of an integer type such as int64",
        "{name} 的类型为 {dtype}，不是 int64 之类的整数类型",
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
        "the images of {data} have colours: they are read as grey",
        "{data} 的图像有颜色：按灰度读取",
    ),
    "training:image-shape": (
        "{name} has the shape {shape}",
        "{name} 的形状为 {shape}",
    ),
    "training:label-shape": (
        "it has {count} images, and {name} of shape {shape}, not ({count},)",
        "有 {count} 张图像，而 {name} 的形状为 {shape}，不是 ({count},)",
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
    "training:making-model": ("making the model raised an exception", "创建模型时出现异常"),
    "training:making-optimizer": (
        "making the optimizer raised an exception",
        "创建优化器时出现异常",
    ),
    "training:making-data": ("making the data raised an exception", "创建数据时出现异常"),
    "training:drawing-batch": (
        "drawing a batch from the data raised an exception",
        "从数据取批量时出现异常",
    ),
    "training:trying-model": (
        "the model raised an exception for the inputs of --input",
        "模型处理 --input 的输入时出现异常",
    ),
    "training:no-file": (
        "model {file!r}: there is no such file",
        "模型 {file!r}：没有这个文件",
    ),
    "training:no-module": (
        "model {name!r}: there is no such module; a file is given by a path that ends in .py",
        "模型 {name!r}：没有这个模块；文件须以 .py 结尾的路径给出",
    ),
    "training:no-module-name": (
        "model {name!r} is neither a path that ends in .py nor the name of a module; what works:"
        " FILE.py, FILE.py:NAME, MODULE:NAME",
        "模型 {name!r} 既不是以 .py 结尾的路径，也不是模块名；"
        "可用：FILE.py、FILE.py:NAME、MODULE:NAME",
    ),
    "training:no-model": (
        "{file} defines no name 'model': name one with {file}:NAME (there are: {names})",
        "{file} 没有定义名称 model：请用 {file}:NAME 指定（其中有：{names}）",
    ),
    "training:no-name": (
        "{file} has no {name!r} (there are: {names})",
        "{file} 中没有 {name!r}（其中有：{names}）",
    ),
    "training:is-a-model": (
        "{name} of {file} is a model already: --model.ARG is for a class or a function that makes"
        " one",
        "{file} 的 {name} 已是模型：--model.ARG 用于创建模型的类或函数",
    ),
    "training:not-a-model": (
        "{name} of {file} is of type {kind}: neither a torch.nn.Module nor what makes one",
        "{file} 的 {name} 的类型为 {kind}：既不是 torch.nn.Module，也不能创建模型",
    ),
    "training:made-no-model": (
        "{name} of {file} returned a value of type {kind}, not a torch.nn.Module",
        "{file} 的 {name} 返回的类型为 {kind}，不是 torch.nn.Module",
    ),
    "training:no-optimizer": (
        "the optimizer of {file} is of type {kind}: neither a torch.optim.Optimizer nor what makes"
        " one of the parameters",
        "{file} 的 optimizer 的类型为 {kind}：既不是 torch.optim.Optimizer，也不能由参数创建优化器",
    ),
    "training:not-callable": (
        "{name} of {file} is of type {kind}, which cannot be called",
        "{file} 的 {name} 的类型为 {kind}，不能调用",
    ),
    "training:own-loop": (
        "{file} has trained in a loop of its own, and loss is its last one: lenet-tui check --"
        " {file} takes it as it is",
        "{file} 已用自己的循环训练过，loss 是其最后的损失：请直接用 lenet-tui check -- {file}",
    ),
    "training:no-batches": (
        "data of {file} is of type {kind}: neither an iterable of batches nor what makes one",
        "{file} 的 data 的类型为 {kind}：既不是批量的可迭代对象，也不能创建它",
    ),
    "training:no-data": (
        "{file} defines no data: give inputs with --input SHAPE[:DTYPE], such as --input 8,3,32,32,"
        " or --data",
        "{file} 没有定义 data：请用 --input SHAPE[:DTYPE]（例如 --input 8,3,32,32）或 --data 给出",
    ),
    "training:step-decides": (
        "{file} has a step of its own, which decides the {option}: leave --{option} out",
        "{file} 有自己的 step，由它决定 {option}：请去掉 --{option}",
    ),
    "training:data-ended": (
        "the data of {file} are at their end after {count} batches, and cannot be begun again",
        "{file} 的数据在 {count} 个批量后结束，且不能重新开始",
    ),
    "training:data-not-again": (
        "batch {number} of {file} cannot be drawn again: it took random numbers that are no longer"
        " known",
        "{file} 的第 {number} 个批量不能再次取出：它用过的随机数状态已不再保存",
    ),
    "training:iterator-not-again": (
        "{name} is an iterator, and only the last {count} of its values are kept: give them as"
        " data, or hold a list and a number",
        "{name} 是迭代器，只保留其最后 {count} 个值：请用 data 给出，或保存列表与序号",
    ),
    "training:no-dtype": (
        "input: {name!r} is not a dtype of torch; such as float32, bfloat16, int64",
        "input：{name!r} 不是 torch 的数据类型；例如 float32、bfloat16、int64",
    ),
    "training:no-loss-returned": (
        "{file} defines no loss, and the model returned none but a value of type {kind}: define"
        " loss(output, target), or give --loss",
        "{file} 没有定义 loss，模型也没有返回损失，而是返回类型 {kind}：请定义"
        " loss(output, target)，或用 --loss 给出",
    ),
    "training:loss-not-scalar": (
        "the loss is not one number but {what}",
        "损失不是一个数，而是 {what}",
    ),
    "training:no-target": (
        "loss {loss} needs a target, and the batch brings one of type {kind}",
        "损失 {loss} 需要目标张量，而批量给出的类型为 {kind}",
    ),
    "training:idle-step": (
        "the step did nothing that can be seen: no op, no backward, no update",
        "step 没有做任何可见的事：没有算子、反向传播或更新",
    ),
    "training:step-has-model": (
        "the step of {file} calls the model that the file itself makes: leave :{name} out",
        "{file} 的 step 调用文件自己的模型：请去掉 :{name}",
    ),
    "training:stranger": (
        "the optimizer of {file} holds no parameter of this model, and would never move it: give"
        " --optimizer, or make it with a function of the parameters",
        "{file} 的 optimizer 不含此模型的任何参数，永远不会更新它：请给出 --optimizer，"
        "或用接受参数的函数创建",
    ),
    "training:data-decide": (
        "the data of {file} decide how large a batch is: leave --batch-size out",
        "批量大小由 {file} 的数据决定：请去掉 --batch-size",
    ),
}
