"""The maths wing: arrays only. One file a model; see ``base`` for what a model must offer."""
