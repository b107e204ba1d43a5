"""The training view: charts, facts, confusion, worst samples."""
