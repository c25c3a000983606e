"""The network panel: layers, loss, batches and how the weights begin."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.fields import Choice, Row, SpecPanel, align, show_or_hide
from gdsim.app.panels.layer_rows import LayerRows
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.network_scenario import NetworkScenario

USUAL_BATCH = 32
LARGEST_BATCH = 10_000_000

_LAYER, _OUTPUT, _LOSS, _BATCH, _SEED, _INIT, _CONSTANT = (
    f"problem.{key}" for key in ("layer", "output", "loss", "batch_size", "seed", "init", "constant")
)


class NetworkPanel(SpecPanel):
    """Sets the network and how it is trained, but for the update rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("network_panel", "network_error", parent)
        self.layers = LayerRows()
        self.facts = MessageLabel("network_facts")
        self.loss = named(Choice(_losses()), "loss", tr("Loss"))
        self.full_batch = named(Switch(tr("Full")), "full_batch", tr("Full batch"))
        self.batch_size = named(
            WholeNumber(1, LARGEST_BATCH, suffixes=(tr(" sample"), tr(" samples"))),
            "batch_size",
            tr("Samples of a batch"),
        )
        self.initialisation = named(Choice(_initialisations()), "initialisation", tr("Initialisation"))
        self.constant = LabelledNumber("init_constant", tr("Constant"), slider_range=(-1, 1), **_ANY)
        self.seed = named(WholeNumber(0, 2**63 - 1), "network_seed", tr("Seed of the network"))
        self._samples = 0
        self._explain()
        self._lay_out()
        self._connect()

    def _fill(self, scenario: NetworkScenario) -> None:
        network = scenario.problem
        self.layers.show_network(network)
        self.loss.show_choice(network.loss)
        with QSignalBlocker(self.full_batch):
            self.full_batch.setChecked(network.batch_size is None)
        if network.batch_size is not None:
            self.batch_size.set_silently(network.batch_size)
        else:
            self._suggest_batch()
        self.initialisation.show_choice(network.init)
        self.constant.set_value(network.constant)
        self.seed.set_silently(network.seed)
        self._show_rows()

    def show_facts(self, parameters: int, classes: int, samples: int) -> None:
        """Say how many numbers are learned; ``classes`` are the output's units, ``samples`` those to learn from."""
        self._samples = samples
        self.layers.show_classes(classes)
        if self.full_batch.isChecked():
            self._suggest_batch()
        sentence = tr("1 parameter") if parameters == 1 else tr("{count} parameters", count=parameters)
        self.facts.show_sentence(sentence, muted=True)

    def values(self) -> dict[str, Any]:
        """Return every key of the network with what its fields hold."""
        return {
            _LAYER: self.layers.hidden(),
            f"{_OUTPUT}.activation": self.layers.activation.choice(),
            f"{_OUTPUT}.bias": self.layers.bias.isChecked(),
            _LOSS: self.loss.choice(),
            _BATCH: None if self.full_batch.isChecked() else self.batch_size.value(),
            _SEED: self.seed.value(),
            _INIT: self.initialisation.choice(),
            _CONSTANT: self.constant.value(),
        }

    def _fields(self) -> dict[str, QWidget]:
        return {
            f"{_OUTPUT}.activation": self.layers.activation,
            f"{_OUTPUT}.bias": self.layers.bias,
            _LOSS: self.loss,
            _BATCH: self.batch_size,
            _SEED: self.seed,
            _INIT: self.initialisation,
            _CONSTANT: self.constant.field,
        }

    def _mark(self) -> None:
        super()._mark()
        self.layers.mark(self._in_force.get(_LAYER, []))

    def _suggest_batch(self) -> None:
        """Keep a batch ready for when mini-batches are chosen."""
        self.batch_size.set_silently(min(USUAL_BATCH, self._samples or USUAL_BATCH))

    def _explain(self) -> None:
        self.loss.setToolTip(
            tr(
                "Cross-entropy: minus the logarithm of the softmax probability of the right class, the outputs taken "
                "as logits. Mean squared error: of the outputs against 1 for the right class and 0 for the others."
            )
        )
        self.full_batch.setToolTip(
            tr("Each step uses all samples; otherwise a batch of them, in a random order that is new in every epoch.")
        )
        self.batch_size.setToolTip(tr("How many samples a step uses; the last batch of an epoch may be smaller."))
        self.initialisation.setToolTip(tr("How the weights begin; PyTorch's default is that of torch.nn.Linear."))
        self.seed.setToolTip(tr("The same seed gives the same first weights and the same batches."))
        for part in (self.constant.field, self.constant.slider):
            part.setToolTip(tr("The number with which every weight and bias begins."))

    def _lay_out(self) -> None:
        self.batch_size.reserve(10_000)
        self.seed.reserve(999_999)
        # The switch stands where it is when the field comes and goes.
        batch = Row(tr("Batch"), self.full_batch, self.batch_size)
        rows = (Row(tr("Loss"), self.loss), batch, Row(tr("Weights"), self.initialisation))
        seed = Row(tr("Seed"), self.seed)
        align([row.label for row in (*rows, seed, self.constant)])
        adding = QHBoxLayout()
        adding.setSpacing(theme.GRID)
        adding.addWidget(self.layers.add)
        adding.addWidget(self.facts, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        layout.addWidget(self.layers)
        layout.addLayout(adding)
        for widget in (*rows, self.constant, seed, self.error):
            layout.addWidget(widget)
        layout.addStretch(1)
        self._show_rows()

    def _connect(self) -> None:
        self.layers.layers_changed.connect(lambda: self._offer(_LAYER))
        self.layers.output_changed.connect(lambda key: self._offer(f"{_OUTPUT}.{key}"))
        self.layers.rejected.connect(self._show_slip)
        self.layers.settled.connect(self.settled)
        self.loss.activated.connect(lambda _index: self._offer_and_settle(_LOSS))
        self.full_batch.toggled.connect(self._batch_switched)
        self._take_number(self.batch_size, _BATCH)
        self.initialisation.activated.connect(self._initialisation_chosen)
        self.constant.changed.connect(lambda _value: self._offer(_CONSTANT))
        self.constant.settled.connect(self.settled)
        self._take_number(self.seed, _SEED)

    def _batch_switched(self) -> None:
        self._show_rows()
        self._offer_and_settle(_BATCH)

    def _initialisation_chosen(self) -> None:
        self._show_rows()
        self._offer_and_settle(_INIT)

    def _show_rows(self) -> None:
        """Show the fields that the choices use."""
        show_or_hide(self.batch_size, not self.full_batch.isChecked())
        show_or_hide(self.constant, self.initialisation.choice() == "constant")


_ANY: dict[str, Any] = {"low": -1e308, "high": 1e308, "step": 0.1}


def _losses() -> dict[str, str]:
    return {"cross_entropy": tr("Cross-entropy"), "mse": tr("Mean squared error")}


def _initialisations() -> dict[str, str]:
    return {
        "torch": tr("PyTorch's default"),
        "xavier": tr("Xavier"),
        "kaiming": tr("Kaiming"),
        "zeros": tr("Zeros"),
        "constant": tr("Constant"),
    }
