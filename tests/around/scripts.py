"""Training scripts as people write them. Each prints its losses and saves its weights.

They know nothing of this package. ``sys.argv[1]`` is the file that the weights go to.
"""

from __future__ import annotations

HEAD = """
import random
import sys
import numpy
import torch
from torch import nn

random.seed(3)
numpy.random.seed(3)
torch.manual_seed(3)
torch.set_num_threads(1)


def mlp(*sizes):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), nn.ReLU()]
    return nn.Sequential(*layers[:-1])

"""

PLAIN = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 16)
        self.drop = nn.Dropout(0.2)
        self.norm = nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, 4)

    def forward(self, x):
        return self.fc2(self.drop(torch.relu(self.norm(self.fc1(x)))))


def train(net, optimizer, scheduler):
    for number in range(7):
        x, target = torch.randn(6, 8), torch.randint(0, 4, (6,))
        optimizer.zero_grad()
        output = net(x)
        loss = nn.functional.cross_entropy(output, target)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        scheduler.step()
        print(number, loss.item(), scheduler.get_last_lr(), random.random(), numpy.random.rand())
        if number % 3 == 2:
            net.eval()
            with torch.no_grad():
                for _ in range(6):
                    print("eval", net(torch.randn(4, 8)).argmax(1).tolist())
            net.train()


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
train(net, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5))
torch.save(net.state_dict(), sys.argv[1])
"""
)

AMP = (
    HEAD
    + """
net = mlp(8, 16, 4)
optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
scaler = torch.amp.GradScaler("cpu", init_scale=64.0)
for number in range(6):
    x, target = torch.randn(6, 8), torch.randn(6, 4)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = nn.functional.mse_loss(net(x), target)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad(set_to_none=True)
    print(number, loss.item())
torch.save(net.state_dict(), sys.argv[1])
"""
)

ACCUMULATION = (
    HEAD
    + """
net = mlp(8, 16, 4)
optimizer = torch.optim.Adam(net.parameters())
for number in range(12):
    loss = nn.functional.mse_loss(net(torch.randn(3, 8)), torch.randn(3, 4)) / 3
    loss.backward()
    if number % 3 == 2:
        optimizer.step()
        optimizer.zero_grad()
    print(number, loss.item())
torch.save(net.state_dict(), sys.argv[1])
"""
)

GAN = (
    HEAD
    + """
netD, netG = mlp(4, 8, 1), mlp(3, 8, 4)
criterion = nn.BCEWithLogitsLoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-3, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-3, betas=(0.5, 0.999))
for number in range(4):
    netD.zero_grad()
    real = criterion(netD(torch.randn(5, 4)), torch.ones(5, 1))
    real.backward()
    fake = netG(torch.randn(5, 3))
    made = criterion(netD(fake.detach()), torch.zeros(5, 1))
    made.backward()
    optimizerD.step()
    netG.zero_grad()
    fooled = criterion(netD(fake), torch.ones(5, 1))
    fooled.backward()
    optimizerG.step()
    print(number, real.item(), made.item(), fooled.item())
torch.save([netD.state_dict(), netG.state_dict()], sys.argv[1])
"""
)

LBFGS = (
    HEAD
    + """
net = mlp(4, 6, 2)
x, target = torch.randn(9, 4), torch.randn(9, 2)
optimizer = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=4)


def closure():
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), target)
    loss.backward()
    return loss


for number in range(4):
    print(number, optimizer.step(closure).item())
torch.save(net.state_dict(), sys.argv[1])
"""
)

LOADER = (
    HEAD
    + """
import argparse
import random


class Squares(torch.utils.data.Dataset):
    def __len__(self):
        return 20

    def __getitem__(self, number):
        x = torch.full((8,), float(number)) + torch.randn(8) * random.random()
        return x / 10, number % 4


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weights")
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()
    net = mlp(8, 16, 4)
    loader = torch.utils.data.DataLoader(Squares(), batch_size=5, shuffle=True, num_workers=2)
    optimizer = torch.optim.SGD(net.parameters(), lr=args.lr)
    for epoch in range(2):
        for x, target in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), target)
            loss.backward()
            optimizer.step()
            print(epoch, loss.item())
    torch.save(net.state_dict(), args.weights)


if __name__ == "__main__":
    main()
"""
)

BY_HAND = (
    HEAD
    + """
net = mlp(8, 16, 4)
for number in range(6):
    net.zero_grad()
    loss = nn.functional.mse_loss(net(torch.randn(3, 8)), torch.randn(3, 4))
    loss.backward()
    with torch.no_grad():
        for p in net.parameters():
            p.data.add_(p.grad, alpha=-0.1)
    print(number, loss.item())
torch.save(net.state_dict(), sys.argv[1])
"""
)
"""No optimizer at all: an iteration ends where the next one begins."""

TENSORS = (
    HEAD
    + """
class Net:
    def __init__(self):
        self.weights = [torch.randn(n, m, requires_grad=True) for n, m in ((4, 6), (6, 2))]

    def __call__(self, x):
        return torch.tanh(x @ self.weights[0]) @ self.weights[1]


net = Net()
for number in range(6):
    x, target = torch.randn(7, 4), torch.randn(7, 2)
    loss = ((net(x) - target) ** 2).mean()
    loss.backward()
    for p in net.weights:
        p.data -= 0.05 * p.grad
        p.grad = None
    print(number, loss.item())
torch.save(net.weights, sys.argv[1])
"""
)
"""Neither a module nor an optimizer: an iteration begins with the first op of a trained tensor."""

LOOSE = (
    HEAD
    + """
w = torch.randn(4, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w, b], lr=0.05)
for number in range(5):
    x = torch.randn(7, 4)
    loss = ((x @ w + b - x.sum(1)) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(number, loss.item())
torch.save([w, b], sys.argv[1])
"""
)

CAUGHT = (
    HEAD
    + """
import threading
from torch.utils.checkpoint import checkpoint


def main():
    net = mlp(4, 8, 2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    torch.set_default_device("cpu")
    for number in range(6):
        with torch.device("cpu"):
            x = torch.randn(3, 4)
            try:
                net(torch.randn(3, 5))
            except RuntimeError as error:
                print("caught", str(error)[:20])
            hidden = checkpoint(net[0], x, use_reentrant=False)
            loss = net[1:](hidden).pow(2).sum()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        with torch.inference_mode():
            print(number, loss.item(), net(torch.ones(1, 4)).sum().item())
    torch.save(net.state_dict(), sys.argv[1])


thread = threading.Thread(target=main)
thread.start()
thread.join()
"""
)
"""Exceptions that are caught, modes of torch's own, a thread, modules that are parts of another."""

FAILS = (
    HEAD
    + """
net = mlp(8, 16, 4)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for number in range(5):
    width = 8 if number < 3 else 7
    optimizer.zero_grad()
    loss = net(torch.randn(2, width)).sum()
    loss.backward()
    optimizer.step()
    print(number, loss.item())
"""
)

NAN = (
    HEAD
    + """
net = mlp(4, 6, 2)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for number in range(6):
    x = torch.randn(3, 4)
    y = net(x)
    if number == 3:
        y = torch.log(y - y.max() - 1)
    loss = (y ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(number, loss.item())
torch.save(net.state_dict(), sys.argv[1])
"""
)

EXITS = PLAIN.replace("torch.save(", "torch.save(net.state_dict(), sys.argv[1]); sys.exit(3)\n(")

SCRIPTS = {
    "plain": PLAIN,
    "amp": AMP,
    "accumulation": ACCUMULATION,
    "gan": GAN,
    "tensors": TENSORS,
    "lbfgs": LBFGS,
    "loader": LOADER,
    "by_hand": BY_HAND,
    "loose": LOOSE,
    "caught": CAUGHT,
    "fails": FAILS,
    "nan": NAN,
    "exits": EXITS,
}
