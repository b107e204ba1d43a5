"""lenet-tui: watch a neural network learn, one step at a time, in real PyTorch."""

__version__ = "0.1.0"
