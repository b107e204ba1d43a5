"""What is trained: model, data, devices, optimizers, phases."""
