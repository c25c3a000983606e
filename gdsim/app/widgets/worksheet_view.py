"""The worksheet on screen: typeset formulas whose numbers change in place."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gdsim.app.theme import GRID, LIGHT, Theme
from gdsim.app.widgets.polite import PoliteSpinBox
from gdsim.app.widgets.slot_widths import SlotWidths
from gdsim.app.widgets.typeset import UNIT, is_ready, number_width, paint, typeset
from gdsim.app.widgets.worksheet_layout import Arranger, Key, Piece, Placed, Row, Sheet, rows_of, templates
from gdsim.formula.latex import broken
from gdsim.i18n import tr
from gdsim.simulation.lines import RESULT, Line, Worksheet

MOST_DIGITS = 12
_SLICE_SECONDS = 0.012
_SMALLEST, _LARGEST = 13.0, 19.0
_REST_MILLISECONDS = 400


class WorksheetView(QWidget):
    """Shows a `Worksheet` with a chosen number of decimals; `digits_changed` says that another one was chosen."""

    digits_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("worksheet")
        self.setAccessibleName(tr("Worksheet"))
        self._sheet = _SheetWidget()
        self._sheet.computed.connect(self._reveal)
        self._scroll = _Scroll()
        # Always there, so that the formulas are not broken anew when it would come or go.
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self._sheet)
        self._digits = PoliteSpinBox()
        self._digits.setObjectName("digits")
        self._digits.setAccessibleName(tr("Decimals on the worksheet"))
        self._digits.setToolTip(
            tr(
                "Decimals of the results; what goes in has as many more as it takes "
                "to come to the same result from the numbers shown."
            )
        )
        self._digits.setRange(1, MOST_DIGITS)
        self._digits.setValue(4)
        self._digits.valueChanged.connect(self._sheet.set_digits)
        self._digits.valueChanged.connect(self.digits_changed)
        label = QLabel(tr("&Decimals"))
        label.setBuddy(self._digits)
        self._bar = bar = QHBoxLayout()
        bar.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        bar.setSpacing(GRID)
        bar.addStretch()
        bar.addWidget(label)
        bar.addWidget(self._digits)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self._scroll)
        copy = QAction(tr("Copy worksheet"), self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def set_content(self, content: Worksheet | None) -> None:
        """Show another step, or an invitation when there is none."""
        self._sheet.set_content(content)
        if QAccessible.isActive():
            self.setAccessibleDescription(self.plain_text() or self.invitation)

    def put_left(self, *widgets: QWidget) -> None:
        """Put more controls on the left of the bar."""
        for place, widget in enumerate(widgets):
            self._bar.insertWidget(place, widget)

    @property
    def invitation(self) -> str:
        """What is shown while there is nothing to write out: what to do."""
        return self._sheet.invitation

    @invitation.setter
    def invitation(self, sentence: str) -> None:
        self._sheet.invitation = sentence
        self._sheet.update()

    def show_top(self) -> None:
        """Scroll to the title."""
        self._scroll.verticalScrollBar().setValue(0)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of ``theme``."""
        self._sheet.theme = theme
        self._sheet.update()

    def digits(self) -> int:
        """Return the number of decimals."""
        return self._digits.value()

    def set_digits(self, digits: int) -> None:
        """Choose the number of decimals, 1 to `MOST_DIGITS`."""
        self._digits.setValue(digits)

    def plain_text(self) -> str:
        """Return the worksheet as text, with the digits shown."""
        content = self._sheet.content
        return content.plain_text(self.digits()) if content is not None else ""

    def is_typeset(self) -> bool:
        """Whether what is on screen is what was asked for last."""
        return not self._sheet.behind

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(40 * GRID, 60 * GRID)

    def _reveal(self, top: float, bottom: float) -> None:
        """Scroll to what a phase has just computed."""
        self._scroll.ensureVisible(0, int(bottom) + GRID, 0, 0)
        self._scroll.ensureVisible(0, max(0, int(top) - 4 * GRID), 0, 0)

    def _copy(self) -> None:
        if text := self.plain_text():
            QGuiApplication.clipboard().setText(text)


class _Scroll(QScrollArea):
    """Tells the sheet how wide it may be, even where the sheet itself is held wider by a long formula."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        sheet = self.widget()
        if isinstance(sheet, _SheetWidget):
            sheet.fit()


class _SheetWidget(QWidget):
    """Sets the formulas a slice at a time, so that the window stays awake, and paints them."""

    computed = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.theme: Theme = LIGHT
        self.content: Worksheet | None = None
        self.behind = False
        self.invitation = tr("Each step is written out here, number by number: press Step to begin.")
        self._decimals = 4
        self._lines: list[Line] = []
        self._rows: list[tuple[Piece, tuple[Row, ...]]] = []
        self._texts: dict[Key, tuple[str, ...]] = {}
        self._structure: tuple[object, object] | None = None
        self._revealed: tuple[str, ...] = ()
        self._widths = SlotWidths()
        self._painted: tuple[Worksheet, list[Line], Sheet] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MILLISECONDS)
        self._rest.timeout.connect(self._tighten)

    def set_digits(self, digits: int) -> None:
        self._decimals = digits
        self._structure = None
        self.set_content(self.content)

    def set_content(self, content: Worksheet | None) -> None:
        self.content = content
        self._lines = [line for section in content.sections for line in section.lines] if content else []
        self._rows = [rows_of(line, line.shown(self._decimals)) for line in self._lines]
        self._texts = {piece.key: piece.texts for piece in self._pieces()}
        if self._is_new(content) or self._painted is None or self.behind:
            self.behind = content is not None
            self._rest.stop()
            if content is None:
                self._painted = None
                self.setMinimumSize(0, 0)
            else:
                self._timer.start(0)
        elif content is not None:
            if self._measure():
                self._arrange()
            self._painted = (content, self._lines, self._painted[2])
            self._reveal()
        self.update()

    def _pieces(self) -> list[Piece]:
        return [piece for _, rows in self._rows for row in rows for piece in row.pieces]

    def _reveal(self) -> None:
        """Say where the newly computed lines stand, when they are others than before."""
        keys = tuple(line.key for line in self._lines if line.computed)
        if keys == self._revealed or self._painted is None:
            return
        self._revealed = keys
        own = [p for p in self._painted[2].placed if self._lines[p.line].key in keys]
        if own:
            lowest = max(p.baseline + p.size / 2 for p in own)
            self.computed.emit(min(p.baseline - p.size for p in own), lowest)

    def _is_new(self, content: Worksheet | None) -> bool:
        """Return whether anything but numbers changed."""
        notes = [(section.title, section.note) for section in content.sections] if content else []
        formulas = [
            (left.latex, [(row.sign, [piece.latex for piece in row.pieces]) for row in rows])
            for left, rows in self._rows
        ]
        structure = (notes, formulas)
        changed = structure != self._structure
        if self._structure is None or formulas != self._structure[1]:
            self._widths.clear()
        self._structure = structure
        return changed

    def _measure(self) -> bool:
        """Give each slot the width of its number; return whether lines must be broken anew for it."""
        outgrown, slack = self._widths.measure(self._pieces())
        if slack and not self._rest.isActive():
            self._rest.start()
        return outgrown

    def _tighten(self) -> None:
        """Break the lines for the numbers that there are now."""
        if not self.behind and self._painted is not None:
            self._widths.tighten()
            self._arrange()

    def _go_on(self) -> None:
        """Set what is not set yet, as much as fits into one slice of time."""
        if not is_ready():
            self._timer.start(30)
            return
        end = time.perf_counter() + _SLICE_SECONDS
        for piece in templates(self._rows):
            for part in {piece.latex, *broken(piece.latex)}:
                typeset(part)
            if time.perf_counter() > end:
                self._timer.start(0)
                return
        self.behind = False
        self._measure()
        self._arrange()

    def _arrange(self) -> None:
        if self.content is None:
            return
        parent = self.parentWidget()
        width = float(parent.width() if parent is not None else self.width())
        size = min(_LARGEST, max(_SMALLEST, width / 25))
        arranger = Arranger(width, size, self._widths.reserved)
        text, heading = QFontMetricsF(self.font(), self), QFontMetricsF(self._heading_font(), self)
        sheet = arranger.arrange(self.content, self._rows, text, heading)
        self._painted = (self.content, self._lines, sheet)
        self.setMinimumSize(int(sheet.width) if sheet.width > width else 0, int(sheet.height) + 1)
        self._reveal()
        self.update()

    def _heading_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    def fit(self) -> None:
        """Break the formulas anew for the width there is."""
        if self._painted is not None and not self.behind:
            self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self.theme.ground))
        if self._painted is None:
            self._paint_invitation(painter)
            return
        content, lines, sheet = self._painted
        for number, words in enumerate(sheet.words):
            painter.setFont(self._heading_font() if words.heading else self.font())
            painter.setPen(QColor(self.theme.text))
            rect = QRectF(words.x, words.y, words.width, words.height + 1)
            # The title comes first; it changes with every step and keeps its one line.
            painter.drawText(rect, Qt.TextFlag.TextWordWrap, words.text if number else content.title)
        end = 0.0
        for placed in sheet.placed:
            x = end + placed.space if placed.follows else placed.x
            end = x + self._paint_piece(painter, lines[placed.line], placed, x)
        painter.end()

    def _paint_piece(self, painter: QPainter, line: Line, placed: Placed, x: float) -> float:
        """Paint a piece that begins at ``x``; return its width."""
        piece, formula = placed.piece, placed.formula
        texts = self._texts.get(piece.key, ())[piece.offset : piece.offset + len(piece.names)]
        widths = self._widths.now(piece)
        if len(widths) != len(texts):
            # The formulas of another worksheet are being set, and this one is shown until then.
            widths = tuple(number_width(text) for text in texts)
        width = formula.width(widths) * placed.size / UNIT
        ink = QColor(self.theme.text if line.fresh else self.theme.muted)
        colours: dict[int, QColor] = {}
        for number, name in enumerate(piece.names):
            role = line.colours.get(name, "")
            if role and line.fresh:
                colours[number] = QColor(getattr(self.theme, role))
        if RESULT in piece.names and line.computed:
            ascent, descent = 0.85 * placed.size, 0.25 * placed.size
            box = QRectF(x - 3, placed.baseline - ascent, width + 6, ascent + descent)
            wash = QColor(self.theme.accent)
            wash.setAlphaF(0.18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(wash)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(box, 3, 3)
        paint(painter, formula, texts, x, placed.baseline, placed.size, ink, colours, widths)
        return width

    def _paint_invitation(self, painter: QPainter) -> None:
        sentence = self.invitation if self.content is None else tr("Setting the formulas ...")
        painter.setPen(QColor(self.theme.muted))
        margin = 2 * GRID
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(self.rect().adjusted(margin, margin, -margin, -margin), flags, sentence)
        painter.end()
