"""One iteration on two devices, op by op."""
