"""The tour: the stops of the chapter "Neural Networks" (``torch.nn``), then those of learning."""

from __future__ import annotations

from lenet_tui.tour.learning import LEARNING
from lenet_tui.tour.stop import Stop

PRESET = "notebook"
"""The preset of the session that the moves of the chapter's stops are for."""

_RANDOM = ("phase", "do zero_grad", "do backward random")
_ON = ".next_functions[0][0]"
_LOSS = (*_RANDOM, "do forward", "phase")

CHAPTER: tuple[Stop, ...] = (
    Stop(
        "steps",
        """
        # net = Net()                       init
        # output = net(input)               forward
        # loss = criterion(output, target)  loss
        # net.zero_grad()                   zero_grad
        # loss.backward()                   backward
        # weight = weight - lr * gradient   update
        """,
        panes=("rail",),
    ),
    Stop(
        "conv1d",
        """
        layer = nn.Conv1d(16, 4, kernel_size=3)
        text = torch.randn(1, 16, 12)      # batch, embedding dimension, length
        print(layer(text).shape)           # 1, 4, 10
        """,
        lab="Conv1d(16, 4, 3)",
        lab_input=(1, 16, 12),
    ),
    Stop(
        "conv2d",
        """
        layer = nn.Conv2d(1, 6, 5)
        image = torch.randn(1, 1, 32, 32)  # batch, channels, height, width
        print(layer(image).shape)          # 1, 6, 28, 28
        """,
        lab="Conv2d(1, 6, 5)",
        lab_input=(1, 1, 32, 32),
    ),
    Stop(
        "pool",
        """
        pool = nn.MaxPool2d(2)
        maps = torch.randn(1, 6, 28, 28)
        print(pool(maps).shape)            # 1, 6, 14, 14
        """,
        lab="MaxPool2d(2)",
        lab_input=(1, 6, 28, 28),
    ),
    Stop(
        "define",
        """
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.conv1 = nn.Conv2d(1, 6, 5)
                self.conv2 = nn.Conv2d(6, 16, 5)
                self.fc1 = nn.Linear(16 * 5 * 5, 120)
                self.fc2 = nn.Linear(120, 84)
                self.fc3 = nn.Linear(84, 10)

            def forward(self, x):
                x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
                x = F.max_pool2d(F.relu(self.conv2(x)), 2)
                x = x.view(-1, 16 * 5 * 5)
                x = F.relu(self.fc1(x))
                x = F.relu(self.fc2(x))
                return self.fc3(x)
        """,
        panes=("code", "layers"),
    ),
    Stop(
        "print",
        """
        net = Net()
        print(net)
        """,
        panes=("layers",),
        prints=("net",),
    ),
    Stop(
        "parameters",
        """
        params = list(net.parameters())
        print(len(params))                 # 10
        print(params[0].size())            # conv1.weight: 6, 1, 5, 5
        """,
        panes=("tensor", "layers"),
        tensor="conv1.weight",
        prints=("len(params)", "params[0].size()"),
    ),
    Stop(
        "input",
        """
        input = torch.randn(1, 1, 32, 32)  # one image, one channel
        """,
        moves=("op", "op", "op"),
        panes=("layers", "image"),
        tensor="conv1.max_pool2d",
    ),
    Stop(
        "output",
        """
        out = net(input)
        print(out)
        """,
        moves=("phase",),
        panes=("output",),
        tensor="output",
        prints=("output",),
    ),
    Stop(
        "random",
        """
        net.zero_grad()
        out.backward(torch.randn(1, 10))
        """,
        moves=_RANDOM,
        panes=("gradient", "autograd"),
        tensor="fc3.weight",
    ),
    Stop(
        "loss",
        """
        output = net(input)
        target = torch.randn(10).view(1, -1)  # a made-up target of the output's shape
        criterion = nn.MSELoss()
        loss = criterion(output, target)
        print(loss)
        """,
        moves=_LOSS,
        panes=("output", "loss"),
        tensor="output",
        prints=("loss",),
    ),
    Stop(
        "graph",
        """
        print(loss.grad_fn)                                            # MseLossBackward0
        print(loss.grad_fn.next_functions[0][0])                       # AddmmBackward0
        print(loss.grad_fn.next_functions[0][0].next_functions[0][0])  # AccumulateGrad
        """,
        moves=_LOSS,
        panes=("autograd",),
        prints=("loss.grad_fn", f"loss.grad_fn{_ON}", f"loss.grad_fn{_ON}{_ON}"),
    ),
    Stop(
        "bias",
        """
        net.zero_grad()
        print(net.conv1.bias.grad)         # None
        loss.backward()
        print(net.conv1.bias.grad)         # six numbers
        """,
        moves=(*_LOSS, "phase"),
        panes=("gradient",),
        tensor="conv1.bias",
        numbers=True,
        prints=("conv1.bias.grad",),
        then=("phase",),
    ),
    Stop(
        "update",
        """
        learning_rate = 0.01
        for p in net.parameters():
            p.data.sub_(p.grad.data * learning_rate)
        """,
        moves=(*_LOSS, "phase", "phase", "phase"),
        panes=("tensor", "gradient"),
        tensor="conv1.bias",
        aspect="update",
        numbers=True,
    ),
)
"""In the chapter's order."""
STOPS = (*CHAPTER, *LEARNING)
