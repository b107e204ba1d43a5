"""The panel: findings, the place of each, the parameters, the probes."""
