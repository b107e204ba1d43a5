"""Parametrised weights, a scripted module, packed sequences, a custom function, nested outputs."""

import torch
from torch import nn
from torch.nn.utils import parametrizations, rnn


class Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(-2, 2)

    @staticmethod
    def backward(ctx, grad):
        return grad * (ctx.saved_tensors[0].abs() < 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8, bidirectional=True, dropout=0.1, num_layers=2)
        self.mix = parametrizations.weight_norm(nn.Linear(16, 8))
        self.head = parametrizations.spectral_norm(nn.Linear(8, 2))
        self.scripted = torch.jit.script(nn.Sequential(nn.Linear(8, 8), nn.ReLU()))

    def forward(self, x, lengths):
        packed = rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        states, _ = rnn.pad_packed_sequence(self.rnn(packed)[0])
        hidden = self.scripted(Clip.apply(self.mix(states.mean(0))))
        return {"scores": [self.head(hidden)], "hidden": hidden}


model = Net
optimizer = torch.optim.Adamax


def loss(output, target):
    return nn.functional.cross_entropy(output["scores"][0], target)


def data():
    while True:
        yield (torch.randn(6, 4, 5), torch.tensor([6, 3, 5, 2])), torch.randint(2, (4,))
