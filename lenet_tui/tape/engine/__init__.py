"""Forward and backward recorders, names, digests, frames."""
