"""The screen: question, both losses, the ops side by side."""
