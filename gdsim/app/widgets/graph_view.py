"""The computational graph on screen: values go forward through it and gradients back, one node at a time."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QAccessible, QImage, QPainter, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gdsim.app import theme as themes
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.graph_canvas import ZOOM, GraphCanvas
from gdsim.app.widgets.graph_frame import fitted
from gdsim.app.widgets.graph_geometry import Geometry
from gdsim.app.widgets.graph_paint import Scene, paint_graph
from gdsim.app.widgets.graph_text import Formulas
from gdsim.app.widgets.graph_words import node_words, step_sentences, sums, wire_words
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.network_labels import Readout
from gdsim.app.widgets.plot_style import blank_image, colour_text
from gdsim.export.graph_layout import lay_out
from gdsim.export.graph_picture import graph_picture
from gdsim.i18n import tr
from gdsim.problems.graph import Graph
from gdsim.simulation.walk import State, Walk


class GraphView(QWidget):
    """The graph of a program at a step of a walk over it.

    Signals
    -------
    node_chosen(int)
        The user chose a node: its index.
    """

    node_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("graph_view")
        self.setAccessibleName(tr("Graph"))
        self._theme = themes.current()
        self._walk: Walk | None = None
        self._state: State | None = None
        self._digits = 4
        self._selected: int | None = None
        self._speaks_of_step = True
        self._laid_out: tuple[Graph, Geometry] | None = None
        self.canvas = named(GraphCanvas(), "graph_canvas", tr("Computational graph"))
        self.canvas.wanted.connect(self._draw)
        self.canvas.hovered.connect(self._read_out)
        self.canvas.chosen.connect(self._choose)
        self._readout = named(Readout(), "graph_readout", tr("Numbers of the graph"))
        self._lay_out()
        self.set_theme(self._theme)

    def set_walk(self, walk: Walk | None, state: State | None = None, digits: int = 4) -> None:
        """Show a state of a walk, with ``digits`` decimals; None: there is nothing to show.

        Boxes stand still as long as the program and what requires a gradient are the same.
        """
        if state is None:
            walk = None
        before = None if self._walk is None else self._walk.graph
        after = None if walk is None else walk.graph
        stepped = self._state is None or state is None or state.position != self._state.position
        self._walk, self._state, self._digits = walk, state, digits
        if before is None or after is None or not _is_same(before, after):
            self._laid_out = None
            self.canvas.let_go()
            if before is None or after is None or _structure(before) != _structure(after):
                self._selected = None
                self.canvas.sight.begin()
        elif self._laid_out is not None:
            self._laid_out = (after, self._laid_out[1])
        self._speaks_of_step |= stepped
        self._renew()
        if stepped and self.isVisible():
            self._follow()

    def select_node(self, index: int | None) -> None:
        """Mark a node, without a signal; None: no node."""
        if index != self._selected:
            self._selected = index
            self._speaks_of_step = index is None
            self._renew()

    @property
    def selected(self) -> int | None:
        """Index of the marked node."""
        return self._selected

    def fit(self) -> None:
        """Show the whole graph."""
        self.canvas.sight.fit()

    def zoom_in(self) -> None:
        """Show the middle of the view larger."""
        self.canvas.zoom(ZOOM)

    def zoom_out(self) -> None:
        """Show more of the graph."""
        self.canvas.zoom(1 / ZOOM)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = self.canvas.theme = theme
        colour_text(self._readout, theme.text)
        self._renew()

    def grab_image(self, width: int, height: int, ground: str = "light") -> QImage:
        """Draw the whole graph anew at a size of its own.

        Parameters
        ----------
        width, height
            Pixels.
        ground
            ``'light'``, ``'dark'`` or ``'transparent'``.
        """
        theme = themes.for_ground(ground)
        opaque = ground != "transparent"
        image = blank_image(width, height, theme, not opaque)
        scene = self._scene(theme, opaque, None)
        if scene is not None:
            formulas = Formulas()
            formulas.begin(patient=True)
            size = QSizeF(width, height)
            frame = fitted(scene.geometry.size, size, largest=float("inf"))
            painter = QPainter(image)
            paint_graph(painter, scene, frame, size, self.font(), formulas)
            painter.end()
        return image

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(100 * GRID, 44 * GRID)

    def showEvent(self, event: QShowEvent) -> None:
        """Say what has changed meanwhile."""
        super().showEvent(event)
        self._read_out()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font, in which numbers are written."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.canvas.invalidate()

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(0, GRID // 2, GRID // 2, GRID // 2)
        header.setSpacing(GRID // 2)
        header.addWidget(self._readout, 1)
        for name, text, tip, slot in (
            ("graph_zoom_out", "−", tr("Smaller (turn the wheel down)"), self.zoom_out),
            ("graph_zoom_in", "+", tr("Larger (turn the wheel up)"), self.zoom_in),
            ("graph_fit", tr("Fit"), tr("Show the whole graph (double-click its ground)"), self.fit),
        ):
            button = named(QToolButton(), name, tip.split(" (")[0])
            button.setText(text)
            button.setToolTip(tip)
            button.setMinimumWidth(3 * GRID)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(slot)
            header.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.canvas, 1)

    def _renew(self) -> None:
        self.canvas.invalidate()
        if self.isVisible():
            self._read_out()

    def _draw(self) -> None:
        """Give the canvas, which is about to paint, what there is now."""
        self.canvas.set_scene(self._scene(self._theme, True, self._selected))

    def _scene(self, theme: Theme, opaque: bool, selected: int | None) -> Scene | None:
        walk, state = self._walk, self._state
        if walk is None or state is None:
            return None
        if self._laid_out is None or self._laid_out[0] is not walk.graph:
            self._laid_out = (walk.graph, Geometry(lay_out(walk.graph), walk.graph))
        terms = {index: text for index, (text, _) in sums(walk, state, self._digits).items()}
        picture = graph_picture(walk, state, self._digits)
        return Scene(self._laid_out[1], picture, theme, terms, selected, opaque)

    def _follow(self) -> None:
        """Bring what the last step worked on into view."""
        step = self._state.step if self._state is not None else None
        if self._walk is None or step is None or step.node is None:
            return
        near = self._walk.graph.nodes[step.node].operands if step.kind in ("forward", "backward") else ()
        self.canvas.bring_into_view(step.node, near)

    def _choose(self, index: int | None) -> None:
        self.select_node(index)
        if index is not None:
            self._speaks_of_step = False
            self._read_out()
            self.node_chosen.emit(index)

    def _read_out(self) -> None:
        """Write the numbers of what the pointer touches, else of the step or the node that was the last news."""
        text = self._words()
        self._readout.say(text)
        if QAccessible.isActive():
            self.canvas.setAccessibleDescription(text)

    def _words(self) -> str:
        walk, state = self._walk, self._state
        if walk is None or state is None:
            return ""
        if self.canvas.box is not None:
            return node_words(walk, state, self.canvas.box)
        if self.canvas.wire is not None:
            return wire_words(walk, state, self.canvas.wire)
        if not self._speaks_of_step and self._selected is not None:
            return node_words(walk, state, self._selected)
        return step_sentences(walk, state, self._digits)


def _is_same(one: Graph, other: Graph) -> bool:
    """Return whether two graphs are of the same program, and the same requires a gradient."""

    def key(graph: Graph) -> object:
        return graph.program.text, [(node.name, node.requires_grad) for node in graph.inputs]

    return one is other or key(one) == key(other)


def _structure(graph: Graph) -> object:
    return [(node.name, node.operands) for node in graph.nodes]
