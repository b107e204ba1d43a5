"""Training scripts for a GPU, as people write them. Each prints its losses and a sum of its bits.

They know nothing of this package.
"""

from __future__ import annotations

HEAD = """
import hashlib
import tempfile

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(3)
torch.set_num_threads(1)
device = torch.device("cuda")


def bits(model):
    found = hashlib.sha256()
    for tensor in model.state_dict().values():
        found.update(tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()[:16]


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.3), nn.Linear(6 * 14 * 14, 10),
    ).to(device)


def images():
    return torch.randn(8, 1, 32, 32, device=device), torch.randint(0, 10, (8,), device=device)


def tokens(length=9):
    given = torch.randint(0, 20, (4, length), device=device)
    return given[:, :-1], given[:, 1:].flatten()


def train(model, optimizer, draw, times=5, called=None, cast=None):
    called = called or model
    for _ in range(times):
        x, y = draw()
        optimizer.zero_grad()
        with torch.autocast("cuda", cast or torch.bfloat16, enabled=cast is not None):
            loss = F.cross_entropy(called(x), y)
        loss.backward()
        optimizer.step()
        print(loss.item().hex())
    print(bits(model))

"""

LOADER = """
def main():
    data = torch.utils.data.TensorDataset(torch.randn(64, 1, 32, 32), torch.randint(0, 10, (64,)))
    loader = torch.utils.data.DataLoader(data, 8, shuffle=True, pin_memory=True, num_workers=2)
    model = cnn()
    optimizer = torch.optim.SGD(model.parameters(), 0.002, momentum=0.9)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    for x, y in loader:
        x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        schedule.step()
        print(loss.item().hex())
    print(bits(model))


if __name__ == "__main__":
    main()
"""
SCALED = """
model = cnn()
optimizer = torch.optim.AdamW(model.parameters(), 1e-3)
scaler = torch.amp.GradScaler("cuda", init_scale=2.0**18, growth_interval=2)
for _ in range(7):
    x, y = images()
    optimizer.zero_grad()
    with torch.autocast("cuda", torch.float16):
        loss = F.cross_entropy(model(x), y)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    print(loss.item().hex(), scaler.get_scale())
print(bits(model))
"""
COMPILED = """
model = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 4)).to(device)
draw = lambda: (torch.randn(8, 16, device=device), torch.randint(0, 4, (8,), device=device))
train(model, torch.optim.Adam(model.parameters()), draw, called=torch.compile(model),
      cast=torch.bfloat16)
"""
LSTM = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 16)
        self.rnn = nn.LSTM(16, 24, 2, batch_first=True, dropout=0.2)
        self.head = nn.Linear(24, 20)

    def forward(self, x):
        return self.head(self.rnn(self.words(x))[0]).flatten(0, 1)


model = Net().to(device)
train(model, torch.optim.RMSprop(model.parameters(), 1e-3), tokens)
"""
ATTENTION = """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.qkv, self.out = nn.LayerNorm(64), nn.Linear(64, 192), nn.Linear(64, 64)

    def forward(self, x):
        q, k, v = self.qkv(self.norm(x)).unflatten(-1, (3, 4, 16)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=0.1)
        return x + self.out(mixed.transpose(1, 2).flatten(2))


model = nn.Sequential(
    nn.Embedding(20, 64), Block(), Block(), nn.Linear(64, 20), nn.Flatten(0, 1)
).to(device)
optimizer = torch.optim.AdamW(model.parameters(), 1e-3, fused=True)
train(model, optimizer, lambda: tokens(33), cast=torch.bfloat16)
"""
CAPTURED = """
model = nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4)).to(device)
optimizer = torch.optim.Adam(model.parameters(), 1e-3, capturable=True)
x, y = torch.randn(8, 16, device=device), torch.randint(0, 4, (8,), device=device)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


stream = torch.cuda.Stream()
stream.wait_stream(torch.cuda.current_stream())
with torch.cuda.stream(stream):
    for _ in range(4):
        step()
torch.cuda.current_stream().wait_stream(stream)
graph = torch.cuda.CUDAGraph()
with torch.cuda.graph(graph):
    loss = step()
for _ in range(5):
    graph.replay()
    print(loss.item().hex())
print(bits(model))
"""
STREAMS = """
side = torch.cuda.Stream()


def load():
    with torch.cuda.stream(side):
        pair = torch.randn(8, 1, 32, 32).pin_memory(), torch.randint(0, 10, (8,)).pin_memory()
        return [t.to(device, non_blocking=True) for t in pair]


following = load()


def draw():
    global following
    torch.cuda.current_stream().wait_stream(side)
    taken, following = following, load()
    return taken


model = cnn()
train(model, torch.optim.SGD(model.parameters(), 0.002), draw)
"""
RANK = """
import torch.distributed as dist

dist.init_process_group(
    "nccl", init_method="file://" + tempfile.mktemp(), rank=0, world_size=1,
    device_id=torch.device("cuda", 0),
)
model = nn.parallel.DistributedDataParallel(cnn(), device_ids=[0])
train(model, torch.optim.SGD(model.parameters(), 0.002), images)
dist.destroy_process_group()
"""
PARALLEL = """
model = nn.DataParallel(cnn())
train(model, torch.optim.SGD(model.parameters(), 0.002), images)
"""
TWO_DEVICES = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.head = nn.Embedding(20, 16), nn.Linear(16, 20).to(device)

    def forward(self, x):
        return self.head(self.words(x).mean(1).to(device))


model = Net()
draw = lambda: (torch.randint(0, 20, (8, 5)), torch.randint(0, 20, (8,), device=device))
train(model, torch.optim.Adam(model.parameters(), 1e-3), draw)
"""
CHECKPOINTED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(16, 32), nn.Dropout(0.3), nn.ReLU())
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        return self.head(checkpoint(self.body, x, use_reentrant=False))


model = Net().to(device)
draw = lambda: (torch.randn(8, 16, device=device), torch.randint(0, 4, (8,), device=device))
train(model, torch.optim.Adam(model.parameters(), 1e-3), draw)
"""
LATE = """
model = cnn().to(memory_format=torch.channels_last)
criterion = nn.CrossEntropyLoss(weight=torch.ones(10).to(device))
optimizer = torch.optim.NAdam(model.parameters(), 1e-3)


def train_step(batch):
    optimizer.zero_grad()
    loss = criterion(model(batch[0].cuda()), batch[1].cuda())
    loss.backward()
    optimizer.step()
    return loss.detach()


for _ in range(5):
    print(train_step((torch.randn(8, 1, 32, 32), torch.randint(0, 10, (8,)))).item().hex())
print(bits(model))
"""
SCRIPTS = {
    "loader": LOADER, "scaled": SCALED, "compiled": COMPILED, "lstm": LSTM, "attention": ATTENTION,
    "captured": CAPTURED, "streams": STREAMS, "rank": RANK, "parallel": PARALLEL,
    "two devices": TWO_DEVICES, "checkpointed": CHECKPOINTED, "late": LATE,
}  # fmt: skip
WRONG_LABEL = """
model = nn.Linear(16, 4).to(device)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for number in range(4):
    x, y = torch.randn(8, 16, device=device), torch.randint(0, 4, (8,), device=device)
    y[3] += 4 * (number == 1)
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
TOO_MUCH = """
model = nn.Linear(16, 4).to(device)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for number in range(4):
    output = model(torch.randn(8, 16, device=device))
    if number == 1:
        output = output + torch.empty(1 << 41, dtype=torch.uint8, device=device).sum()
    optimizer.zero_grad()
    output.square().mean().backward()
    optimizer.step()
"""
