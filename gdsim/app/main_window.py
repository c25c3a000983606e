"""The window: menus, files and the lab; wiring only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu

from gdsim.app import dialogs, theme
from gdsim.app.actions import Actions
from gdsim.app.icons import icon
from gdsim.app.image_export import ExportDialog, copy_image
from gdsim.app.labs.surface_lab import SurfaceLab
from gdsim.errors import InputError
from gdsim.i18n import tr
from gdsim.simulation.files import DEFAULT_PRESET, load, preset_titles, save
from gdsim.simulation.scenario import Scenario

SIZE = QSize(1600, 960)
"""Size of the first window, where the screen is large enough."""


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
        self.lab = SurfaceLab(scenario or load(DEFAULT_PRESET), self.actions_by_name)
        self.setCentralWidget(self.lab)
        self._path: Path | None = None
        self._settings = QSettings("gdsim", "gdsim")
        self._fill_menus()
        self._connect()
        self._restore()
        self._show_title()

    def open(self, source: str | Path) -> None:
        """Open a scenario file or preset; what cannot be opened is explained and changes nothing."""
        try:
            scenario = load(source)
        except InputError as error:
            self.show_message(str(error))
            return
        self._path = Path(source) if Path(source).suffix else None
        self.lab.open_scenario(scenario)
        self._show_title()

    def show_message(self, sentence: str) -> None:
        """Show one sentence that concerns no field in particular."""
        self.lab.show_message(sentence)

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
        """Remember the layout and end the lab's threads."""
        self._settings.setValue("window/geometry", self.saveGeometry())
        self.lab.save_layout(self._settings)
        self._settings.sync()
        self.lab.close_lab()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Colour the icons again when the palette changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_by_name"):
            self.actions_by_name.refresh_icons()

    def _fill_menus(self) -> None:
        actions = self.actions_by_name
        file_menu = self._menu(tr("File"), "file")
        presets = QMenu(tr("Presets"), self)
        presets.setObjectName("presets_menu")
        presets.aboutToShow.connect(lambda: self._fill_presets(presets))
        file_menu.insertMenu(actions["save"], presets)
        self._menu(tr("Edit"), "edit")
        self._menu(tr("Run"), "run")
        view = self._menu(tr("View"), "view")
        view.addSeparator()
        themes = view.addMenu(tr("Theme"))
        themes.addActions(actions.in_menu("theme"))
        panels = view.addMenu(tr("Panels"))
        panels.addActions([dock.toggleViewAction() for dock in self.lab.layout_of_docks.docks.values()])
        view.addActions(actions.in_menu("panels"))
        self._menu(tr("Help"), "help")
        self.addActions([actions[name] for name in actions.specs])

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
        actions, undo = self.actions_by_name, self.lab.model.undo_stack
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
                "copy_worksheet": self._copy_worksheet,
                "theme_system": lambda: self._choose_theme("system"),
                "theme_light": lambda: self._choose_theme("light"),
                "theme_dark": lambda: self._choose_theme("dark"),
                "reset_layout": self.lab.reset_layout,
                "full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
                "shortcuts": lambda: dialogs.show_shortcuts(self, actions.shortcut_rows()),
                "about": lambda: dialogs.show_about(self),
            }
        )
        for name, signal in (("undo", undo.canUndoChanged), ("redo", undo.canRedoChanged)):
            actions[name].setEnabled(False)
            signal.connect(actions[name].setEnabled)
        self.lab.preset_chosen.connect(self.open)
        self.lab.model.changed.connect(self._show_title)

    def _restore(self) -> None:
        screen = QGuiApplication.primaryScreen().availableSize()
        self.resize(SIZE.boundedTo(screen))
        geometry = self._settings.value("window/geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.lab.restore_layout(self._settings)
        self._mark_theme(str(self._settings.value("window/theme", "system")))

    def _show_title(self) -> None:
        title = self.lab.model.scenario.title or self.lab.model.scenario.problem.formula
        name = self._path.name if self._path is not None else title
        self.setWindowTitle(tr("{name} - gdsim", name=name))

    def _ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open scenario"), self._folder(), _filter())
        if path:
            self.open(Path(path))

    def _save(self) -> None:
        if self._path is None:
            self._ask_save()
        else:
            self._write(self._path)

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
        self._path = path
        self._settings.setValue("window/folder", str(path.parent))
        self._show_title()
        self.lab.show_message(tr("Saved to {path}.", path=str(path)), error=False)

    def _folder(self) -> str:
        return str(self._settings.value("window/folder", str(Path.home())))

    def _copy_worksheet(self) -> None:
        QGuiApplication.clipboard().setText(self.lab.views.worksheet.plain_text())

    def _choose_theme(self, name: str) -> None:
        self._settings.setValue("window/theme", name)
        self._mark_theme(name)
        theme.apply(name)

    def _mark_theme(self, name: str) -> None:
        for action in ("system", "light", "dark"):
            self.actions_by_name[f"theme_{action}"].setChecked(action == name)


def _filter() -> str:
    return tr("Scenarios (*.toml);;All files (*)")
