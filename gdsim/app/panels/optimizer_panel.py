"""The optimizer panel, made from the update rules' own descriptions."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.hyper_rows import HyperRows
from gdsim.app.panels.schedule_panel import SchedulePanel
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.polite import PoliteComboBox
from gdsim.i18n import tr
from gdsim.optimizers import PREFIX, rule_named, rules
from gdsim.optimizers.torch_classes import CLASSES
from gdsim.simulation.spec import RunSpec


class OptimizerPanel(QWidget):
    """Chooses the update rule, its hyper-parameters and the schedule of the learning rate of one run."""

    optimizer_chosen = Signal(str)
    hyper_chosen = Signal(str, float)
    schedule_chosen = Signal(object)
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.optimizer = named(PoliteComboBox(), "optimizer", tr("Optimizer"))
        for rule in rules().values():
            self.optimizer.addItem(tr(rule.label), rule.name)
        self.optimizer.insertSeparator(self.optimizer.count())
        for name in CLASSES:
            self.optimizer.addItem(f"torch.optim.{name}", f"{PREFIX}{name}")
        self.optimizer.setMaxVisibleItems(len(rules()) + 1)
        self.optimizer.setToolTip(tr("The rule by which a gradient becomes a step."))
        self.run = MessageLabel("optimizer_run")
        self.error = MessageLabel("optimizer_error")
        self.explanation = MessageLabel("optimizer_explanation")
        self.schedule = SchedulePanel()
        self._own, self._common = HyperRows(), HyperRows()
        self._more = named(QToolButton(), "more_hyper", tr("Weight decay, clipping, noise"))
        self._shown = ""
        self._values: dict[str, float] = {}
        self._in_use = False
        self._run: RunSpec | None = None
        self._steps = 1
        self._lay_out()
        self._connect()

    def show_run(self, run: RunSpec, steps: int, label: str = "") -> None:
        """Show what a scenario sets of a run that is ``steps`` long; ``label`` tells it from others."""
        self.run.show_sentence(tr("Settings of {name}", name=label) if label else "", muted=True)
        self.error.show_sentence("")
        if run.optimizer != self._shown:
            self._show_rule(run.optimizer)
        self._run, self._steps = run, steps
        self.show_hyper(run.optimizer, dict(run.hyper))

    def show_hyper(self, optimizer: str, values: dict[str, float]) -> None:
        """Show the values in force, if they are of the rule that is shown."""
        if optimizer != self._shown:
            return
        self._values = values
        self._own.show_values(values)
        self._common.show_values(values)
        described = {h.name: h for h in rule_named(optimizer).hyperparameters}
        used = any(h.common and values.get(h.name, h.default) != h.default for h in described.values())
        if used != self._in_use:
            self._in_use = used
            self._more.setChecked(used)
            self._more.setText(
                tr("Weight decay, clipping, noise (in use)") if used else tr("Weight decay, clipping, noise")
            )
        if self._run is not None:
            # The learning rate that is set here, which the schedule multiplies.
            rate = values.get("learning_rate", self._run.hyper["learning_rate"])
            self.schedule.show_schedule(self._run.schedule, rate, self._steps)

    def show_step(self, step: int) -> None:
        """Mark the present step in the schedule."""
        self.schedule.show_step(step)

    def show_error(self, sentence: str) -> None:
        """Show why an optimizer or its settings were refused; the panel goes back to what is in force."""
        if sentence:
            with QSignalBlocker(self.optimizer):
                self.optimizer.setCurrentIndex(self.optimizer.findData(self._shown))
        self.error.show_sentence(sentence)

    def set_theme(self, theme: theme.Theme) -> None:
        """Take the colours of another theme."""
        self.schedule.set_theme(theme)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        self._more.setText(tr("Weight decay, clipping, noise"))
        self._more.setToolTip(tr("What every optimizer has: weight decay, gradient clipping and gradient noise."))
        self._more.setCheckable(True)
        self._more.setAutoRaise(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._unfold(False)
        for widget in (
            self.run, self.optimizer, self.error, self._own, self.schedule, self._more, self._common, self.explanation,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.optimizer.activated.connect(lambda i: self.optimizer_chosen.emit(self.optimizer.itemData(i)))
        for rows in (self._own, self._common):
            rows.changed.connect(self.hyper_chosen)
            rows.settled.connect(self.settled)
        self.schedule.chosen.connect(self.schedule_chosen)
        self.schedule.settled.connect(self.settled)
        self._more.toggled.connect(self._unfold)

    def _show_rule(self, name: str) -> None:
        rule = rule_named(name)
        self._shown = name
        if self.optimizer.findData(name) < 0:
            self.optimizer.addItem(rule.label, name)
        with QSignalBlocker(self.optimizer):
            self.optimizer.setCurrentIndex(self.optimizer.findData(name))
        self.explanation.show_sentence(tr(rule.explanation), muted=True)
        self._own.show_rows([h for h in rule.hyperparameters if not h.common])
        self._show_common()

    def _show_common(self) -> None:
        """Have the rows that every rule has, once they are wanted: the window's start is not to wait for them."""
        if self._more.isChecked() and self._shown:
            self._common.show_rows([h for h in rule_named(self._shown).hyperparameters if h.common])
            self._common.show_values(self._values)

    def _unfold(self, on: bool) -> None:
        self._show_common()
        self._more.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self._common.setVisible(on)
