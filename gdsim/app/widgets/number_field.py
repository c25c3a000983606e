"""Fields and sliders that set a number: any double can be typed, and a slider always agrees with its field."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QEvent, QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox, QGridLayout, QLabel, QSizePolicy, QWidget

from gdsim.app import theme
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.polite import entry_answer, is_refused, turn_if_focused
from gdsim.app.widgets.sliders import LinearSlider, LogSlider, ValueSlider
from gdsim.i18n import tr

__all__ = ["LabelledNumber", "LinearSlider", "LogSlider", "NumberField", "ValueSlider", "number_text", "tabular"]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LARGEST = 1e308
# Renard's R10 series: ten steps a decade, each a number one would say aloud.
_R10 = (1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0)


def tabular(font: QFont) -> QFont:
    """Return ``font`` with digits of equal width, so that numbers do not dance while they change."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def number_text(value: float) -> str:
    """Return the shortest text that reads back as ``value``: ``3``, ``0.05``, ``1e-7``."""
    text = repr(float(value))
    if text.endswith(".0"):
        return text[:-2]
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def parse_number(text: str) -> float | None:
    """Return the number that ``text`` spells with a decimal point, or None when it spells none."""
    cleaned = text.strip().replace("\N{MINUS SIGN}", "-")
    return float(cleaned) if _NUMBER.fullmatch(cleaned) else None


def preferred_number(value: float, steps: int) -> float:
    """Return the R10 preferred number ``steps`` away from positive ``value`` (negative: below it)."""
    # The series is rounded by up to half a tenth of a step: 3.2 for 10**0.5.
    exact, slack = math.log10(value) * 10, 0.06
    tenths = (math.floor(exact + slack) if steps > 0 else math.ceil(exact - slack)) + steps
    decade, index = divmod(tenths, 10)
    # Through decimal text, or 5 * 10**-2 would come out as 0.05000000000000001 in some decades.
    return float(f"{_R10[index]}e{decade}")


class NumberField(QDoubleSpinBox):
    """A spin box for any double between two bounds, always with a decimal point.

    Parameters
    ----------
    low, high
        The allowed interval.
    scale
        ``'linear'``: the arrows add ``step``; ``'log'``: they go along preferred numbers, ten a decade.
    above
        Exclude ``low`` itself, as for a learning rate that must be above 0.
    unit
        Named in the tooltip.

    `rejected` carries one sentence when what was typed cannot be used; the last good value stays. Escape takes back
    what was typed, and then means to the parent whatever it means there.
    """

    rejected = Signal(str)

    def __init__(
        self,
        low: float = -_LARGEST,
        high: float = _LARGEST,
        *,
        scale: str = "linear",
        step: float = 0.1,
        above: bool = False,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._low, self._high, self._above, self._scale = low, high, above, scale
        self.setLocale(QLocale.c())
        self.setDecimals(323)
        self.setRange(max(low, -_LARGEST), min(high, _LARGEST))
        self.setSingleStep(step)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(tabular(self.font()))
        # Room for a sign and six digits with an exponent; longer numbers scroll, the layout stays.
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance("-0.00012345") + 32)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(self._range_sentence(unit))

    def set_silently(self, value: float) -> None:
        """Show ``value`` without a signal."""
        with QSignalBlocker(self):
            self.setValue(value)

    def textFromValue(self, value: float) -> str:
        """Return the shortest text for ``value``."""
        return number_text(value)

    def valueFromText(self, text: str) -> float:
        """Return the number in ``text``, or the last good value."""
        number = parse_number(text)
        return self.value() if number is None else number

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Accept numbers in range; let anything else be typed, since it may become one."""
        good = self._objection(text) is None
        return (QValidator.State.Acceptable if good else QValidator.State.Intermediate, text, position)

    def fixup(self, text: str) -> str:
        """Say why ``text`` is refused; Qt then restores the last good value."""
        objection = self._objection(text)
        if objection is not None:
            self.rejected.emit(objection)
        return text

    def stepBy(self, steps: int) -> None:
        """Step along preferred numbers on a logarithmic field, else by the single step."""
        value = self.value()
        if self._scale == "log" and value > 0:
            self.setValue(preferred_number(value, steps))
        else:
            # Rounded, or 0.1 + 0.2 would show as 0.30000000000000004.
            self.setValue(float(f"{value + steps * self.singleStep():.12g}"))
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave PageUp and PageDown to the presenter's clicker, and all keys to the run once a number is entered."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.set_silently(self.value())
            self.clearFocus()
            event.ignore()
            return
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.hasAcceptableInput()
        super().keyPressEvent(event)
        if entered and not is_refused(self):
            self.clearFocus()

    def event(self, event: QEvent) -> bool:
        """Leave Space, which no number has, to the run, and claim Escape."""
        answer = entry_answer(event)
        return super().event(event) if answer is None else answer

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only while focused, so that scrolling a panel changes nothing."""
        turn_if_focused(self, super().wheelEvent, event)

    def slip(self) -> str:
        """Return why what is typed cannot be used, in one sentence; empty where it can."""
        return self._objection(self.lineEdit().text()) or ""

    def _objection(self, text: str) -> str | None:
        number = parse_number(text)
        if number is None:
            shown = text.strip()[:40]
            if "," in shown:
                return tr("{text} is not a number: write a decimal point, as in 0.05.", text=repr(shown))
            return tr("{text} is not a number: write one such as 0.05 or 1e-3.", text=repr(shown))
        if abs(number) > _LARGEST:
            return tr("{value} is too large.", value=text.strip()[:40])
        if not self._low <= number <= self._high or (self._above and number == self._low):
            return self._range_sentences(number)[1]
        return None

    def _range_sentence(self, unit: str = "") -> str:
        """Return what is allowed, as a sentence."""
        sentence, _ = self._range_sentences(0.0)
        return tr("{sentence} Unit: {unit}.", sentence=sentence, unit=unit) if unit else sentence

    def _range_sentences(self, number: float) -> tuple[str, str]:
        """Return what is allowed, and that ``number`` is not, as a sentence each."""
        limits = {"low": number_text(self._low), "high": number_text(self._high), "value": number_text(number)}
        bounded = self._high < _LARGEST
        if self._low <= -_LARGEST and not bounded:
            allowed, refusal = tr("Any number."), ""
        elif not bounded and self._above:
            allowed = tr("A number above {low}.", **limits)
            refusal = tr("{value} is not allowed: it must be a number above {low}.", **limits)
        elif not bounded:
            allowed = tr("A number from {low} up.", **limits)
            refusal = tr("{value} is not allowed: it must be a number from {low} up.", **limits)
        elif self._above:
            allowed = tr("A number above {low}, up to {high}.", **limits)
            refusal = tr("{value} is not allowed: it must be a number above {low}, up to {high}.", **limits)
        elif (end := math.nextafter(self._high, math.inf)) == round(end) != self._high:
            limits["high"] = number_text(end)
            allowed = tr("A number from {low} to below {high}.", **limits)
            refusal = tr("{value} is not allowed: it must be a number from {low} to below {high}.", **limits)
        else:
            allowed = tr("A number from {low} to {high}.", **limits)
            refusal = tr("{value} is not allowed: it must be a number from {low} to {high}.", **limits)
        return allowed, refusal


class LabelledNumber(QWidget):
    """A row of label, slider and field that always agree, with a place for one sentence beneath.

    Parameters
    ----------
    name
        ``objectName`` of the field; the slider is called ``NAME_slider``.
    label
        Text in front, also the accessible name.
    low, high, scale, step, above, unit
        As for `NumberField`.
    slider_range
        Ends of the slider; by default those of the field.
    positions
        In how many equal parts the slider divides its range.

    `changed` follows the user, never `set_value`; `settled` says that a drag or an entry is done. Numbers beyond
    the slider's ends can still be typed.
    """

    changed = Signal(float)
    settled = Signal()

    def __init__(
        self,
        name: str,
        label: str,
        low: float,
        high: float,
        *,
        scale: str = "linear",
        slider_range: tuple[float, float] | None = None,
        positions: int = ValueSlider.POSITIONS,
        step: float = 0.1,
        above: bool = False,
        unit: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.label = QLabel(label)
        self.field = NumberField(low, high, scale=scale, step=step, above=above, unit=unit)
        kind = LogSlider if scale == "log" else LinearSlider
        self.slider: ValueSlider = kind(*(slider_range or (low, high)), positions=positions)
        self._message = MessageLabel(f"{name}_message")
        self._rejected = False
        self._warning = ""
        self._name_parts(name, label)
        self._lay_out()
        self.slider.value_changed.connect(self._slid)
        self.field.valueChanged.connect(self._typed)
        self.field.rejected.connect(self._refused)
        self.field.editingFinished.connect(self._edited)
        self.field.editingFinished.connect(self.settled)
        self.slider.sliderReleased.connect(self.settled)

    def value(self) -> float:
        """Return the number shown."""
        return self.field.value()

    def set_value(self, value: float) -> None:
        """Show ``value`` in both without a signal."""
        self.slider.set_value(value)
        self.field.set_silently(value)

    def set_error(self, sentence: str) -> None:
        """Show one sentence under the row; an empty one takes it away."""
        self._warning = sentence
        self._show(sentence)

    def _name_parts(self, name: str, label: str) -> None:
        self.field.setObjectName(name)
        self.field.setAccessibleName(label)
        self.slider.setObjectName(f"{name}_slider")
        self.slider.setAccessibleName(tr("{label}, slider", label=label))
        self.slider.setToolTip(self.field.toolTip())
        self.label.setBuddy(self.field)

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(theme.GRID)
        layout.setVerticalSpacing(theme.GRID // 4)
        layout.addWidget(self.label, 0, 0)
        layout.addWidget(self.slider, 0, 1)
        layout.addWidget(self.field, 0, 2)
        layout.addWidget(self._message, 1, 0, 1, 3)
        layout.setColumnStretch(1, 1)

    def _slid(self, value: float) -> None:
        self.field.set_silently(value)
        self._show(self._warning)
        self.changed.emit(value)

    def _typed(self, value: float) -> None:
        self.slider.set_value(value)
        self._show(self._warning)
        self.changed.emit(value)

    def _refused(self, sentence: str) -> None:
        self._rejected = True
        self._show(sentence)

    def _edited(self) -> None:
        # The refusal of this very edit must stay readable; the next good one takes it away.
        if not self._rejected:
            self._show(self._warning)
        self._rejected = False

    def _show(self, sentence: str) -> None:
        self._message.show_sentence(sentence)
