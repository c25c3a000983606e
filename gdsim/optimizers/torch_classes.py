"""The classes of torch.optim, known without importing torch."""

from __future__ import annotations

CLASSES = (
    "ASGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "LBFGS", "NAdam", "RAdam",
    "RMSprop", "Rprop", "SGD",
)  # fmt: skip
"""What the interface offers without importing torch; a file can name any other class of torch.optim, such as Muon,
which takes matrices only."""
