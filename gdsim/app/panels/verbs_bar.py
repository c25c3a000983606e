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
    phase
        What was done last.
    grad
        Calls of ``backward`` that are added up and the step of the last of them; None where ``grad is None``.
    graph
        Whether there is a graph for ``backward`` to walk.
    step
        Number of updates made; 0 where nothing is updated.
    out_of_date
        Whether the parameters have changed since the graph was made.
    """

    phase: str
    grad: tuple[int, int] | None
    graph: Graph
    step: int = 0
    out_of_date: bool = False


class VerbsBar(QToolBar):
    """Buttons of the verbs, the state of grad and graph, and epochs to run.

    Parameters
    ----------
    actions
        The program's actions, for the buttons.
    verbs
        Names of the verbs that have a button; without ``update`` nothing is said of updates.
    with_epochs
        Whether there are a button and a field to run epochs.

    Attributes
    ----------
    epochs
        How many epochs to run; None in a bar without them.
    """

    def __init__(
        self,
        actions: Actions,
        verbs: tuple[str, ...] = VERBS,
        parent: QWidget | None = None,
        *,
        with_epochs: bool = True,
    ) -> None:
        super().__init__(tr("Verbs"), parent)
        self.setObjectName("verbs_bar")
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self._actions = actions
        self._updates = "update" in verbs
        self._left: Left | None = None
        self._waiting: Left | None = None
        self.grad = StateLabel("grad_state", tr("Gradient"), _longest_grad())
        self.graph = StateLabel("graph_state", tr("Graph"), tr("graph: {state}", state=tr("kept, out of date")))
        self.error = Refusal("verbs_error")
        self._lay_out(verbs)
        self.epochs = self._add_epochs() if with_epochs else None
        actions["keep_graph"].toggled.connect(self._show_kept)
        self._show_kept()
        self._apply(Left("zero_grad", None, "none"))

    def show_state(self, snapshot: Snapshot) -> None:
        """Say what the verbs of a run have left behind."""
        grad = None if snapshot.grad is None else (snapshot.grad.count, snapshot.grad.step)
        self.show_left(Left(snapshot.phase, grad, snapshot.graph, snapshot.now.step, snapshot.stale_graph))

    def show_left(self, left: Left) -> None:
        """Say what grad and graph are; once they or the phase are others, a refusal is taken away."""
        if not self.isVisible():
            self._waiting = left
        elif left != self._left:
            self._apply(left)

    def show_error(self, sentence: str) -> None:
        """Say why a verb was refused, or take the sentence away."""
        self.error.show_sentence(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up on what was not shown."""
        super().showEvent(event)
        if self._waiting is not None and self._waiting != self._left:
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

    def _apply(self, left: Left) -> None:
        self._left = left
        self.show_error("")
        self._show_grad(left)
        self._show_graph(left)

    def _show_grad(self, left: Left) -> None:
        sentence = _grad_sentence(left, self._updates)
        if left.grad is None:
            self.grad.show_state(tr("grad: None"), sentence, "gradient", full=False)
            return
        count, step = left.grad
        stale = step < left.step
        self.grad.show_state(_grad_words(count, step, stale), sentence, "gradient", full=not stale)

    def _show_graph(self, left: Left) -> None:
        out_of_date = left.graph == "kept" and left.out_of_date
        if out_of_date:
            words = tr("kept, out of date")
            if self._updates:
                sentence = tr(
                    "The parameters have changed since forward made the graph: torch refuses to walk it back."
                )
            else:
                sentence = tr("A value has changed since forward made the graph: torch refuses to walk it back.")
        elif left.graph == "kept":
            words = tr("kept")
            sentence = tr("There is a graph for backward to walk, which frees it unless Keep graph is on.")
        elif left.graph == "freed":
            words = tr("freed")
            sentence = tr(
                "backward has freed the graph: a second backward needs forward again, or a graph that is kept."
            )
        else:
            words = tr("none")
            sentence = tr("There is no graph: forward makes the one that backward walks.")
        full = left.graph == "kept" and not out_of_date
        self.graph.show_state(tr("graph: {state}", state=words), sentence, "text", full=full)

    def _lay_out(self, verbs: tuple[str, ...]) -> None:
        for name in verbs:
            self._add_button(name)
        self.addSeparator()
        self.keep = self._add_button("keep_graph")
        self.addSeparator()
        self.addWidget(self._strip())
        self.addWidget(self._message_room())

    def _add_epochs(self) -> WholeNumber:
        """Add the button that runs epochs, and return the field of their number beside it."""
        self._add_button("run_epochs", Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        epochs = named(
            WholeNumber(1, MOST_EPOCHS, suffixes=(tr(" epoch"), tr(" epochs")), tracking=True),
            "run_epochs_count",
            tr("Epochs to run"),
        )
        epochs.setToolTip(tr("How many epochs Run epochs makes; an epoch is one pass over the data."))
        epochs.reserve(10_000)
        epochs.set_silently(USUAL_EPOCHS)
        epochs.rejected.connect(self.show_error)
        self.addWidget(epochs)
        return epochs

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


def _grad_sentence(left: Left, updates: bool) -> str:
    """Return what grad is and what becomes of it, in a bar with ``update`` or without."""
    if left.grad is None:
        if updates:
            return tr("grad is None: there is nothing to update with until backward has been called.")
        return tr("grad is None until backward has been called.")
    count, step = left.grad
    if count > 1:
        return tr("backward adds to grad: it holds the sum of {count} calls until zero_grad.", count=count)
    if step >= left.step:
        return tr("grad is that of the last backward; another backward adds to it unless zero_grad comes first.")
    if updates:
        return tr(
            "grad is still that of step {step}: update uses it until zero_grad and backward make another.", step=step
        )
    return tr("grad is still that of step {step} until zero_grad and backward make another.", step=step)


def _grad_words(count: int, step: int, stale: bool) -> str:
    if count > 1 and stale:
        return tr("grad: accumulated {count} times, stale, of step {step}", count=count, step=step)
    if count > 1:
        return tr("grad: accumulated {count} times", count=count)
    return tr("grad: stale, of step {step}", step=step) if stale else tr("grad: fresh")


def _longest_grad() -> str:
    return _grad_words(9, 10_000, True)
