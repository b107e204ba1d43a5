"""What the tour says of learning: paragraphs, which the screen wraps."""

from __future__ import annotations

from lenet_tui.text.notice import Table
from lenet_tui.text.words import prose

TOUR_LEARNING: Table = {
    "tour.learning": ("Learning: ", "学习："),
    "tour.epoch.title": ("An epoch", "一轮训练"),
    "tour.epoch.text": prose(
        """
        From here on the net learns to read digits: 1437 images to train on, and 360 others that are
        held out, to test it. The loss is cross entropy, the optimizer SGD with momentum.

        An epoch is one pass over all training images. In batches of 32 it takes 45 iterations; the
        images are shuffled anew for each epoch.

        Before it, the net guesses: about one digit in ten is right, and the loss is near 2.30,
        which is ln 10.

        Press g, type 45 and press enter. After one epoch a third of the test digits or more are
        right.
        """,
        """
        从这里开始，网络学习认数字：1437 幅图像用来训练，另外 360 幅留出，用来测试。损失是交叉熵，优
        化器是带动量的 SGD。

        一轮（epoch）就是把全部训练图像过一遍。每批 32 幅，一轮要 45 次迭代；每一轮都重新打乱顺序。

        训练之前网络只是在猜：十个数字大约对一个，损失在 2.30 附近，也就是 ln 10。

        按 g，输入 45，再按回车。一轮之后，测试数字至少对了三分之一。
        """,
    ),
    "tour.curve.title": ("The curve of three epochs", "三轮训练的曲线"),
    "tour.curve.text": prose(
        """
        This is the training view; V opens and closes it in any session. Each iteration has a point:
        the loss of its batch. After each epoch the test digits are judged too.

        The loss of a batch jumps about, because each batch is other digits. What counts is where
        the curve goes: it falls, and so does the loss on the test digits. After three epochs about
        nine test digits in ten are right.

        Choose a point with the left and right arrow keys and press enter: the session goes to that
        iteration, and you can step through it. u brings this stop back.
        """,
        """
        这是训练视图；在任何会话里都可以用 V 打开和关闭。每次迭代是一个点：那一批的损失。每一轮结束
        时还会用测试数字评估一次。

        各批的损失上下跳动，因为每批是不同的数字。要看的是曲线的走向：它在下降，测试数字上的损失也在
        下降。三轮之后，十个测试数字大约对九个。

        用左右方向键选一个点，再按回车：会话就转到那次迭代，可以在里面单步。按 u 回到这一站。
        """,
    ),
    "tour.overfit.title": ("Overfitting on 20 digits", "在 20 个数字上过拟合"),
    "tour.overfit.text": prose(
        """
        This session trains on the first 20 images only (lenet-tui --train-size 20), 80 epochs of
        one batch each.

        The training loss goes to almost 0, and all 20 digits are right. But of the test digits only
        about half are, and the test loss has grown above 5: the net is wrong and very sure of it.

        The net has 61,706 parameters. It has learnt the 20 images by heart, not what a digit is.
        This is overfitting.

        The training loss alone never shows it. Look at the test curve too; more data is the best
        help.
        """,
        """
        这个会话只用前 20 幅图像训练（lenet-tui --train-size 20），共 80 轮，每轮一批。

        训练损失几乎降到 0，20 个数字全对。可是测试数字只对了大约一半，测试损失涨到了 5 以上：网络错
        了，而且很有把握。

        网络有 61,706 个参数。它背下了这 20 幅图像，而没有学会数字是什么样。这就是过拟合。

        只看训练损失是看不出来的，还要看测试曲线；最有效的办法是更多的数据。
        """,
    ),
    "tour.rate.title": ("A learning rate too high, and the way back", "学习率太大，以及怎样退回"),
    "tour.rate.text": prose(
        """
        After two epochs about nine test digits in ten were right. Then the learning rate was set
        from 0.03 to 5, and one more epoch was run.

        Each update now goes far past its goal, so the next gradient is larger still. Within ten
        iterations the loss is above 1000. Then it may become nan, not a number, or the net only
        guesses: about one test digit in ten is right. In the curve this is a peak, or its line
        ends. y gives a log scale.

        Setting the rate back is not enough, for the weights are spoilt. Go back first: g, 90, enter
        is the end of the second epoch (F goes one iteration back at a time).

        Then press o and set lr to 0.03, and go on: g, 135, enter. The loss falls again, and the net
        is as good as if nothing had happened.
        """,
        """
        两轮之后，十个测试数字大约对九个。然后把学习率从 0.03 设成了 5，又训练了一轮。

        现在每次更新都远远越过目标，于是下一次的梯度更大。不出十次迭代，损失就超过 1000。之后它可能
        变成 nan（不是一个数），或者网络只是在猜：十个测试数字大约只对一个。在曲线上，这是一个尖峰，
        或者线到此中断。按 y 换成对数刻度。

        只把学习率改回去是不够的，因为权重已经坏了。先退回：按 g，输入 90，回车，就是第二轮结束的
        时候（F 每次退回一次迭代）。

        然后按 o，把 lr 设为 0.03，再继续：按 g，输入 135，回车。损失又下降了，网络和什么都没发生
        过一样好。
        """,
    ),
    "tour.kernels.title": ("What the kernels have learnt", "卷积核学到了什么"),
    "tour.kernels.text": prose(
        """
        conv1 has six kernels of 5×5. At the start each weight is drawn at random between −0.2 and
        0.2, which is 1/√25: noise, with no pattern.

        After three epochs the kernels have changed a lot: ‖new − old‖, the length of the change, is
        more than half of ‖old‖, and some weights are beyond 0.2. Nobody told the net what to look
        for; each weight only moved against its own gradient.

        Compare: g, 0, enter shows the kernels before, u those after. a shows the numbers.

        A kernel answers strongly where the image looks like the kernel itself. Choose conv1 in the
        layers to see its six maps of the present digit.
        """,
        """
        conv1 有六个 5×5 的卷积核。开始时每个权重都在 −0.2 和 0.2（即 1/√25）之间随机取：只是噪声，
        没有图案。

        三轮之后，卷积核变了很多：变化的长度 ‖新 − 旧‖ 超过 ‖旧‖ 的一半，有些权重超出了 0.2。没有
        人告诉网络该找什么；每个权重只是逆着自己的梯度走。

        比较一下：按 g，输入 0，回车，是训练前的卷积核；按 u 是训练后的。按 a 显示数值。

        图像与卷积核相像的地方，卷积核的响应就强。在各层中选 conv1，可以看到当前数字的六张特征图。
        """,
    ),
    "tour.own.title": ("Your own digit", "你自己的数字"),
    "tour.own.text": prose(
        """
        The net has been through three epochs. Press I and draw a digit, with the mouse or with the
        arrow keys and space. The forward runs as you draw, and the ten outputs move.

        Draw it upright, in the middle, and about as large as the digits of the data. Press g in the
        canvas and type 0 to see one: sample 0 is a test digit.

        Then move it aside with shift and the arrow keys. Six pixels to the left or right are enough
        for the net to read fewer than a third of the test digits right: it has seen none there.

        enter makes your drawing the input of the next iteration, and s goes through it op by op.
        """,
        """
        网络已经训练了三轮。按 I，用鼠标，或用方向键和空格画一个数字。你一边画，前向一边运行，十个输
        出随之变化。

        要画得端正、居中，和数据里的数字差不多大。在画布里按 g，输入 0，可以看一个：样本 0 是测试数
        字。

        然后用 Shift 加方向键把它移到一边。向左或向右移六个像素，测试数字就只有不到三分之一能认对
        了：网络没见过那样的位置。

        按回车，你画的图就成为下一次迭代的输入；按 s 一个算子一个算子地走进去看。
        """,
    ),
}
