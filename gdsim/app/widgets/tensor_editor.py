"""Editing one number of a table in place."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gdsim.app.theme import GRID
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import tabular
from gdsim.i18n import tr

Index = QModelIndex | QPersistentModelIndex
_LONGEST = "-0.12345678901234567"


class NumberDelegate(QStyledItemDelegate):
    """Opens a field with the number to its last digit; the run may change the table beneath meanwhile."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Return an empty field over the cell."""
        field = named(_Field(parent), "tensor_editor", tr("Value of the weight"))
        field.setFont(tabular(parent.font()))
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setFrame(False)
        field.setTextMargins(GRID // 2, 0, GRID // 2, 0)
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Fill the field when it opens, and leave alone what is being typed when the numbers change."""
        assert isinstance(editor, QLineEdit)
        if editor.property("opened_with") is None:
            text = index.data(Qt.ItemDataRole.EditRole)
            editor.setProperty("opened_with", text)
            editor.setText(text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Hand over what was typed, if anything was."""
        assert isinstance(editor, QLineEdit)
        if editor.text() != editor.property("opened_with"):
            model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Give the field room for all digits, within the table."""
        rect: QRect = option.rect.adjusted(0, -3, 0, 3)
        parent = editor.parentWidget()
        assert parent is not None
        room = parent.rect()
        wanted = max(rect.width(), editor.fontMetrics().horizontalAdvance(_LONGEST) + 2 * GRID)
        left = max(0, min(rect.left(), room.right() + 1 - wanted))
        editor.setGeometry(left, rect.top(), min(wanted, room.width()), rect.height())


class _Field(QLineEdit):
    """A field with a border that stands out from the numbers around it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 2))
        painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()
