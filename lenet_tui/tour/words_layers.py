"""What the tour says of the layers and the net: paragraphs, which the screen wraps."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import prose

TOUR_LAYERS: Table = {
    "tour.steps.title": ("Six steps", "六个步骤"),
    "tour.steps.text": prose(
        """
        Training a network is the same few steps again and again: the line at the top shows them.

        Once: define a net with parameters that can learn (init). Then, for each batch of data:
        send it through the net (forward), measure how wrong the output is (loss), clear the old
        gradients (zero_grad), send gradients back to every parameter (backward), and move each
        weight against its gradient (update).

        The net of this chapter is LeNet: it takes a 32×32 image and gives ten numbers, one for
        each digit.

        Press n a few times and watch the line move on; N takes each step back.
        """,
        """
        训练一个网络，就是反复做同样的几步，屏幕上方的那一行就是它们。

        只做一次：定义一个带有可学习参数的网络（init）。然后对每批数据：送进网络（forward），看输
        出错了多少（loss），清掉旧的梯度（zero_grad），把梯度传回每个参数（backward），再让每个权
        重逆着梯度走一小步（update）。

        本章的网络是 LeNet：输入一幅 32×32 的图像，输出十个数，每个数字类别一个。

        按几次 n，看上面那一行往前走；按 N 可以一步步退回。
        """,
    ),
    "tour.conv1d.title": ("Conv1d: a window along a text", "Conv1d：沿着文本滑动的窗口"),
    "tour.conv1d.text": prose(
        """
        Conv1d slides its kernel along one direction only. On a text, in_channels is the embedding
        dimension (each word is a vector of 16 numbers) and the length is the number of words, 12
        here.

        The kernel spans 3 words and all 16 channels at once; out_channels = 4 kernels give 4
        output rows, each of 12 − 3 + 1 = 10 numbers.

        A batch of texts often comes as batch × length × embedding: Conv1d wants the channels
        second, so swap them first, x.permute(0, 2, 1).

        Change kernel_size, stride or padding and see what happens to the 10.
        """,
        """
        Conv1d 的卷积核只沿一个方向滑动。用在文本上，in_channels 是嵌入维度（每个词是 16 个数的
        向量），长度是词的个数，这里是 12。

        卷积核一次盖住 3 个词、全部 16 个通道；out_channels = 4 个卷积核给出 4 行输出，每行
        12 − 3 + 1 = 10 个数。

        成批的文本常是 批量 × 长度 × 嵌入维度，而 Conv1d 要求通道在第二维，所以先用
        x.permute(0, 2, 1) 交换。

        改一改 kernel_size、stride 或 padding，看看 10 会变成多少。
        """,
    ),
    "tour.conv2d.title": ("Conv2d: a window over an image", "Conv2d：在图像上滑动的窗口"),
    "tour.conv2d.text": prose(
        """
        Conv2d slides over height and width. nn.Conv2d(1, 6, 5): one input channel (a grey image),
        six kernels of 5×5, so six output channels.

        Its weight is 6×1×5×5 and its bias 6: 156 numbers to learn, however large the image is.

        Size: ⌊(32 + 2 × padding − dilation × (5 − 1) − 1) / stride + 1⌋ = 28. kernel_size, stride,
        padding and dilation may be one number or a pair (height, width).

        Let the window walk over the input. Then try stride=2, padding=2, or three input channels
        with groups=3.
        """,
        """
        Conv2d 在高和宽两个方向上滑动。nn.Conv2d(1, 6, 5)：输入 1 个通道（灰度图），6 个 5×5 的卷积
        核，于是输出 6 个通道。

        weight 是 6×1×5×5，bias 是 6：不管图像多大，要学的只有 156 个数。

        尺寸：⌊(32 + 2 × padding − dilation × (5 − 1) − 1) / stride + 1⌋ = 28。kernel_size、stride、
        padding、dilation 可以是一个数，也可以是一对（高，宽）。

        让窗口在输入上走一走；再试试 stride=2、padding=2，或者 3 个输入通道加 groups=3。
        """,
    ),
    "tour.pool.title": ("MaxPool2d: keep the largest", "MaxPool2d：只留最大的"),
    "tour.pool.text": prose(
        """
        MaxPool2d keeps the largest number of each window. Its stride is its kernel_size unless
        you say otherwise, so MaxPool2d(2) cuts the image into 2×2 squares: 28×28 becomes 14×14.

        It has no parameters and leaves the number of channels as it is.

        With return_indices=True it also gives the place of each winner; that is where the
        gradient will go in backward.

        Make the input 5×5: the last row and column are dropped. Then turn on ceil_mode.
        """,
        """
        MaxPool2d 在每个窗口里只留最大的数。不指定 stride 时它等于 kernel_size，所以 MaxPool2d(2)
        把图像切成一个个 2×2 的方块：28×28 变成 14×14。

        它没有参数，通道数也不变。

        return_indices=True 时还会给出每个最大值的位置；反向传播时梯度就送到那里。

        把输入改成 5×5：最后一行和一列被丢掉了。再打开 ceil_mode 看看。
        """,
    ),
    "tour.define.title": ("Define the network", "定义网络"),
    "tour.define.text": prose(
        """
        A network is a class derived from nn.Module. __init__ makes the layers that have
        parameters; forward says how data passes through them.

        You write forward only. backward comes by itself: autograd records what forward did.

        Layers without parameters, relu and max_pool2d, are called as functions from
        torch.nn.functional.

        Why 16 * 5 * 5? Two convolutions and two pools turn 32 into 28, 14, 10 and 5, and the last
        convolution has 16 channels: each image is 400 numbers when it reaches fc1.
        """,
        """
        网络是 nn.Module 的一个子类。__init__ 建立带参数的层，forward 说明数据怎样流过它们。

        只需写 forward，backward 会自动得到：autograd 记下了 forward 做的每一步。

        没有参数的层（relu、max_pool2d）直接用 torch.nn.functional 里的函数。

        为什么是 16 * 5 * 5？两次卷积、两次池化把 32 变成 28、14、10、5，最后的卷积有 16 个通道：
        到达 fc1 时，每幅图像是 400 个数。
        """,
    ),
    "tour.print.title": ("Print it", "打印网络"),
    "tour.print.text": prose(
        """
        print(net) lists the layers that __init__ made, with their arguments: conv1, conv2, fc1,
        fc2, fc3.

        relu, max_pool2d and view are missing there, since they are not modules: only forward uses
        them. The layers pane shows them too, as PyTorch really calls them: twelve ops.

        in_features=400 of fc1 is the 16 * 5 * 5 of the stop before.
        """,
        """
        print(net) 列出 __init__ 里建立的各层和它们的参数设置：conv1、conv2、fc1、fc2、fc3。

        其中没有 relu、max_pool2d 和 view，因为它们不是模块，只有 forward 知道。“网络层”窗格按
        PyTorch 真正的调用把它们也列了出来：共十二个算子。

        fc1 的 in_features=400 就是上一站的 16 * 5 * 5。
        """,
    ),
    "tour.parameters.title": ("Its parameters and their sizes", "参数与它们的尺寸"),
    "tour.parameters.text": prose(
        """
        net.parameters() gives ten tensors: a weight and a bias for each of the five layers.

        The first is conv1.weight, 6×1×5×5: six kernels, one input channel, 5×5. You see all six:
        just random numbers, nothing learned yet.

        Together they are 61,706 numbers, and fc1 alone has 48,120 of them. Go down the layers
        pane to see the others.
        """,
        """
        net.parameters() 给出十个张量：五个层，每层一个 weight、一个 bias。

        第一个是 conv1.weight，6×1×5×5：六个卷积核，一个输入通道，5×5。屏幕上就是这六个卷积核：
        还只是随机数，什么也没学到。

        全部参数共 61,706 个数，其中 fc1 一层就占了 48,120 个。在“网络层”窗格里往下走，看看其余的。
        """,
    ),
}
