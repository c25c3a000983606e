"""Descriptions of hyper-parameters, from which panels, checks and files are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from gdsim.i18n import tr

Scale = Literal["linear", "logarithmic", "whole", "switch"]


@dataclass(frozen=True)
class Hyperparameter:
    """The description from which panels, checks and files are made.

    Attributes
    ----------
    name
        Name in files and code.
    symbol
        LaTeX symbol.
    label
        Name in the interface, in English (translated where it is shown).
    default
        Value when a file leaves it out; torch.optim's.
    low, high
        Ends of the slider; any allowed number can be typed.
    scale
        How the slider runs; ``whole``: whole numbers only; ``switch``: 0 is off and 1 is on.
    explanation
        One sentence for the tooltip, in English.
    above
        The value must be greater than this.
    at_least
        The value must not be less than this.
    below
        The value must be less than this.
    usual
        Half-open interval ``[a, b)`` outside which a warning is shown, if any.
    common
        Whether every rule has it; then it is told of only where it does something.
    """

    name: str
    symbol: str
    label: str
    default: float
    low: float
    high: float
    scale: Scale
    explanation: str
    above: float = -math.inf
    at_least: float = -math.inf
    below: float = math.inf
    usual: tuple[float, float] | None = None
    common: bool = False

    def check(self, value: float) -> None:
        """Raise `ValueError` with one clear sentence unless ``value`` is allowed."""
        if not math.isfinite(value):
            raise ValueError(self._allowed(value) or tr("{name} must be a finite number.", name=self.name))
        fits = self.above < value < self.below and value >= self.at_least
        if self.scale == "switch":
            fits = value in (0.0, 1.0)
        elif self.scale == "whole":
            fits = fits and value == int(value)
        if not fits:
            raise ValueError(self._allowed(value))

    def _allowed(self, value: float) -> str:
        """Return the sentence that says what is allowed; empty where every finite number is."""
        said = {"name": self.name, "value": f"{value:g}"}
        if self.scale == "switch":
            return tr("{name} = {value} is not allowed: it must be 0 (off) or 1 (on).", **said)
        if self.scale == "whole" and math.isfinite(self.below):
            return tr("{name} = {value} is not allowed: it must be a whole number from {low} to {high}.", **said,
                      low=f"{self.at_least:g}", high=f"{self.below - 1:g}")  # fmt: skip
        if self.scale == "whole":
            return tr("{name} = {value} is not allowed: it must be a whole number from {low} on.", **said,
                      low=f"{self.at_least:g}")  # fmt: skip
        if math.isfinite(self.above):
            return tr("{name} = {value} is not allowed: it must be a number greater than {above}.", **said,
                      above=f"{self.above:g}")  # fmt: skip
        if math.isfinite(self.at_least) and math.isfinite(self.below):
            return tr("{name} = {value} is not allowed: it must be at least {low} and less than {high}.", **said,
                      low=f"{self.at_least:g}", high=f"{self.below:g}")  # fmt: skip
        if math.isfinite(self.at_least):
            return tr("{name} = {value} is not allowed: it must be a number not less than {low}.", **said,
                      low=f"{self.at_least:g}")  # fmt: skip
        return ""

    def warning(self, value: float) -> str:
        """Return one sentence when ``value`` is allowed but unusual, else an empty string."""
        if self.usual is None or self.usual[0] <= value < self.usual[1]:
            return ""
        return tr(
            "{name} = {value} is outside the usual range [{low}, {high}): the run may diverge.",
            name=self.name,
            value=f"{value:g}",
            low=f"{self.usual[0]:g}",
            high=f"{self.usual[1]:g}",
        )


def learning_rate(default: float = 0.01) -> Hyperparameter:
    """Describe the learning rate with a rule's own default."""
    return Hyperparameter(
        name="learning_rate",
        symbol=r"\eta",
        label="Learning rate η",
        default=default,
        low=1e-4,
        high=1.0,
        scale="logarithmic",
        above=0.0,
        explanation="Step length per unit of gradient (no unit of its own).",
    )


def gamma(default: float = 0.9) -> Hyperparameter:
    """Describe the momentum coefficient."""
    return Hyperparameter(
        name="gamma",
        symbol=r"\gamma",
        label="Gamma γ",
        default=default,
        low=0.0,
        high=0.999,
        scale="linear",
        usual=(0.0, 1.0),
        explanation="Momentum coefficient: the share of the velocity that is kept at each step; 0 keeps nothing.",
    )


def share(name: str, symbol: str, label: str, default: float, explanation: str) -> Hyperparameter:
    """Describe a share from 0 to below 1 of something that is kept: beta1, beta2, alpha, rho."""
    return Hyperparameter(name, symbol, label, default, 0.0, 0.999, "linear", explanation, at_least=0.0, below=1.0)


def beta1(default: float = 0.9) -> Hyperparameter:
    """Describe the share of the first moment that is kept."""
    text = "Share of the first moment, the running mean of the gradients, that is kept at each step."
    return share("beta1", r"\beta_1", "Beta1 β₁", default, text)


def beta2(default: float = 0.999) -> Hyperparameter:
    """Describe the share of the second moment that is kept."""
    text = "Share of the second moment, the running mean of the squared gradients, that is kept at each step."
    return share("beta2", r"\beta_2", "Beta2 β₂", default, text)


def eps(default: float = 1e-8) -> Hyperparameter:
    """Describe what keeps a divisor away from 0."""
    text = "A small number added to the divisor, so that it is never 0."
    return Hyperparameter("eps", r"\epsilon", "Epsilon ε", default, 1e-10, 1e-1, "logarithmic", text, above=0.0)


def weight_decay(default: float = 0.0, common: bool = False) -> Hyperparameter:
    """Describe the pull of every parameter towards 0."""
    text = "Pulls every parameter towards 0: this share of the parameter counts as gradient; 0 is none."
    return Hyperparameter(
        "weight_decay", r"\lambda", "Weight decay λ", default, 0.0, 1.0, "linear", text, at_least=0.0, common=common
    )


def switch(name: str, symbol: str, label: str, explanation: str, default: float = 0.0) -> Hyperparameter:
    """Describe something that is on (1) or off (0)."""
    return Hyperparameter(name, symbol, label, default, 0.0, 1.0, "switch", explanation)


COMMON = (
    weight_decay(common=True),
    Hyperparameter(
        "clip_value", r"c_\infty", "Clip value", 0.0, 0.0, 10.0, "linear",
        "Largest size that each component of the gradient may have; a larger one is cut to it; 0 cuts nothing.",
        at_least=0.0, common=True,
    ),
    Hyperparameter(
        "clip_norm", "c_2", "Clip norm", 0.0, 0.0, 10.0, "linear",
        "Largest norm that the gradient may have; a longer one is scaled down to it; 0 scales nothing.",
        at_least=0.0, common=True,
    ),
    Hyperparameter(
        "noise", r"\sigma", "Noise σ", 0.0, 0.0, 10.0, "linear",
        "Standard deviation of normal noise added to each component of the gradient, as mini-batches do; 0 is none.",
        at_least=0.0, common=True,
    ),
    Hyperparameter(
        "noise_seed", "s", "Noise seed", 0.0, 0.0, 100.0, "whole",
        "Chooses the noise: the same seed gives the same noise at each step.", at_least=0.0, common=True,
    ),
)  # fmt: skip
"""What every rule has; see `gdsim.optimizers.pipeline`."""
