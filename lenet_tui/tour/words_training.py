"""What the tour says of one training iteration: paragraphs, which the screen wraps."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import prose

TOUR_TRAINING: Table = {
    "tour.input.title": ("The input, and the shapes on the way", "输入，以及途中的形状"),
    "tour.input.text": prose(
        """
        The input is 1×1×32×32: samples × channels × height × width. Today's Conv2d also takes a
        single image without the first, 1×32×32; input.unsqueeze(0) gives it the batch dimension.

        Three ops have run: conv1 made 28×28 of 32×32, relu kept the shape, max_pool2d halved it
        to 14×14.

        Press s and go on op by op: 10×10, 5×5, then view lays the 400 numbers in a row, and the
        linear layers make 120, 84 and 10 of them.
        """,
        """
        输入是 1×1×32×32：样本数 × 通道 × 高 × 宽。现在的 Conv2d 也接受没有第一维的单幅图像
        1×32×32；用 input.unsqueeze(0) 加上批量维。

        已经执行了三个算子：conv1 把 32×32 变成 28×28，relu 不改变形状，max_pool2d 减半成 14×14。

        按 s 一个算子一个算子地走：10×10，5×5，然后 view 把 400 个数排成一行，线性层依次变成 120、
        84 和 10 个。
        """,
    ),
    "tour.output.title": ("The output", "输出"),
    "tour.output.text": prose(
        """
        The output is 1×10: one row for each sample, one raw number for each digit. They are
        called logits; they are not probabilities, may be negative and do not sum to 1.

        The net has not learned yet, so they are small and mean nothing.

        The output knows where it came from: its grad_fn is AddmmBackward0, the linear layer fc3.
        """,
        """
        输出是 1×10：每个样本一行，每个数字类别一个原始的数。它们叫 logits，不是概率，可以是负的，
        加起来也不等于 1。

        网络还没有学习，所以这些数都很小，没有什么意义。

        输出知道自己的来历：它的 grad_fn 是 AddmmBackward0，也就是线性层 fc3。
        """,
    ),
    "tour.random.title": (
        "Zero the gradients, backward from a random vector",
        "梯度清零，从随机向量反向传播",
    ),
    "tour.random.text": prose(
        """
        A backward need not start from a loss. out has ten numbers, so out.backward needs a vector
        of ten: how much each of them counts. Here it is random.

        What arrives in each .grad is the vector–Jacobian product. With a one-hot vector it would
        be the gradient of one single output.

        Clear the gradients first: backward adds to what is there. In today's PyTorch zero_grad
        sets them to None; older books show zeros.

        The graph is used up now: another out.backward would raise an error. The next stop runs
        forward again.
        """,
        """
        反向传播不一定从损失开始。out 有十个数，所以 out.backward 需要一个十维的向量：每个输出各
        算多少份量。这里用的是随机向量。

        到达每个 .grad 的是向量–雅可比积。若用 one-hot 向量，得到的就是某一个输出的梯度。

        先清零：backward 是往已有的梯度上加。现在的 PyTorch 里 zero_grad 把梯度设为 None；旧教材里
        打印的是零。

        计算图已经用完：再做一次 out.backward 会报错。下一站会重新 forward。
        """,
    ),
    "tour.loss.title": ("A target and MSELoss", "目标与 MSELoss"),
    "tour.loss.text": prose(
        """
        A loss takes the output and a target and gives one number that says how far apart they
        are.

        The target here is made up: ten random numbers, view(1, -1) gives them the output's shape.
        With another shape MSELoss would stretch it to fit and only warn.

        nn.MSELoss is the mean of (output − target)² over all elements, ten here.

        Watch out: the gradients of the random vector are still in .grad; zero_grad comes next.
        """,
        """
        损失函数拿输出和目标作比较，给出一个数，说明二者相差多远。

        这里的目标是随意造的：十个随机数，用 view(1, -1) 变成与输出相同的形状。形状不同时 MSELoss
        会广播，只给一条警告。

        nn.MSELoss 是 (output − target)² 在所有元素上的平均，这里是十个。

        注意：上一站随机向量的梯度还在 .grad 里，下一步 zero_grad 才会清掉。
        """,
    ),
    "tour.graph.title": ("The chain of grad_fn", "grad_fn 链"),
    "tour.graph.text": prose(
        """
        Follow loss backwards by .grad_fn and .next_functions, and you walk the whole graph: loss
        ← fc3 ← relu ← fc2 ← relu ← fc1 ← view ← max_pool2d ← relu ← conv2 ← max_pool2d ← relu ←
        conv1.

        loss.grad_fn is MseLossBackward0; next_functions[0][0] of it is AddmmBackward0, the linear
        layer fc3.

        One step on, next_functions[0][0] is AccumulateGrad: the first input of addmm is the bias
        of fc3. The relu before it is next_functions[1][0]; many a tutorial's comment says
        otherwise.

        Every parameter is a leaf of this tree: there the gradients will arrive.
        """,
        """
        从 loss 出发，沿 .grad_fn 和 .next_functions 往回走，就走遍整张图：
        loss ← fc3 ← relu ← fc2 ← relu ← fc1 ← view ← max_pool2d ← relu ← conv2 ←
        max_pool2d ← relu ← conv1。

        loss.grad_fn 是 MseLossBackward0；它的 next_functions[0][0] 是 AddmmBackward0，即线性层
        fc3。

        再走一步，next_functions[0][0] 是 AccumulateGrad：addmm 的第一个输入是 fc3 的 bias。前面的
        relu 要走 next_functions[1][0]；不少教程的注释在这里写错了。

        每个参数都是这棵树的一片叶子，梯度最后到达那里。
        """,
    ),
    "tour.bias.title": ("conv1.bias.grad, before and after", "conv1.bias.grad：之前与之后"),
    "tour.bias.text": prose(
        """
        The gradients have just been cleared: conv1.bias.grad is None. Not zeros, nothing at all.

        Now press n: backward runs from the loss down to the first layer, and six numbers appear,
        one for each kernel of conv1.

        Each is the sum of the gradients at all 28×28 positions where that bias was added.

        N takes it back to None. Two backward passes with no zero_grad between would add up.
        """,
        """
        梯度刚刚清掉：conv1.bias.grad 是 None。不是零，而是根本没有。

        现在按 n：反向传播从损失一直走到第一层，出现六个数，conv1 的每个卷积核一个。

        每个数都是那个偏置参与过的 28×28 个位置上的梯度之和。

        按 N 又变回 None。如果两次 backward 之间不做 zero_grad，梯度就会累加。
        """,
    ),
    "tour.update.title": ("The update rule", "更新规则"),
    "tour.update.text": prose(
        """
        weight = weight − learning_rate × gradient: the simplest rule, stochastic gradient descent
        (SGD). It has just been applied to all ten tensors with a learning rate of 0.01.

        Look at the last update of conv1.bias: it is the gradient times −0.01. N and n undo and
        redo it.

        torch.optim holds this rule and better ones (SGD with momentum, Adam), each in one call of
        optimizer.step().

        That was one iteration. Press f for the next ones, or r to let it run, and see the loss go
        down.
        """,
        """
        weight = weight − learning_rate × gradient：最简单的规则，随机梯度下降（SGD）。刚才已用学
        习率 0.01 作用到全部十个张量上。

        看看 conv1.bias 的上一次更新：正是梯度乘以 −0.01。按 N 和 n 可以撤销、重做。

        torch.optim 里有这条规则，也有更好的（带动量的 SGD、Adam），都只需调用一次
        optimizer.step()。

        这就是一次迭代。按 f 做下一次，或按 r 让它跑起来，看损失下降。
        """,
    ),
}
