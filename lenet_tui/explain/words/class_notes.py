"""Notes on one number of a softmax, or of a loss over classes."""

from __future__ import annotations

from lenet_tui.text.notice import Table

CLASS_NOTES: Table = {
    "cells.note.samples": ("the mean over the batch: {a}", "对本批取平均：{a} 个样本"),
    "cells.note.exp-sum": ("Σ_j {a} = {b}", "Σ_j {a} = {b}"),
    "cells.note.minus-log": (
        "{a} = {b}: the probability of the target class; −log of it is {c}",
        "{a} = {b}：目标类别的概率；取 −log 得 {c}",
    ),
    "cells.note.log-sum": (
        "Σ_j {a} = {b}; the logarithm of it is {c}",
        "Σ_j {a} = {b}，取对数得 {c}",
    ),
    "cells.note.smoothed": (
        "label_smoothing {a}: each class gets {b} of the target, and the target class {c} besides",
        "label_smoothing {a}：目标中每个类别各得 {b}，目标类别另得 {c}",
    ),
    "cells.note.smoothed-probabilities": (
        "label_smoothing {a}: the target times {c}, plus {b} for each class",
        "label_smoothing {a}：目标乘以 {c}，每个类别再加 {b}",
    ),
    "cells.note.weighted-mean": (
        "the mean is weighted: the weights {a} of the samples' classes come to {b}",
        "加权平均：各样本所属类别的权重 {a} 之和为 {b}",
    ),
    "cells.note.ignored": ("the sample's target is ignored", "该样本的目标被忽略"),
    "cells.note.right-class": (
        "{a} is the target class: its probability minus 1",
        "{a} 是目标类别：概率减 1",
    ),
    "cells.note.wrong-class": (
        "{a} is not the target class: its probability alone",
        "{a} 不是目标类别：只有概率",
    ),
}
