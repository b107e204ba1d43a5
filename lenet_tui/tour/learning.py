"""The tour's second part: the net learns digits, and what can be seen of that."""

from __future__ import annotations

from typing import Any

from lenet_tui.tour.stop import Stop

TEST, TRAINED, MOVED = "judge(*test)", "judge(*few)", "moved "
"""Names of what these stops print: the net judged on what is held out, or on what it is trained on,
and how far the parameter named next is from its start.
"""
_SGD = (("optimizer", "sgd"), ("momentum", 0.9), ("lr", 0.03))
_DIGITS: tuple[tuple[str, Any], ...] = (("batch_size", 32), *_SGD)
_FEW = (("batch_size", 20), ("train_size", 20), ("evaluate_every", 10), *_SGD)
HIGH = 5.0
"""The learning rate that is too high."""
CURVES = ("chart-loss", "chart-accuracy")

LEARNING: tuple[Stop, ...] = (
    Stop(
        "epoch",
        """
        def begin():
            net = Net()
            return net, torch.optim.SGD(net.parameters(), lr=0.03, momentum=0.9)

        def epoch(images, labels):
            for part in torch.randperm(len(images)).split(32):
                loss = F.cross_entropy(net(images[part]), labels[part])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()

        def judge(images, labels):
            with torch.no_grad():
                output = net(images)
                loss = F.cross_entropy(output, labels)
            right = int((output.argmax(1) == labels).sum())
            print(right, "of", len(labels), "right; loss", f"{loss:.3f}")

        net, optimizer = begin()
        judge(*test)                       # before
        epoch(*train)                      # 1437 digits, 45 batches
        judge(*test)                       # after
        """,
        panes=("loss", "output"),
        prints=(TEST,),
        then=("run 45",),
        options=_DIGITS,
    ),
    Stop(
        "curve",
        """
        net, optimizer = begin()
        for _ in range(3):
            epoch(*train)
        judge(*test)
        """,
        moves=("run 135",),
        panes=CURVES,
        prints=(TEST,),
        options=_DIGITS,
    ),
    Stop(
        "overfit",
        """
        few = train[0][:20], train[1][:20]
        net, optimizer = begin()
        for _ in range(80):                # of one batch each
            epoch(*few)
        judge(*few)
        judge(*test)
        """,
        moves=("run 80",),
        panes=CURVES,
        prints=(TRAINED, TEST),
        options=_FEW,
    ),
    Stop(
        "rate",
        """
        net, optimizer = begin()
        for _ in range(2):
            epoch(*train)
        judge(*test)
        optimizer.param_groups[0]["lr"] = 5.0
        epoch(*train)
        judge(*test)
        """,
        moves=("run 90", f"set lr {HIGH}", "run 45"),
        panes=CURVES,
        prints=(TEST,),
        options=_DIGITS,
    ),
    Stop(
        "kernels",
        """
        net, optimizer = begin()
        old = net.conv1.weight.detach().clone()
        for _ in range(3):
            epoch(*train)
        new = net.conv1.weight.detach()
        change = (new - old).norm()
        size = old.norm()
        print(f"{change:.3f} of {size:.3f}")
        """,
        moves=("run 135",),
        panes=("tensor", "layers"),
        tensor="conv1.weight",
        prints=(f"{MOVED}conv1.weight",),
        options=_DIGITS,
    ),
    Stop(
        "own",
        """
        image = torch.full((1, 1, 32, 32), -1.0)
        image[0, 0, 6:26, 15:18] = 1.0     # a stroke: a one
        output = net(image)                # ten numbers, one for each digit
        """,
        moves=("run 135",),
        panes=("image", "output"),
        options=_DIGITS,
    ),
)
