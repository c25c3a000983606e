"""The data panel: what a network learns from."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gdsim.app import theme
from gdsim.app.panels.fields import Choice, Row, SpecPanel, align, show_or_hide
from gdsim.app.panels.preset_box import PresetBox
from gdsim.app.widgets.message_label import MessageLabel
from gdsim.app.widgets.naming import named
from gdsim.app.widgets.number_field import LabelledNumber
from gdsim.app.widgets.switch import Switch
from gdsim.app.widgets.whole_number import WholeNumber
from gdsim.i18n import tr
from gdsim.simulation.network_scenario import MOST_SAMPLES, NetworkScenario

_SOURCE, _SAMPLES, _NOISE, _SEED, _FILE, _HELD_OUT, _STANDARDISE = (
    f"problem.data.{key}" for key in ("source", "samples", "noise", "seed", "file", "held_out", "standardise")
)


class DataPanel(SpecPanel):
    """Sets the samples, and which of them are held out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("data_panel", "data_error", parent)
        self.preset = PresetBox()
        self.source = named(Choice(_sources()), "data_source", tr("Data"))
        self.file = named(QLineEdit(), "data_file", tr("CSV file"))
        self.browse = named(QToolButton(), "data_browse", tr("Choose a CSV file"))
        self.samples = named(WholeNumber(2, MOST_SAMPLES), "data_samples", tr("Samples"))
        self.noise = LabelledNumber("data_noise", tr("Noise"), 0, 10, slider_range=(0, 1), step=0.05)
        self.seed = named(WholeNumber(0, 2**63 - 1), "data_seed", tr("Seed of the data"))
        self.held_out = LabelledNumber(
            "held_out", tr("Held out, %"), 0, 100, slider_range=(0, 90), positions=90, step=5
        )
        self.standardise = named(Switch(tr("Standardise")), "standardise")
        self.facts = MessageLabel("data_facts")
        self._source, self._file = "lecture", ""
        self._explain()
        self._lay_out()
        self._connect()
        self._show_rows()

    def _fill(self, scenario: NetworkScenario) -> None:
        data = scenario.problem.data
        self._source, self._file = data.source, data.file
        self.source.show_choice(data.source)
        self._show_file(data.file)
        self.samples.set_silently(data.samples)
        self.noise.set_value(data.noise)
        self.seed.set_silently(data.seed)
        # Rounded, or a share of 0.29 would show as 28.999999999999996 percent.
        self.held_out.set_value(float(f"{data.held_out * 100:.12g}"))
        with QSignalBlocker(self.standardise):
            self.standardise.setChecked(data.standardise)
        self._show_rows()

    def show_facts(self, samples: int, held_out: int, features: int, classes: int) -> None:
        """Say what the data are: samples to learn from and held out, features and classes."""
        parts = [_samples(samples) if not held_out else tr("{count} to learn from", count=samples)]
        if held_out:
            parts.append(tr("{count} held out", count=held_out))
        parts.append(tr("1 feature") if features == 1 else tr("{count} features", count=features))
        parts.append(tr("1 class") if classes == 1 else tr("{count} classes", count=classes))
        self.facts.show_sentence(", ".join(parts), muted=True)

    def values(self) -> dict[str, Any]:
        """Return every key of the data with what its field holds."""
        return {
            _SOURCE: self._source,
            _SAMPLES: self.samples.value(),
            _NOISE: self.noise.value(),
            _SEED: self.seed.value(),
            _FILE: self._file,
            _HELD_OUT: float(f"{self.held_out.value() / 100:.12g}"),
            _STANDARDISE: self.standardise.isChecked(),
        }

    def _fields(self) -> dict[str, QWidget]:
        return {
            _SOURCE: self.source,
            _SAMPLES: self.samples,
            _NOISE: self.noise.field,
            _SEED: self.seed,
            _FILE: self.file,
            _HELD_OUT: self.held_out.field,
            _STANDARDISE: self.standardise,
        }

    def _explain(self) -> None:
        self.preset.setToolTip(tr("Choose a prepared problem."))
        self.source.setToolTip(tr("What the network learns: made data, or a table of your own."))
        self.file.setPlaceholderText(tr("Choose a file"))
        self.browse.setToolTip(tr("Choose a CSV file: a line of names, then samples, the class in the last column."))
        self.samples.setToolTip(tr("How many samples are made: from 2 to {most}.", most=MOST_SAMPLES))
        self.seed.setToolTip(tr("The same seed makes the same samples and holds out the same ones."))
        _explain_number(
            self.noise,
            tr(
                "Standard deviation of what is added to each feature, from 0 to 10, in the units of the features "
                "(the shapes are about 1 wide)."
            ),
        )
        _explain_number(
            self.held_out,
            tr("Part of the samples, in percent, on which the network is judged but from which it does not learn."),
        )
        self.standardise.setToolTip(
            tr(
                "Each feature gets mean 0 and standard deviation 1 over the samples to learn from; "
                "nothing is normalised otherwise."
            )
        )

    def _lay_out(self) -> None:
        self.browse.setText("...")
        self.browse.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.samples.reserve(MOST_SAMPLES)
        self.seed.reserve(999_999)
        self._file_row = Row(tr("File"), self.file, self.browse)
        self._samples_row = Row(tr("Samples"), self.samples)
        seed_row = Row(tr("Seed"), self.seed)
        source_row = Row(tr("Data"), self.source)
        align(
            [row.label for row in (source_row, self._file_row, self._samples_row, seed_row, self.noise, self.held_out)]
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.GRID, theme.GRID // 2, theme.GRID, theme.GRID // 2)
        layout.setSpacing(theme.GRID // 2)
        for widget in (
            self.preset, source_row, self._file_row, self._samples_row, self.noise, seed_row, self.held_out,
            self.standardise, self.facts, self.error,
        ):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.source.activated.connect(self._choose_source)
        self.browse.clicked.connect(self._browse)
        self.file.editingFinished.connect(self._file_typed)
        self.file.returnPressed.connect(self._file_entered)
        self._take_number(self.samples, _SAMPLES)
        self._take_number(self.seed, _SEED)
        self.noise.changed.connect(lambda _value: self._offer(_NOISE))
        self.held_out.changed.connect(self._hold_out)
        for row in (self.noise, self.held_out):
            row.settled.connect(self.settled)
        self.standardise.toggled.connect(lambda _on: self._offer_and_settle(_STANDARDISE))

    def _choose_source(self) -> None:
        source = self.source.choice()
        if source == "csv" and not self._file and not self._ask_file():
            self.source.show_choice(self._source)
            return
        self._source = source
        self._show_rows()
        self._offer_and_settle(*self._with_file(_SOURCE))

    def _browse(self) -> None:
        if self._ask_file():
            self._offer_and_settle(*self._with_file(_FILE))

    def _ask_file(self) -> bool:
        """Let a file be chosen; False where the dialog is cancelled."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("Data from a CSV file"),
            os.path.dirname(self._file),
            tr("Tables (*.csv *.tsv *.txt);;All files (*)"),
        )
        if path:
            self._file = path
            self._show_file(path)
        return bool(path)

    def _file_typed(self) -> None:
        path = self.file.text().strip()
        if path != self._file:
            self._file = path
            self.file.setToolTip(path)
            self._offer_and_settle(*self._with_file(_FILE))

    def _with_file(self, key: str) -> list[str]:
        """Return ``key`` and, of source and file, which are one choice, whatever is not in force."""
        values = self.values()
        both = (_SOURCE, _FILE) if self._source == "csv" else ()
        return [key, *(k for k in both if k != key and values[k] != self._in_force.get(k))]

    def _file_entered(self) -> None:
        self._file_typed()
        if self.error.isHidden():
            self.file.clearFocus()  # the keys are the run's again

    def _hold_out(self, percent: float) -> None:
        if percent < 100:
            self._offer(_HELD_OUT)
        else:
            self.show_error(tr("All samples cannot be held out: one at least must be left to learn from."))

    def _show_file(self, path: str) -> None:
        if self.file.text() != path:
            self.file.setText(path)
        self.file.setToolTip(path or tr("The path of a CSV file."))

    def _show_rows(self) -> None:
        """Show the rows that the source uses."""
        made = self._source not in ("lecture", "csv")
        for row, visible in ((self._file_row, self._source == "csv"), (self._samples_row, made), (self.noise, made)):
            show_or_hide(row, visible)


def _sources() -> dict[str, str]:
    return {
        "lecture": tr("The lecture's"),
        "xor": tr("XOR"),
        "moons": tr("Moons"),
        "circles": tr("Circles"),
        "spirals": tr("Spirals"),
        "blobs": tr("Blobs"),
        "csv": tr("CSV file..."),
    }


def _samples(count: int) -> str:
    return tr("1 sample") if count == 1 else tr("{count} samples", count=count)


def _explain_number(row: LabelledNumber, sentence: str) -> None:
    for part in (row.field, row.slider):
        part.setToolTip(sentence)
