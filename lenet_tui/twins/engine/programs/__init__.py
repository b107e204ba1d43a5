"""The healthy programs of which mistakes are small edits."""
