"""The optimizer panel, made from the update rules' own descriptions."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.i18n import tr
from gdsim.optimizers import Hyperparameter, rule_named, rules

_LARGEST = 1e308


class OptimizerPanel(QWidget):
    """Chooses the update rule and its hyper-parameters."""

    optimizer_chosen = Signal(str)
    hyper_chosen = Signal(str, float)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.optimizer = named(PoliteComboBox(), "optimizer", tr("Optimizer"))
        for rule in rules().values():
            self.optimizer.addItem(tr(rule.label), rule.name)
        self.optimizer.setToolTip(tr("The rule by which a gradient becomes a step."))
        self.explanation = MessageLabel("optimizer_explanation")
        self._rows: dict[str, LabelledNumber] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        self._layout.setSpacing(theme.GRID // 2)
        self._layout.addWidget(self.optimizer)
        for rule in rules().values():
            for hyper in rule.hyperparameters:
                if hyper.name not in self._rows:
                    self._add_row(hyper)
        width = max(row.label.sizeHint().width() for row in self._rows.values())
        for row in self._rows.values():
            row.label.setMinimumWidth(width)
        self._layout.addWidget(self.explanation)
        self._layout.addStretch(1)
        self.optimizer.activated.connect(lambda i: self.optimizer_chosen.emit(self.optimizer.itemData(i)))

    def show_rule(self, name: str) -> None:
        """Show the rule ``name`` and the rows of its hyper-parameters."""
        rule = rule_named(name)
        with QSignalBlocker(self.optimizer):
            self.optimizer.setCurrentIndex(self.optimizer.findData(name))
        self.explanation.show_sentence(tr(rule.explanation), muted=True)
        names = {hyper.name for hyper in rule.hyperparameters}
        for row_name, row in self._rows.items():
            row.setVisible(row_name in names)

    def show_hyper(self, name: str, values: dict[str, float]) -> None:
        """Show the values in force, but not over a slider that is being dragged."""
        for hyper in rule_named(name).hyperparameters:
            row = self._rows[hyper.name]
            value = values[hyper.name]
            if row.value() != value and not row.slider.isSliderDown():
                row.set_value(value)
            warning = hyper.warning(value)
            if warning != row.property("warning"):
                row.setProperty("warning", warning)
                row.set_error(warning)

    def _add_row(self, hyper: Hyperparameter) -> None:
        row = LabelledNumber(
            hyper.name,
            tr(hyper.label),
            hyper.above if hyper.above > -_LARGEST else -_LARGEST,
            _LARGEST,
            scale="log" if hyper.scale == "logarithmic" else "linear",
            slider_range=(hyper.low, hyper.high),
            step=0.05,
            above=hyper.above > -_LARGEST,
        )
        for part in (row.field, row.slider):
            part.setToolTip(tr(hyper.explanation))
        row.changed.connect(lambda value, name=hyper.name: self.hyper_chosen.emit(name, value))
        row.settled.connect(self.settled)
        self._rows[hyper.name] = row
        self._layout.addWidget(row)
