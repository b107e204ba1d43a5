"""Recurrent models and attentions, made from their names.

``named("lstm_2_both_float64")`` is an LSTM of two levels in both
directions. Further words: ``first`` (batch first), ``plain`` (no biases), ``dropout``, ``given``
(learned first states), ``last`` (only the last states are read), ``packed``, ``alone`` (one sample
without a batch), ``cell`` (cells in a loop), ``long`` (48 steps), ``projected``, ``blind`` (without
a graph).

``named("heads_padded")`` is a multi-head attention. Further words: ``cross`` (other keys),
``causal``, ``biased`` (a mask of numbers), ``learned`` (that is a parameter), ``apart`` (another
one for each sample and head), ``weighed`` (a learned mask of the keys), ``padded``, ``returned``
(the weights are read too), ``each`` (of each head), ``quick`` (no weights), ``dropout``,
``more`` (a learned key and a zero), ``separate`` (other features), ``plain``, ``first``, ``alone``.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.harness.explained_ops import Family

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU, "tanh": nn.RNN, "relu": nn.RNN}
CELLS = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "tanh": nn.RNNCell, "relu": nn.RNNCell}
KINDS = ("float32", "float64", "bfloat16", "float16")
SIZE = 5


class Recurrent(Family):
    """One recurrent layer over the features of a picture, and what is read of it."""

    words: frozenset[str]

    def layers(self) -> None:
        words = self.words
        (self.name,) = words & set(LAYERS)
        more = {"nonlinearity": self.name} if self.name in ("tanh", "relu") else {}
        bias = "plain" not in words
        if "cell" in words:
            self.cell = CELLS[self.name](8, SIZE, bias=bias, **more)
            return
        levels = next((int(w) for w in words if w.isdigit()), 1)
        self.layer = LAYERS[self.name](
            8, SIZE, levels, bias=bias, batch_first="first" in words,
            dropout=0.4 if "dropout" in words else 0.0, bidirectional="both" in words,
            **more | ({"proj_size": 3} if "projected" in words else {}),
        )  # fmt: skip
        several = levels * (2 if "both" in words else 1)
        self.start = nn.Parameter(torch.randn(2, several, 1, SIZE) / 2)

    def use(self, h: Tensor) -> list[Tensor]:
        words, a = self.words, h.view(-1, 6, 8)
        if "long" in words:
            a = a.repeat(1, 8, 1)
        if "cell" in words:
            return self._in_a_loop(a)
        if "alone" in words:
            return [self._through(a[n], 1)[0] for n in range(1)]
        first = "first" in words
        x = a if first else a.transpose(0, 1)
        if "packed" in words:
            sizes = torch.tensor([6, 4, 1] * len(a))[: len(a)].sort(descending=True).values
            made, last = self._through(pack_padded_sequence(x, sizes, first), len(a))
            out = pad_packed_sequence(made, first)[0]
        else:
            out, last = self._through(x, len(a))
        if not first:
            out = out.transpose(0, 1)
        states = [s.transpose(0, 1) for s in last]
        if "blind" in words:
            states.append(a)
        return states if "last" in words else [out, *states]

    def _through(self, x: Any, samples: int) -> tuple[Any, list[Tensor]]:
        given: object = None
        if "given" in self.words:
            both = self.start.expand(-1, -1, samples, -1).contiguous()
            both = both.squeeze(2) if "alone" in self.words else both
            given = (both[0], both[1]) if self.name == "lstm" else both[0]
        with torch.set_grad_enabled("blind" not in self.words):
            out, last = self.layer(x, given)
        return out, list(last) if self.name == "lstm" else [last]

    def _in_a_loop(self, a: Tensor) -> list[Tensor]:
        state: object = None
        for t in range(4):
            state = self.cell(a[:, t], state)
        return list(state) if isinstance(state, tuple) else [state]  # type: ignore[list-item]


class Heads(Family):
    """One multi-head attention over the features of a picture."""

    words: frozenset[str]

    def layers(self) -> None:
        words = self.words
        wide = 6 if "separate" in words else None
        self.layer = nn.MultiheadAttention(
            8, 2, dropout=0.3 if "dropout" in words else 0.0, bias="plain" not in words,
            add_bias_kv="more" in words, add_zero_attn="more" in words, kdim=wide, vdim=wide,
            batch_first="first" in words,
        )  # fmt: skip
        keys = 8 if "separate" in words else 4 if "cross" in words else 6
        if words & {"learned", "apart"}:
            self.mask = nn.Parameter(torch.randn(*((6,) if "apart" in words else ()), 6, keys))
        if "weighed" in words:
            self.keys = nn.Parameter(torch.randn(3, keys))

    def use(self, h: Tensor) -> list[Tensor]:
        words, x = self.words, h.view(-1, 6, 8)
        k = v = x
        if "separate" in words:
            k, v = h.view(-1, 8, 6), h.view(-1, 8, 6) * 2
        elif "cross" in words:
            k = v = x[:, :4].flip(1)
        more: dict[str, Any] = {"need_weights": "quick" not in words}
        more["average_attn_weights"] = "each" not in words
        keys = k.shape[1]
        if "causal" in words:
            more |= {"attn_mask": torch.ones(6, keys).triu(1).bool(), "is_causal": "quick" in words}
        if "biased" in words:
            more["attn_mask"] = torch.sin(torch.arange(6.0 * keys)).view(6, keys).to(self.kind)
        if words & {"learned", "apart"}:
            more["attn_mask"] = self.mask
        if "weighed" in words:
            more["key_padding_mask"] = self.keys
        if "padded" in words:
            more["key_padding_mask"] = torch.arange(keys) >= keys - torch.arange(len(x))[:, None]
        if "alone" in words:
            out, weights = self.layer(x[0], k[0], v[0], **more | {"key_padding_mask": None})
            return [out.expand(len(x), -1, -1), *self._weights(weights, len(x))]
        if "first" not in words:
            x, k, v = self._turned(x, k, v)
        out, weights = self.layer(x, k, v, **more)
        out = out if "first" in words else out.transpose(0, 1)
        return [out, *(self._weights(weights, 0) if "returned" in words else [])]

    @staticmethod
    def _turned(x: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Steps first; what is one tensor stays one."""
        turned = {id(t): t.transpose(0, 1) for t in (x, k, v)}
        return turned[id(x)], turned[id(k)], turned[id(v)]

    @staticmethod
    def _weights(weights: Tensor | None, samples: int) -> list[Tensor]:
        if weights is None:
            return []
        return [weights.expand(samples, *weights.shape) if samples else weights]


def named(name: str) -> str:
    """The model of a name, as ``--model`` takes it."""
    words = frozenset(name.split("_"))
    kind = getattr(torch, next(iter(words & set(KINDS)), "float32"))
    made = {"kind": kind, "words": words, "__module__": __name__}
    globals()[name] = type(name, (Heads if "heads" in words else Recurrent,), made)
    return f"{__name__}:{name}"
