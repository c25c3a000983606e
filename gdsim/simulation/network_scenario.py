"""Scenarios of the network lab: data, layers, loss and the runs on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from gdsim.i18n import tr
from gdsim.problems.network import Activation, Initialisation, Loss
from gdsim.simulation.events import STANDARD, Edit, Events, Verb, canonical, edits, is_usual
from gdsim.simulation.spec import BaseScenario, RunSpec, check_race
from gdsim.simulation.spec_model import Finite, SpecModel, Step

MOST_LAYERS, MOST_UNITS, MOST_SAMPLES = 8, 4096, 100_000
Source = Literal["lecture", "xor", "moons", "circles", "spirals", "blobs", "csv"]
SOURCES: tuple[Source, ...] = ("lecture", "xor", "moons", "circles", "spirals", "blobs", "csv")
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class DataSpec(SpecModel):
    """Where the samples come from, and what is done to them before they are learned.

    ``samples`` and ``noise`` are used by the generated sets, ``file`` by ``csv``; the lecture's set has 500 samples.
    """

    source: Source = "lecture"
    samples: Annotated[int, Field(ge=2, le=MOST_SAMPLES)] = 500
    noise: Annotated[Finite, Field(ge=0, le=10)] = 0.1
    seed: Seed = 420
    file: str = ""
    held_out: Annotated[Finite, Field(ge=0, lt=1)] = 0.0
    standardise: bool = False

    @model_validator(mode="after")
    def _csv_has_a_file(self) -> DataSpec:
        if self.source == "csv" and not self.file.strip():
            raise ValueError(tr("Data from a CSV file need the file's name."))
        return self


class LayerSpec(SpecModel):
    """A hidden layer."""

    units: Annotated[int, Field(ge=1, le=MOST_UNITS)]
    activation: Activation = "relu"
    bias: bool = True


class OutputSpec(SpecModel):
    """The last layer, which has one unit a class."""

    activation: Activation = "identity"
    bias: bool = True


class NetworkSpec(SpecModel):
    """What is minimised: the loss of a network over data. A batch of None is all the samples."""

    data: DataSpec = DataSpec()
    layer: Annotated[tuple[LayerSpec, ...], Field(max_length=MOST_LAYERS - 1)] = ()
    output: OutputSpec = OutputSpec()
    loss: Loss = "cross_entropy"
    batch_size: Annotated[int, Field(ge=1)] | None = None
    seed: Seed = 420
    init: Initialisation = "torch"
    constant: Finite = 0.1


class EventSpec(SpecModel):
    """Something done by hand before the update that follows ``step``: a number edited, or the verbs called.

    A step whose events name no verbs is made as usual, by zero_grad, forward, backward and update.
    """

    step: Step
    verbs: tuple[Verb, ...] | None = None
    edit: str | None = None
    index: tuple[Annotated[int, Field(ge=0)], ...] = ()
    value: Finite | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> EventSpec:
        edited = self.edit is not None and self.value is not None and self.verbs is None
        called = self.verbs is not None and self.edit is None and self.value is None and not self.index
        if edited == called:
            raise ValueError(tr("An event either lists verbs, or edits a parameter at an index to a value."))
        return self


class NetworkRun(RunSpec):
    """A runner on a network, with what was done by hand on the way."""

    event: tuple[EventSpec, ...] = ()

    @model_validator(mode="after")
    def _said_in_one_way(self) -> NetworkRun:
        entries = event_entries(self.events)
        object.__setattr__(self, "event", tuple(EventSpec.model_validate(entry) for entry in entries))
        return self

    @property
    def events(self) -> Events:
        """What was done by hand before updates, by step."""
        result: Events = {}
        usual = {event.step for event in self.event} - {e.step for e in self.event if e.verbs is not None}
        for event in sorted(self.event, key=lambda event: event.step):
            deeds = (
                (Edit(event.edit, event.index, event.value),)
                if event.edit is not None and event.value is not None
                else event.verbs or ()
            )
            result[event.step] = (*result.get(event.step, ()), *deeds)
        scripts = {step: canonical(script) for step, script in result.items()}
        whole = {step: (*script, *STANDARD) if step in usual else script for step, script in scripts.items()}
        return {step: script for step, script in whole.items() if script != STANDARD}


class NetworkScenario(BaseScenario):
    """One saved set-up of the network lab."""

    lab: Literal["network"] = "network"
    problem: NetworkSpec = NetworkSpec()
    run: Annotated[tuple[NetworkRun, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _runs_can_be_told_apart(self) -> NetworkScenario:
        check_race(self.run)
        return self

    @property
    def subject(self) -> str:
        """The data and the hidden layers' sizes."""
        return tr(
            "network on {data}, hidden layers {sizes}",
            data=self.problem.data.source,
            sizes="-".join(str(layer.units) for layer in self.problem.layer) or tr("none"),
        )


def event_entries(events: Events) -> list[dict[str, Any]]:
    """Return ``events`` as a scenario's ``event`` list, in as few entries as say it all."""
    entries: list[dict[str, Any]] = []
    for step, script in events.items():
        verbs: list[Verb] | None = None if is_usual(script) else []
        for deed in edits(script) if verbs is None else script:
            if isinstance(deed, Edit):
                if verbs:
                    entries.append({"step": step, "verbs": verbs})
                    verbs = []
                entries.append({"step": step, "edit": deed.parameter, "index": list(deed.index), "value": deed.value})
            elif verbs is not None:
                verbs.append(deed)
        if verbs is not None:
            entries.append({"step": step, "verbs": verbs})
    return entries
