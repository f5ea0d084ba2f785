"""Time and memory as ratios: each bar against its peer or its floor, measured in one run on one machine."""
