"""What is on screen of a walk over a graph."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from gdsim.app.actions import Actions
from gdsim.app.labs.walker import Walker
from gdsim.app.panels.program_panel import ProgramPanel
from gdsim.app.panels.transport import TimelineBar, Transport
from gdsim.app.panels.verbs_bar import Left, VerbsBar
from gdsim.app.theme import GRID, Theme
from gdsim.app.widgets.code_view import CodeView
from gdsim.app.widgets.graph_view import GraphView
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.tangent_plot import TangentPlot
from gdsim.app.widgets.tensor_rules import TensorRules
from gdsim.app.widgets.timeline import Mark
from gdsim.app.widgets.worksheet_view import WorksheetView
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.autograd_worksheet import autograd_worksheet
from gdsim.simulation.tangent import slice_of
from gdsim.simulation.torch_code import code_line, torch_code
from gdsim.simulation.walk import State, Walk
from gdsim.simulation.walk_words import call_words, longest_words, step_words

VERBS = ("zero_grad", "forward", "backward")


@dataclass(frozen=True, eq=False)
class Views:
    """The widgets of the autograd lab; `note` speaks of numbers that are not finite."""

    program: ProgramPanel
    graph: GraphView
    worksheet: WorksheetView
    code: CodeView
    tensors: TensorRules
    tangent: TangentPlot
    transport: Transport
    verbs: VerbsBar
    timeline: TimelineBar
    note: MessageLabel


def build_views(actions: Actions) -> Views:
    """Make the widgets."""
    views = Views(
        program=ProgramPanel(),
        graph=GraphView(),
        worksheet=WorksheetView(),
        code=CodeView(),
        tensors=TensorRules(),
        tangent=TangentPlot(),
        transport=Transport(actions, at_the_end=("export_image",), with_run=False),
        verbs=VerbsBar(actions, verbs=VERBS, with_epochs=False),
        timeline=TimelineBar(),
        note=MessageLabel("run_note"),
    )
    views.note.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
    return views


class AutogradDisplay:
    """Brings the views up to date; one that is hidden catches up when it is shown."""

    def __init__(self, views: Views) -> None:
        self.views = views

    def show(self, walker: Walker, scenario: AutogradScenario) -> None:
        """Show a step of a walk, in every view that can be seen."""
        views, walk, state = self.views, walker.walk, walker.state
        leaf = scenario.followed
        self._show_place(walker)
        views.verbs.show_left(_left(state))
        views.note.show_sentence(" ".join(scenario.notes(walk, walker.position)))
        views.graph.set_walk(walk, state, views.worksheet.digits())
        if _seen(views.worksheet):
            views.worksheet.set_content(autograd_worksheet(walk, walker.position, leaf))
        if _seen(views.code):
            views.code.set_code(torch_code(walk), code_line(walk, walker.position))
        if _seen(views.tensors):
            views.tensors.show_state(walk, state, views.worksheet.digits())
        if _seen(views.tangent):
            self._show_tangent(walk, scenario, leaf)

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        views = self.views
        for view in (views.graph, views.worksheet, views.code, views.tensors, views.tangent):
            view.set_theme(theme)

    def _show_place(self, walker: Walker) -> None:
        bar, walk = self.views.timeline, walker.walk
        bar.timeline.set_extent(walker.last)
        bar.timeline.set_current(walker.position)
        bar.show_words(step_words(walk, walker.position), longest_words(walk))
        birth = walker.birth
        bar.show_marks(
            [Mark(step, text) for step, text in call_words(walk)],
            walker.position if birth else None,
            birth.sentence if birth else "",
        )

    def _show_tangent(self, walk: Walk, scenario: AutogradScenario, leaf: str) -> None:
        ends = scenario.problem.leaf[leaf].range
        value = walk.leaves[leaf]
        low, high = min(ends[0], value), max(ends[1], value)
        self.views.tangent.show_slice(slice_of(walk.graph, walk.leaves, leaf, low, high))


def _seen(view: QWidget) -> bool:
    """Return whether anything of a view can be seen; Qt calls one visible that lies behind another tab."""
    return view.isVisible() and not view.visibleRegion().isEmpty()


def _left(state: State) -> Left:
    phase = state.step.kind if state.step else "zero_grad"
    count = max(state.counts.values(), default=0)
    return Left("backward" if phase in ("seed", "accumulate") else phase, (count, 0) if count else None, state.graph)
