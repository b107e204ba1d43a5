"""What becomes of a training over its iterations: loss, accuracy, learning rate, gradients."""
