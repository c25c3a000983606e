"""The autograd lab: a scalar computed in several lines, its graph, and the gradient that flows back through it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QWidget

from gdsim.app import theme
from gdsim.app.actions import Actions
from gdsim.app.labs.autograd_display import AutogradDisplay, build_views
from gdsim.app.labs.lab import Lab, Picture, stacked
from gdsim.app.labs.layout import Layout
from gdsim.app.labs.walker import Walker
from gdsim.app.settings import whole_number
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.calls import USUAL, Call
from gdsim.simulation.files import preset_titles
from gdsim.simulation.walk import State


class AutogradLab(Lab[AutogradScenario]):
    """Wires the program's panel, the walk over its graph and the views.

    Parameters
    ----------
    scenario
        What to begin with.
    actions
        The program's actions, for the buttons.
    """

    name = "autograd"
    default_preset = "lecture-autograd"

    def __init__(self, scenario: AutogradScenario, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(scenario, parent)
        self._actions = actions
        self._opened = scenario
        self.walker = Walker(scenario.walk(), self)
        self.views = build_views(actions)
        self.display = AutogradDisplay(self.views)
        self._build()
        self._connect()
        self.slots = self._slots()
        self.show_theme()
        self._begin(scenario)

    @property
    def snapshot(self) -> State:
        """What is shown of the walk."""
        return self.walker.state

    @property
    def shown_step(self) -> int:
        """The step on screen: how many steps of the walk have been made."""
        return self.walker.position

    def go_to(self, step: int) -> None:
        """Bring a step on screen, or the last one."""
        self.walker.seek(step)

    def open_scenario(self, scenario: AutogradScenario) -> None:
        """Begin anew with another scenario."""
        self.message.show_sentence("")
        self.views.program.take_back()
        self.model.replace(scenario)
        self._begin(scenario)

    def close_lab(self) -> None:
        """Stop playing."""
        super().close_lab()
        self.walker.pause()

    def rest(self) -> None:
        """Stop playing."""
        self.walker.pause()

    def set_active(self, active: bool) -> None:
        """Rest while another lab is on screen."""
        super().set_active(active)
        if active:
            # The switch is shared with the other labs.
            self._actions["keep_graph"].setChecked(self.walker.keep)

    def save_layout(self, settings: QSettings) -> None:
        """Remember docks and last choices."""
        super().save_layout(settings)
        settings.setValue("autograd_lab/digits", self.views.worksheet.digits())

    def restore_layout(self, settings: QSettings) -> None:
        """Take up docks and last choices again."""
        super().restore_layout(settings)
        self.views.worksheet.set_digits(whole_number(settings, "autograd_lab/digits", 4))

    def pictures(self) -> dict[str, Picture]:
        """Return the graph at the present step."""
        graph = self.views.graph
        return {"graph": Picture(tr("Graph"), ("graph",), graph.grab_image, graph)}

    def worksheet_text(self) -> str:
        """Return the worksheet as text."""
        return self.views.worksheet.plain_text()

    def show_theme(self) -> None:
        """Take the colours of the present theme."""
        self.display.show_theme(theme.current())

    def _build(self) -> None:
        views = self.views
        self.setCentralWidget(stacked(self.message, views.graph, views.note))
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, views.transport)
        self.addToolBarBreak(Qt.ToolBarArea.TopToolBarArea)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, views.verbs)
        self.addToolBar(Qt.ToolBarArea.BottomToolBarArea, views.timeline)
        self.layout_of_docks = Layout(
            self,
            {"program": views.program, "tangent": views.tangent},
            {"worksheet": views.worksheet, "rules": views.tensors, "code": views.code},
            {},
            (4, 5),
            {"rules": ("code",)},
        )
        self.transport, self.preset = views.transport, views.program.preset

    def _connect(self) -> None:
        views, walker, panel = self.views, self.walker, self.views.program
        walker.moved.connect(self._show)
        walker.refused.connect(views.verbs.show_error)
        walker.calls_made.connect(self._take_calls)
        walker.playing_changed.connect(views.transport.show_playing)
        views.timeline.timeline.sought.connect(walker.seek)
        views.transport.speed_chosen.connect(self._choose_speed)
        panel.program_chosen.connect(self._choose_program)
        panel.leaf_value_chosen.connect(
            lambda name, value: self._edit_leaf(name, "value", value, tr("change of {setting}", setting=name))
        )
        panel.requires_grad_chosen.connect(
            lambda name, on: self._edit_leaf(
                name, "requires_grad", on, tr("change of requires_grad of {leaf}", leaf=name)
            )
        )
        panel.range_chosen.connect(
            lambda name, low, high: self._edit_leaf(
                name, "range", [low, high], tr("change of the range of {leaf}", leaf=name)
            )
        )
        panel.leaf_followed.connect(self._follow)
        panel.settled.connect(self.model.end_gesture)
        self.preset.preset_chosen.connect(self.preset_chosen)
        views.tangent.leaf_chosen.connect(self._follow)
        views.tangent.value_dragged.connect(
            lambda name, value: self._edit_leaf(name, "value", value, tr("change of {setting}", setting=name))
        )
        views.tangent.settled.connect(self.model.end_gesture)
        views.graph.node_chosen.connect(self._choose_node)
        views.tensors.node_chosen.connect(self._choose_node)
        views.worksheet.digits_changed.connect(self._show)
        self.model.changed.connect(self._apply)
        for dock in self.layout_of_docks.docks.values():
            # Once the dock's widget is visible.
            dock.visibilityChanged.connect(lambda seen: QTimer.singleShot(0, self, self._show) if seen else None)

    def _slots(self) -> dict[str, Callable[..., object]]:
        walker, graph = self.walker, self.views.graph
        return {
            "reset": self._reset,
            "step": walker.step,
            "step_back": walker.step_back,
            "next_phase": walker.next_call,
            "run_n": walker.finish,
            "play": lambda on: walker.play(self.transport.speed.value()) if on else walker.pause(),
            "zero_grad": lambda: walker.call("zero_grad"),
            "forward": lambda: walker.call("forward"),
            "backward": lambda: walker.call("backward"),
            "keep_graph": self._keep,
            "camera_reset": graph.fit,
        }

    def _begin(self, scenario: AutogradScenario) -> None:
        self._opened = scenario
        self._show_settings(scenario)
        self.preset.fill(preset_titles())
        self.preset.show_title(scenario.title)
        self.walker.load(scenario.walk(), 0)
        self._go_to_drawn()

    def _show(self) -> None:
        if not self._closed:
            self.display.show(self.walker, self.model.scenario)

    def _show_settings(self, scenario: AutogradScenario) -> None:
        self.views.program.show_scenario(scenario)
        self.preset.show_title(scenario.title)
        self.views.transport.show_playback(scenario.playback)

    def _apply(self, old: AutogradScenario, new: AutogradScenario) -> None:
        """Bring everything from the old scenario to the new one; of the same walk a finished one stays finished."""
        self._show_settings(new)
        walker = self.walker
        same = new.problem.program == old.problem.program
        if not same:
            walker.pause()
        if (new.problem, new.playback.calls) == (old.problem, old.playback.calls):
            self._show()
            return
        done = same and new.playback.calls == old.playback.calls and walker.position == walker.last
        walk = new.walk()
        walker.load(walk, len(walk.steps) if done else walker.position if same else 0)

    def _reset(self) -> None:
        """Go back to the start, and to the calls that the scenario came with."""
        self.walker.pause()
        self._edit({"playback.calls": list(self._opened.playback.calls)}, tr("reset"))
        self.views.verbs.show_error("")
        self.walker.load(self.model.scenario.walk(), 0)

    def _keep(self, on: bool) -> None:
        self.walker.keep = on

    def _choose_speed(self, speed: float) -> None:
        self.model.note({"playback.speed": speed})
        self.walker.set_rate(speed)

    def _choose_program(self, text: str, leaves: dict[str, Any]) -> None:
        chosen = self.model.scenario.view.leaf
        values = {
            "title": "",
            "description": "",
            "problem": {"program": text, "leaf": leaves},
            "view.leaf": chosen if chosen in leaves else "",
            # Those made by hand belong to the program before.
            "playback.calls": list(USUAL),
        }
        self._edit(values, tr("change of the program"))

    def _take_calls(self, calls: tuple[Call, ...]) -> None:
        """Let the scenario hold the calls that were made by hand; each is taken back by itself."""
        self.model.end_gesture()
        self.model.adopt({"playback.calls": list(calls)}, tr("what was called by hand"))

    def _edit_leaf(self, name: str, key: str, value: object, text: str) -> None:
        self._edit({f"problem.leaf.{name}.{key}": value}, text)

    def _edit(self, values: dict[str, Any], text: str) -> None:
        """Make one setting; a refused one is explained beside the panel's fields."""
        try:
            self.model.edit(values, text)
            self.views.program.show_error("")
        except InputError as error:
            self._show_settings(self.model.scenario)
            self.views.program.show_error(str(error))

    def _follow(self, name: str) -> None:
        """Let chain rule and tangent be those of another leaf."""
        if name != self.model.scenario.followed:
            self._edit({"view.leaf": name}, tr("choice of the leaf {leaf}", leaf=name))

    def _choose_node(self, index: int) -> None:
        """Mark a node in graph and table; a leaf is followed too."""
        self.views.graph.select_node(index)
        self.views.tensors.select_node(index)
        node = self.walker.walk.graph.nodes[index]
        if node.is_input:
            self._follow(node.name)
