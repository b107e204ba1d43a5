"""Nodes of a graph: sparse features and edges, and a loss of the nodes that have a label."""

import torch
from torch import nn
from torch.nn import functional as F

NODES, WORDS, KINDS = 40, 30, 3
features = (torch.rand(NODES, WORDS) < 0.1).float().to_sparse()
near = ((torch.rand(NODES, NODES) < 0.1).float() + torch.eye(NODES)).clamp(max=1)
edges = (near / near.sum(1, keepdim=True)).to_sparse()
kinds = torch.arange(NODES) % KINDS


class Convolution(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(inputs, outputs)))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, edges):
        return torch.sparse.mm(edges, torch.mm(x, self.weight)) + self.bias


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = Convolution(WORDS, 8), Convolution(8, KINDS)

    def forward(self, x, edges):
        hidden = F.dropout(torch.relu(self.first(x, edges)), 0.5, training=self.training)
        return F.log_softmax(self.second(hidden, edges), 1)


model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)


def data():
    while True:
        yield torch.randperm(NODES)[:20]


def step(known):
    optimizer.zero_grad()
    loss = F.nll_loss(model(features, edges)[known], kinds[known])
    loss.backward()
    optimizer.step()
    return loss
