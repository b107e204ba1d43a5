"""Trainer, optimizers, data set, devices."""
