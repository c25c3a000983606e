"""The one registry of actions: menus, the transport bar and the shortcut help are all made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from gdsim.app.icons import icon
from gdsim.i18n import tr


@dataclass(frozen=True)
class ActionSpec:
    """One action.

    Attributes
    ----------
    name
        Name in code, and of its button.
    menu
        Menu that holds it; a bar in front of a name in `MENUS` starts a new group.
    text
        Menu text.
    tip
        One sentence for tooltip and status bar; the shortcut is added.
    shortcuts
        Key sequences in Qt's portable notation.
    icon
        Name of the file in resources/icons, without extension.
    checkable
        Whether it is a switch.
    """

    name: str
    menu: str
    text: str
    tip: str = ""
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


def specs() -> tuple[ActionSpec, ...]:
    """Return all actions in the order of the menus; made on demand, because texts are translated."""
    return (
        ActionSpec("open", "file", tr("Open scenario..."), tr("Open a scenario file."), ("Ctrl+O",)),
        ActionSpec("presets", "file", tr("Presets..."), tr("Choose a prepared problem or lesson."), ("Ctrl+Shift+O",)),
        ActionSpec("save", "file", tr("Save scenario"), tr("Save the scenario to its file."), ("Ctrl+S",)),
        ActionSpec("save_as", "file", tr("Save scenario as..."), tr("Save to a new file."), ("Ctrl+Shift+S",)),
        ActionSpec(
            "export_image",
            "file",
            tr("Export image..."),
            tr("Write a view as a picture."),
            ("Ctrl+E",),
            "export_image",
        ),
        ActionSpec(
            "export_film", "file", tr("Export film..."), tr("Write the run or a turn as a film."), ("Ctrl+Shift+E",)
        ),
        ActionSpec("export_data", "file", tr("Export data..."), tr("Write the numbers of the run as a table.")),
        ActionSpec(
            "export_notebook", "file", tr("Export notebook..."), tr("Write the run as a notebook that computes it.")
        ),
        ActionSpec("quit", "file", tr("Quit"), "", ("Ctrl+Q",)),
        ActionSpec("undo", "edit", tr("Undo"), tr("Take back the last setting."), ("Ctrl+Z",)),
        ActionSpec("redo", "edit", tr("Redo"), tr("Make the setting again."), ("Ctrl+Shift+Z", "Ctrl+Y")),
        ActionSpec(
            "copy_image", "edit", tr("Copy image"), tr("Copy the main view to the clipboard."), ("Ctrl+Shift+C",)
        ),
        ActionSpec("copy_worksheet", "edit", tr("Copy worksheet"), tr("Copy the worksheet as text.")),
        ActionSpec("reset", "run", tr("Reset"), tr("Go back to step 0 and forget the run."), ("Home",), "reset"),
        ActionSpec(
            "step_back",
            "run",
            tr("Step back"),
            tr("Take back one update; in a graph, one node."),
            ("Left", "PgUp"),
            "step_back",
        ),
        ActionSpec(
            "next_phase",
            "run",
            tr("Next phase"),
            tr("Do the next of forward, backward and update; in a graph, the rest of the pass."),
            ("Shift+Right",),
            "next_phase",
        ),
        ActionSpec(
            "step",
            "run",
            tr("Step"),
            tr("Make one update; in a graph, go on by one node."),
            ("Right", "PgDown"),
            "step",
        ),
        ActionSpec(
            "play", "run", tr("Play"), tr("Go on step after step, or pause."), ("Space",), "play", checkable=True
        ),
        ActionSpec(
            "run_n",
            "run",
            tr("Run"),
            tr("Make the chosen number of updates at once; in a graph, go to the end."),
            ("Ctrl+R",),
            "run_n",
        ),
        ActionSpec(
            "run_epochs",
            "run",
            tr("Run epochs"),
            tr("Make the updates of the chosen number of epochs; an epoch is one pass over the data."),
            ("Ctrl+Shift+R",),
            "run_n",
        ),
        ActionSpec("zero_grad", "verbs", tr("zero_grad"), tr("Forget the gradient: grad is None afterwards."), ("Z",)),
        ActionSpec("forward", "verbs", tr("forward"), tr("Compute the loss and its graph."), ("F",)),
        ActionSpec(
            "backward", "verbs", tr("backward"), tr("Walk the graph back and add the gradient to grad."), ("B",)
        ),
        ActionSpec("update", "verbs", tr("update"), tr("Move the parameters with the gradient that is there."), ("U",)),
        ActionSpec(
            "keep_graph",
            "verbs",
            tr("Keep graph"),
            tr("Let backward keep the graph (retain_graph=True), so that it can be walked again."),
            ("K",),
            checkable=True,
        ),
        ActionSpec("camera_lecture", "view", tr("Lecture's view"), tr("Elevation 45, azimuth 60."), ("Ctrl+0",)),
        ActionSpec("camera_top", "view", tr("From the top"), tr("Elevation 90, azimuth -90."), ("Ctrl+1",)),
        ActionSpec("camera_front", "view", tr("From the front"), tr("Elevation 0, azimuth -90."), ("Ctrl+2",)),
        ActionSpec("camera_side", "view", tr("From the side"), tr("Elevation 0, azimuth 0."), ("Ctrl+3",)),
        ActionSpec("camera_reset", "view", tr("Reset zoom"), tr("Show the whole surface again."), ("Ctrl+9",)),
        ActionSpec(
            "orbit", "view", tr("Orbit"), tr("Turn the surface at the chosen speed."), ("Ctrl+B",), "orbit", True
        ),
        ActionSpec(
            "lab_surface",
            "labs",
            tr("Surface"),
            tr("Minimise a formula of two parameters on its surface."),
            ("Alt+1",),
            checkable=True,
        ),
        ActionSpec(
            "lab_network",
            "labs",
            tr("Network"),
            tr("Train a network and see its weights and gradients."),
            ("Alt+2",),
            checkable=True,
        ),
        ActionSpec(
            "lab_autograd",
            "labs",
            tr("Autograd"),
            tr("See how a gradient flows back through the graph of a computation."),
            ("Alt+3",),
            checkable=True,
        ),
        ActionSpec("theme_system", "theme", tr("As the system"), checkable=True),
        ActionSpec("theme_light", "theme", tr("Light"), checkable=True),
        ActionSpec("theme_dark", "theme", tr("Dark"), checkable=True),
        ActionSpec("reset_layout", "panels", tr("Reset layout"), tr("Put every panel back in its place.")),
        ActionSpec("full_screen", "panels", tr("Full screen"), "", ("F11",), checkable=True),
        ActionSpec("shortcuts", "help", tr("Keyboard shortcuts"), "", ("F1",)),
        ActionSpec("about", "help", tr("About gdsim")),
    )


class Actions(QObject):
    """The actions as `QAction` objects, found by name."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.specs = {spec.name: spec for spec in specs()}
        self._actions = {name: self._make(spec) for name, spec in self.specs.items()}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def in_menu(self, menu: str) -> list[QAction]:
        """Return the actions of one menu, in order."""
        return [self._actions[spec.name] for spec in self.specs.values() if spec.menu == menu]

    def connect_all(self, slots: dict[str, Callable[..., object]]) -> None:
        """Let each named action call its slot (without Qt's ``checked``, unless it is a switch)."""
        for name, slot in slots.items():
            if self.specs[name].checkable:
                self._actions[name].triggered.connect(slot)
            else:
                self._actions[name].triggered.connect(lambda _checked=False, slot=slot: slot())

    def refresh_icons(self) -> None:
        """Colour the icons again from the palette."""
        for name, spec in self.specs.items():
            if spec.icon:
                action = self._actions[name]
                action.setIcon(icon(action.property("icon_name") or spec.icon))

    def shortcut_rows(self) -> list[tuple[str, str]]:
        """Return text and keys of every action that has a shortcut, for the help."""
        return [
            (self.specs[name].text.replace("...", ""), ", ".join(k.toString(_NATIVE) for k in action.shortcuts()))
            for name, action in self._actions.items()
            if action.shortcuts()
        ]

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        action.setShortcuts([QKeySequence(keys) for keys in spec.shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        tip = spec.tip or spec.text
        keys = ", ".join(QKeySequence(k).toString(_NATIVE) for k in spec.shortcuts)
        action.setToolTip(f"{tip} ({keys})" if keys else tip)
        action.setStatusTip(tip)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        return action


_NATIVE = QKeySequence.SequenceFormat.NativeText
