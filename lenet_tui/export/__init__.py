"""A session as a plain PyTorch script."""
