"""Three networks at once by ``vmap``: one of them without numbers says what is computed."""

import copy

import torch
from torch import nn
from torch.func import functional_call, stack_module_state, vmap

nets = [nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1)) for _ in range(3)]
stacked, _ = stack_module_state(nets)
base = copy.deepcopy(nets[0]).to("meta")


class Several(nn.Module):
    def __init__(self):
        super().__init__()
        self.held = nn.ParameterDict(
            {name.replace(".", "_"): nn.Parameter(t.detach()) for name, t in stacked.items()}
        )

    def forward(self, x):
        held = {name: self.held[name.replace(".", "_")] for name in stacked}
        return vmap(lambda one, given: functional_call(base, one, (given,)), (0, None))(held, x)


model = Several()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
data = [(torch.randn(32, 4), torch.randn(32, 1)) for _ in range(8)]


def step(batch):
    x, y = batch
    loss = (model(x) - y).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss
