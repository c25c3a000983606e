"""The verbs bar: the notebook's calls as buttons, and in words what they have left behind."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QToolBar, QToolButton, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.panels.state_label import Refusal, StateLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.snapshot import Graph, Snapshot

VERBS = ("zero_grad", "forward", "backward", "update")
MOST_EPOCHS = 1_000_000
USUAL_EPOCHS = 10


@dataclass(frozen=True)
class Left:
    """What the verbs have left behind; small, so that it can be kept and compared.

    Attributes
    ----------
    step
        Number of updates made.
    phase
        What was done last.
    grad
        Calls of ``backward`` that are added up and the step of the last of them; None where ``grad is None``.
    graph, out_of_date
        Whether there is a graph, and whether the parameters have changed since it was made.
    """

    step: int
    phase: str
    grad: tuple[int, int] | None
    graph: Graph
    out_of_date: bool


class VerbsBar(QToolBar):
    """Buttons of zero_grad, forward, backward and update, the state of grad and graph, and epochs to run."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(tr("Verbs"), parent)
        self.setObjectName("verbs_bar")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self._actions = actions
        self._state: Left | None = None
        self._waiting: Left | None = None
        self.grad = StateLabel("grad_state", tr("Gradient"), _longest_grad())
        self.graph = StateLabel("graph_state", tr("Graph"), tr("graph: {state}", state=tr("kept, out of date")))
        self.error = Refusal("verbs_error")
        self.epochs = named(
            WholeNumber(1, MOST_EPOCHS, suffixes=(tr(" epoch"), tr(" epochs")), tracking=True),
            "run_epochs_count",
            tr("Epochs to run"),
        )
        self.epochs.setToolTip(tr("How many epochs Run epochs makes; an epoch is one pass over the data."))
        self.epochs.reserve(10_000)
        self.epochs.set_silently(USUAL_EPOCHS)
        self.epochs.rejected.connect(self.show_error)
        self._lay_out()
        actions["keep_graph"].toggled.connect(self._show_kept)
        self._show_kept()
        self._apply(Left(0, "zero_grad", None, "none", False))

    def show_state(self, snapshot: Snapshot) -> None:
        """Say what grad and graph are; of another state than the one refused, the refusal is taken away."""
        grad = snapshot.grad
        state = Left(
            snapshot.now.step,
            snapshot.phase,
            None if grad is None else (grad.count, grad.step),
            snapshot.graph,
            snapshot.stale_graph,
        )
        if not self.isVisible():
            self._waiting = state
        elif state != self._state:
            self._apply(state)

    def show_error(self, sentence: str) -> None:
        """Say why a verb was refused, or take the sentence away."""
        self.error.show_sentence(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up on what was not shown."""
        super().showEvent(event)
        if self._waiting is not None and self._waiting != self._state:
            self._apply(self._waiting)
        self._waiting = None

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "keep"):
            self._show_kept()

    def _show_kept(self) -> None:
        """Let the switch be seen to be on; Fusion's pressed button looks like any other on a dark ground."""
        palette = QPalette()
        if self._actions["keep_graph"].isChecked():
            present = QApplication.palette()
            palette.setColor(QPalette.ColorRole.Button, present.color(QPalette.ColorRole.Highlight))
            palette.setColor(QPalette.ColorRole.ButtonText, present.color(QPalette.ColorRole.HighlightedText))
        self.keep.setPalette(palette)

    def _apply(self, state: Left) -> None:
        self._state = state
        self.show_error("")
        self._show_grad(state)
        self._show_graph(state)

    def _show_grad(self, state: Left) -> None:
        if state.grad is None:
            self.grad.show_state(
                tr("grad: None"),
                tr("grad is None: there is nothing to update with until backward has been called."),
                "gradient",
                full=False,
            )
            return
        count, step = state.grad
        stale = step < state.step
        if count > 1:
            sentence = tr("backward adds to grad: it holds the sum of {count} calls until zero_grad.", count=count)
        elif stale:
            sentence = tr(
                "grad is still that of step {step}: update uses it until zero_grad and backward make another.",
                step=step,
            )
        else:
            sentence = tr(
                "grad is that of the last backward; another backward adds to it unless zero_grad comes first."
            )
        self.grad.show_state(_grad_words(count, step, stale), sentence, "gradient", full=not stale)

    def _show_graph(self, state: Left) -> None:
        out_of_date = state.graph == "kept" and state.out_of_date
        if out_of_date:
            words = tr("kept, out of date")
            sentence = tr("The parameters have changed since forward made the graph: torch refuses to walk it back.")
        elif state.graph == "kept":
            words = tr("kept")
            sentence = tr("There is a graph for backward to walk, which frees it unless Keep graph is on.")
        elif state.graph == "freed":
            words = tr("freed")
            sentence = tr(
                "backward has freed the graph: a second backward needs forward again, or a graph that is kept."
            )
        else:
            words = tr("none")
            sentence = tr("There is no graph: forward makes the one that backward walks.")
        full = state.graph == "kept" and not out_of_date
        self.graph.show_state(tr("graph: {state}", state=words), sentence, "text", full=full)

    def _lay_out(self) -> None:
        for name in VERBS:
            self._add_button(name)
        self.addSeparator()
        self.keep = self._add_button("keep_graph")
        self.addSeparator()
        self.addWidget(self._strip())
        self.addWidget(self._message_room())
        self._add_button("run_epochs", Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addWidget(self.epochs)

    def _strip(self) -> QWidget:
        """Return gradient and graph, one below the other."""
        strip = QWidget()
        layout = QVBoxLayout(strip)
        layout.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        layout.setSpacing(0)
        for label in (self.grad, self.graph):
            layout.addWidget(label)
        return strip

    def _message_room(self) -> QWidget:
        """Return the place for refusals: what is left of the bar, always two lines high."""
        room = QWidget()
        room.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout = QHBoxLayout(room)
        layout.setContentsMargins(theme.GRID, 0, theme.GRID, 0)
        layout.addWidget(self.error)
        return room

    def _add_button(self, name: str, style: Qt.ToolButtonStyle = Qt.ToolButtonStyle.ToolButtonTextOnly) -> QToolButton:
        button = named(QToolButton(), name)
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(self._actions[name].text())
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setToolButtonStyle(style)
        self.addWidget(button)
        # Framed, because a word alone does not look like a button.
        button.setAutoRaise(False)
        return button


def _grad_words(count: int, step: int, stale: bool) -> str:
    if count > 1 and stale:
        return tr("grad: accumulated {count} times, stale, of step {step}", count=count, step=step)
    if count > 1:
        return tr("grad: accumulated {count} times", count=count)
    return tr("grad: stale, of step {step}", step=step) if stale else tr("grad: fresh")


def _longest_grad() -> str:
    return _grad_words(9, 10_000, True)
