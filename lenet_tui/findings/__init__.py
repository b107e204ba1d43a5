"""What is wrong with a training step."""
