"""Cross-entropy with probabilities as targets: mixup, and distillation by KL."""

import torch
from torch import nn
from torch.nn import functional as F

teacher = nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 4)).eval()
model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def data():
    while True:
        yield torch.randn(16, 8), torch.randint(4, (16,))


def step(batch):
    x, y = batch
    part = torch.distributions.Beta(0.4, 0.4).sample().item()
    order = torch.randperm(len(x))
    x = part * x + (1 - part) * x[order]
    target = part * F.one_hot(y, 4) + (1 - part) * F.one_hot(y[order], 4)
    with torch.no_grad():
        wanted = teacher(x)
    made = model(x)
    likeness = F.kl_div((made / 2).log_softmax(1), (wanted / 2).softmax(1), reduction="batchmean")
    loss = F.cross_entropy(made, target.float()) + likeness
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
