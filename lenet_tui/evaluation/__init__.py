"""How good the model is on data that it is not trained on."""
