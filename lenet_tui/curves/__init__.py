"""Loss, accuracy, learning rate and gradients over the iterations."""
