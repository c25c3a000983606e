"""The window: menus, files and the lab; wiring only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent, QUndoGroup
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QStackedWidget

from gdsim.app import dialogs, theme
from gdsim.app.actions import Actions, ActionSpec
from gdsim.app.icons import icon
from gdsim.app.image_export import ExportDialog, copy_image
from gdsim.app.labs.surface_lab import SurfaceLab
from gdsim.app.widgets.lab_switch import LabSwitch
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.files import DEFAULT_PRESET, LABS, load, preset_titles, save

if TYPE_CHECKING:
    from gdsim.app.labs.lab import Lab
    from gdsim.simulation.scenario import Scenario

SIZE = QSize(1600, 960)
"""Size of the first window, where the screen is large enough."""

OF_THE_LAB = ("run", "verbs", "view")
"""Menus whose actions the lab on screen carries out."""


class MainWindow(QMainWindow):
    """The program's window.

    Parameters
    ----------
    scenario
        What to begin with; the default preset if left out.
    """

    def __init__(self, scenario: Scenario | None = None) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setWindowIcon(icon("app"))
        self.setAcceptDrops(True)
        self.actions_by_name = Actions(self)
        self._undo = QUndoGroup(self)
        self._settings = QSettings("gdsim", "gdsim")
        self._paths: dict[str, Path | None] = {}
        self._labs: dict[str, Lab[Any]] = {}
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self._panels = QMenu(tr("Panels"), self)
        self._fill_menus()
        self._connect()
        self._restore()
        self.show_lab((scenario or load(DEFAULT_PRESET)).lab, scenario)

    @property
    def lab(self) -> Lab[Any]:
        """The lab on screen."""
        return cast("Lab[Any]", self._stack.currentWidget())

    def open(self, source: str | Path) -> None:
        """Open a scenario file or preset; what cannot be opened is explained and changes nothing."""
        try:
            scenario = load(source)
        except InputError as error:
            self.show_message(str(error))
            return
        path = Path(source) if Path(source).suffix else None
        if scenario.lab in self._labs:
            self.show_lab(scenario.lab)
            self.lab.open_scenario(scenario)
        else:
            self.show_lab(scenario.lab, scenario)
        self._paths[scenario.lab] = path
        self._show_title()

    def show_lab(self, name: str, scenario: Scenario | None = None) -> None:
        """Bring a lab on screen; one that was not there yet begins with ``scenario``, or with its default preset."""
        actions = self.actions_by_name
        if self._labs:
            self.lab.set_active(False)
        if name not in self._labs:
            self._labs[name] = self._new_lab(name, scenario)
        lab = self._labs[name]
        self._stack.setCurrentWidget(lab)
        self._undo.setActiveStack(lab.model.undo_stack)
        lab.set_active(True)
        for action, spec in actions.specs.items():
            if spec.menu in OF_THE_LAB:
                actions[action].setEnabled(action in lab.slots)
        for other in LABS:
            actions[f"lab_{other}"].setChecked(other == name)
        self._panels.clear()
        self._panels.addActions([dock.toggleViewAction() for dock in lab.layout_of_docks.docks.values()])
        self._show_title()

    def show_message(self, sentence: str) -> None:
        """Show one sentence that concerns no field in particular."""
        self.lab.show_message(sentence)

    def close_labs(self) -> None:
        """End the threads of every lab."""
        for lab in self._labs.values():
            lab.close_lab()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the file that was dropped."""
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.open(Path(paths[0]))

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keys, also where no window manager hands them out."""
        super().showEvent(event)
        self.activateWindow()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout and end the labs' threads."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        for lab in self._labs.values():
            lab.save_layout(self._settings)
        self._settings.sync()
        self.close_labs()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Colour the icons again when the palette changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_by_name"):
            self.actions_by_name.refresh_icons()

    def _new_lab(self, name: str, scenario: Scenario | None) -> Lab[Any]:
        kind = _lab_class(name)
        lab = kind(scenario or load(kind.default_preset), self.actions_by_name)
        self._stack.addWidget(lab)
        self._undo.addStack(lab.model.undo_stack)
        lab.restore_layout(self._settings)
        lab.preset_chosen.connect(self.open)
        lab.model.changed.connect(self._show_title)
        return lab

    def _fill_menus(self) -> None:
        actions = self.actions_by_name
        file_menu = self._menu(tr("File"), "file")
        presets = QMenu(tr("Presets"), self)
        presets.setObjectName("presets_menu")
        presets.aboutToShow.connect(lambda: self._fill_presets(presets))
        file_menu.insertMenu(actions["save"], presets)
        self._menu(tr("Edit"), "edit")
        run = self._menu(tr("Run"), "run")
        run.addSeparator()
        run.addActions(actions.in_menu("verbs"))
        view = self._menu(tr("View"), "view")
        view.insertActions(view.actions()[0], actions.in_menu("labs"))
        view.insertSeparator(view.actions()[len(LABS)])
        view.addSeparator()
        themes = view.addMenu(tr("Theme"))
        themes.addActions(actions.in_menu("theme"))
        view.addMenu(self._panels)
        view.addActions(actions.in_menu("panels"))
        self._menu(tr("Help"), "help")
        self.addActions([actions[name] for name in actions.specs])
        self._switch = LabSwitch(actions, self.menuBar())
        self.menuBar().setCornerWidget(self._switch)

    def _menu(self, title: str, name: str) -> QMenu:
        menu = self.menuBar().addMenu(title)
        menu.addActions(self.actions_by_name.in_menu(name))
        menu.setToolTipsVisible(True)
        return menu

    def _fill_presets(self, menu: QMenu) -> None:
        menu.clear()
        for name, title in preset_titles().items():
            menu.addAction(title).triggered.connect(lambda _checked=False, name=name: self.open(name))

    def _connect(self) -> None:
        actions, undo = self.actions_by_name, self._undo
        actions.connect_all(
            {
                "open": self._ask_open,
                "save": self._save,
                "save_as": self._ask_save,
                "export_image": lambda: ExportDialog(self.lab, self._settings, self).exec(),
                "quit": self.close,
                "undo": undo.undo,
                "redo": undo.redo,
                "copy_image": lambda: copy_image(self.lab),
                "copy_worksheet": lambda: QGuiApplication.clipboard().setText(self.lab.worksheet_text()),
                "theme_system": lambda: self._choose_theme("system"),
                "theme_light": lambda: self._choose_theme("light"),
                "theme_dark": lambda: self._choose_theme("dark"),
                "reset_layout": lambda: self.lab.reset_layout(),
                "lab_surface": lambda _on: self.show_lab("surface"),
                "lab_network": lambda _on: self.show_lab("network"),
                "lab_autograd": lambda _on: self.show_lab("autograd"),
                "full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
                "shortcuts": lambda: dialogs.show_shortcuts(self, actions.shortcut_rows()),
                "about": lambda: dialogs.show_about(self),
            }
        )
        for name, signal in (("undo", undo.canUndoChanged), ("redo", undo.canRedoChanged)):
            actions[name].setEnabled(False)
            signal.connect(actions[name].setEnabled)
        for name, spec in actions.specs.items():
            if spec.menu in OF_THE_LAB:
                actions[name].triggered.connect(lambda on, name=name, spec=spec: self._carry_out(name, spec, on))

    def _carry_out(self, name: str, spec: ActionSpec, on: bool) -> None:
        slot = self.lab.slots[name]
        slot(on) if spec.checkable else slot()

    def _restore(self) -> None:
        screen = QGuiApplication.primaryScreen().availableSize()
        self.resize(SIZE.boundedTo(screen))
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self._mark_theme(str(self._settings.value("window/theme", "system")))

    def _show_title(self) -> None:
        scenario = self.lab.model.scenario
        path = self._paths.get(scenario.lab)
        name = path.name if path is not None else scenario.title or scenario.subject
        self.setWindowTitle(tr("{name} - gdsim", name=name))

    def _ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open scenario"), self._folder(), _filter())
        if path:
            self.open(Path(path))

    def _save(self) -> None:
        path = self._paths.get(self.lab.name)
        if path is None:
            self._ask_save()
        else:
            self._write(path)

    def _ask_save(self) -> None:
        suggested = str(Path(self._folder()) / "scenario.toml")
        path, _ = QFileDialog.getSaveFileName(self, tr("Save scenario"), suggested, _filter())
        target = Path(path) if Path(path).suffix else Path(f"{path}.toml")
        if path and (str(target) == path or not target.exists() or dialogs.may_replace(self, target)):
            self._write(target)

    def _write(self, path: Path) -> None:
        try:
            save(self.lab.scenario, path)
        except InputError as error:
            self.show_message(str(error))
            return
        self._paths[self.lab.name] = path
        self._settings.setValue("window/folder", str(path.parent))
        self._show_title()
        self.lab.show_message(tr("Saved to {path}.", path=str(path)), error=False)

    def _folder(self) -> str:
        return str(self._settings.value("window/folder", str(Path.home())))

    def _choose_theme(self, name: str) -> None:
        self._settings.setValue("window/theme", name)
        self._mark_theme(name)
        theme.apply(name)

    def _mark_theme(self, name: str) -> None:
        for action in ("system", "light", "dark"):
            self.actions_by_name[f"theme_{action}"].setChecked(action == name)


def _lab_class(name: str) -> Any:
    # Imported when it is needed: the first window is to be quick.
    if name == "surface":
        return SurfaceLab
    if name == "network":
        from gdsim.app.labs.network_lab import NetworkLab

        return NetworkLab
    from gdsim.app.labs.autograd_lab import AutogradLab

    return AutogradLab


def _filter() -> str:
    return tr("Scenarios (*.toml);;All files (*)")
