"""What documents of surfaces and networks have in common: rules, schedules, runs, and the table at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gdsim.export.notebook_rules import SCHEDULES, RuleCode, code_of, guarded
from gdsim.export.notebook_text import Cell, code, display, label, literal, number, plain, quoted, text
from gdsim.export.notebook_torch import searches, torch_code_of
from gdsim.export.run_colours import labels, run_colour
from gdsim.i18n import tr
from gdsim.optimizers import PREFIX, UpdateRule, rule_named
from gdsim.simulation.events import Edit, Script
from gdsim.simulation.schedule import CONSTANT
from gdsim.simulation.update_lines import general_lines

if TYPE_CHECKING:
    from gdsim.simulation.spec import RunSpec

_LATE = 1000
"""An update late enough for every line of a rule's equations to be in force."""


@dataclass(frozen=True)
class Runs:
    """The runs of a scenario, as a document needs them.

    Attributes
    ----------
    specs
        What the scenario asks for.
    header
        The columns of their table.
    starts
        For each run, what ``start`` is in the document; empty where all runs begin alike.
    """

    specs: Sequence[RunSpec]
    header: Sequence[str]
    starts: Sequence[Sequence[float]] = ()

    @cached_property
    def rules(self) -> dict[str, UpdateRule]:
        """The rules that are used, by name."""
        return {spec.optimizer: rule_named(spec.optimizer) for spec in self.specs}

    @cached_property
    def codes(self) -> dict[str, RuleCode]:
        """Their functions, by the rules' names."""
        passed = self.changes_gradient or any("weight_decay" in self._hyper(spec) for spec in self.specs)
        return {
            name: torch_code_of(name, passed) if name.startswith(PREFIX) else code_of(name, passed)
            for name in self.rules
        }

    @property
    def has_changes(self) -> bool:
        """Whether a hyper-parameter is changed on the way."""
        return any(spec.change for spec in self.specs)

    @property
    def has_schedule(self) -> bool:
        """Whether the learning rate follows a schedule."""
        return any(spec.schedule != CONSTANT for spec in self.specs)

    @property
    def changes_gradient(self) -> bool:
        """Whether a rule is given anything but the gradient itself."""
        return any(map(self.uses, ("noise", "clip_value", "clip_norm"))) or bool(self._coupled)

    @property
    def evaluates(self) -> bool:
        """Whether a rule works the loss out at other points by itself."""
        return any(map(searches, self.rules))

    def uses(self, name: str) -> bool:
        """Tell whether a hyper-parameter is anything but 0 in a run."""
        return any(part.get(name) for spec in self.specs for part in _parts(spec))

    @cached_property
    def _coupled(self) -> list[str]:
        """The rules whose gradient is given a share of the parameters."""
        return [
            spec.optimizer
            for spec in self.specs
            if self.rules[spec.optimizer].decay == "coupled" and any(part.get("weight_decay") for part in _parts(spec))
        ]

    @cached_property
    def _apart(self) -> list[str]:
        """The functions of the rules that take the weight decay into their own hands."""
        return [self.codes[name].name for name, rule in self.rules.items() if rule.decay != "coupled"]

    def _hyper(self, spec: RunSpec) -> dict[str, float]:
        described = {h.name: h for h in rule_named(spec.optimizer).hyperparameters}
        return {name: number(described[name], value) for name, value in spec.hyper.items() if name in self.header}

    def rule_cells(self) -> list[Cell]:
        """Return formula and function of each rule."""
        cells = [text(f"## {tr('Update rules') if len(self.rules) > 1 else tr('Update rule')}", self._about_rules())]
        for name, rule in self.rules.items():
            hyper = next(spec.hyper for spec in self.specs if spec.optimizer == name)
            lines = [] if name.startswith(PREFIX) else general_lines(rule, hyper, _LATE)
            formulas = display(*(f"{left} &\\leftarrow {right}" for left, right in lines)) if lines else ""
            cells.append(text(f"### {plain(tr(rule.label))}", plain(tr(rule.explanation)), formulas))
            cells.append(code(self.codes[name].source))
        return cells

    def _about_rules(self) -> str:
        return tr(
            "A rule is a function: it is given the parameters `w` and their gradient, each as one vector, and returns "
            "the new parameters. What it remembers from one update to the next is in `state`; it begins as zeros."
        )

    def gradient_cells(self) -> list[Cell]:
        """Return what happens to the gradient before a rule gets it; nothing where nothing does."""
        if not self.changes_gradient:
            return []
        names = [n for n in ("noise", "noise_seed", "clip_value", "clip_norm", "weight_decay") if n in self.header]
        rule = "rule, " if self._coupled and self._apart else ""
        lines = [f"def used_gradient(gradient, w, step, {rule}{', '.join(names)}, **others):"]
        if self.uses("noise"):
            numbered = "(int(noise_seed) * 0x9E3779B97F4A7C15 + step) % 2**63"
            lines += [
                "    if noise:",
                f"        seed = {numbered if 'noise_seed' in names else 'step'}",
                "        generator = torch.Generator().manual_seed(seed)",
                "        normal = torch.randn(gradient.shape, generator=generator, dtype=torch.float64)",
                "        gradient = gradient + noise * normal.to(gradient.dtype)",
            ]
        if self.uses("clip_value"):
            lines += ["    if clip_value:", "        gradient = gradient.clip(-clip_value, clip_value)"]
        if self.uses("clip_norm"):
            lines += [
                "    if clip_norm:",
                "        norm = torch.linalg.vector_norm(gradient)",
                "        gradient = gradient * (clip_norm / (norm + 1e-6)).clamp(max=1.0)",
            ]
        if self._coupled:
            condition = "weight_decay"
            if self._apart:
                condition += f" and rule not in ({', '.join(self._apart)},)"
            lines += [f"    if {condition}:", "        gradient = gradient + weight_decay * w"]
        about = tr(
            "The rule is not given the gradient as it is: noise is added, it is clipped, and weight decay counts as "
            "gradient, in this order and as far as they are set. The noise depends on its seed and the step alone, so "
            "that every run has the same."
        )
        return [text(f"## {tr('The gradient that is used')}", about), code("\n".join([*lines, "    return gradient"]))]

    def schedule_cells(self) -> list[Cell]:
        """Return how the learning rate falls or rises; nothing where it stays."""
        used = {spec.schedule.kind: spec.schedule for spec in self.specs if spec.schedule != CONSTANT}
        if not used:
            return []
        about = tr("A schedule is a function too: what the learning rate is multiplied by at a step.")
        sentences = [plain(tr(schedule.description.explanation)) for schedule in used.values()]
        kinds = [(kind, any(self._overflows(spec, kind) for spec in self.specs)) for kind in used]
        blocks = [guarded(SCHEDULES[kind][1]) if careful else SCHEDULES[kind][1] for kind, careful in kinds]
        return [text(f"## {tr('Schedule of the learning rate')}", about, *sentences), code(*blocks)]

    def _overflows(self, spec: RunSpec, kind: str) -> bool:
        return spec.schedule.kind == kind and spec.schedule.hyper.get("factor", 0) > 1

    def run_cells(self, steps: int) -> list[Cell]:
        """Return what each run is, and which hyper-parameters are in force at a step."""
        described = "\n".join(self._entry(spec, number) for number, spec in enumerate(self.specs))
        about = tr(
            "What sets the runs apart. `memory` names what the rule remembers, `hyper` holds its hyper-parameters."
        )
        changes = tr("From the steps in `changes` on, hyper-parameters have other values.") if self.has_changes else ""
        lines = ["def hyper_at(run, step):", '    hyper = dict(run["hyper"])']
        if self.has_changes:
            lines += [
                '    for first, new in run["changes"].items():',
                "        if first <= step:",
                "            hyper.update(new)",
            ]
        if self.has_schedule:
            lines.append('    hyper["learning_rate"] *= run["schedule"](step)')
        return [
            text(f"## {tr('The runs') if len(self.specs) > 1 else tr('The run')}", about, changes),
            code(
                f"STEPS = {steps}\n\nruns = [\n{described}\n]",
                "\n".join([*lines, "    return hyper"]) if len(lines) > 2 else "",
            ),
        ]

    def _entry(self, spec: RunSpec, place: int) -> str:
        rule, made = self.rules[spec.optimizer], self.codes[spec.optimizer]
        described = {h.name: h for h in rule.hyperparameters}
        items = {"label": label(labels(self.specs)[place]), "rule": made.name, "memory": literal(list(made.memory), 18)}
        if self.starts:
            items["start"] = literal(list(self.starts[place]), 17)
        items["hyper"] = literal(self._hyper(spec), 17)
        if self.has_changes:
            changes = {
                change.step: {name: number(described[name], value) for name, value in change.hyper.items()}
                for change in spec.change
            }
            items["changes"] = literal(changes, 19)
        if self.has_schedule:
            items["schedule"] = self._schedule(spec)
        if any(spec.events for spec in self.specs):
            items["events"] = literal({step: _script(deeds) for step, deeds in spec.events.items()}, 18)
        items["colour"] = quoted(run_colour(place, spec.colour))
        if spec.hidden:
            items["hidden"] = "True"
        lines = "".join(f'        "{key}": {source},\n' for key, source in items.items())
        return f"    {{\n{lines}    }},"

    def _schedule(self, spec: RunSpec) -> str:
        if spec.schedule == CONSTANT:
            return "lambda step: 1.0"
        numbers = ", ".join(f"{name}={value!r}" for name, value in spec.schedule.hyper.items())
        return f"lambda step: {SCHEDULES[spec.schedule.kind][0]}(step, {numbers})"

    @property
    def hyper_line(self) -> str:
        """The line of a loop over the steps that finds the hyper-parameters."""
        return "hyper = hyper_at(run, step)" if self.has_changes or self.has_schedule else 'hyper = run["hyper"]'

    def update_lines(self, loss: str) -> list[str]:
        """Return the lines of a loop over the steps that make one update; ``loss`` evaluates it at ``point``."""
        rule = 'run["rule"], ' if self._coupled and self._apart else ""
        call = f"used_gradient(gradient, w, step, {rule}**hyper)" if self.changes_gradient else "gradient"
        lines = []
        if self.evaluates:
            elsewhere = call.replace("gradient, w,", "slope, point,").replace("(gradient)", "(slope)")
            lines += [
                "def evaluate(point, hyper=hyper, step=step):",
                f"    value, slope = {loss}",
                f"    return value, {elsewhere if self.changes_gradient else 'slope'}",
                "",
                'state["evaluate"] = evaluate',
            ]
        return [*lines, 'state["t"] = step + 1', f'w = run["rule"](w, {call}, state, **hyper)']

    def table_cells(self, shown: Sequence[str], target: str) -> list[Cell]:
        """Return the table of all runs: the columns ``shown`` printed, everything written to a file."""
        about = tr(
            "Row *k* describes the state after *k* updates; its hyper-parameters are those of the update that follows. "
            "Numbers have all their digits, so that they read back as they are."
        )
        return [
            text(f"## {tr('The table of the run')}", about),
            code(
                f"header = {literal(list(self.header), 9)}",
                """
                table = []
                for number, rows in enumerate(results):
                    for step, row in enumerate(rows):
                        cells = [repr(float(row[name])) if name in row else "" for name in header[2:]]
                        table.append([str(number), str(step), *cells])
                """,
            ),
            code(
                f"shown = {literal(list(shown), 8)}",
                """
                for number, rows in enumerate(results):
                    print(runs[number]["label"])
                    print(f"{'step':>6}", *(f"{name:>22}" for name in shown))
                    every = max(1, len(rows) // 10)
                    for step in sorted({*range(0, len(rows), every), len(rows) - 1}):
                        print(f"{step:6}", *(f"{float(rows[step].get(name, 'nan')):22}" for name in shown))
                """,
            ),
            csv_cell(target),
        ]


def csv_cell(target: str) -> Cell:
    """Return the cell that writes header and table to a file."""
    return code(f"""
        with open({quoted(target)}, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\\n")
            writer.writerow(header)
            writer.writerows(table)
    """)


def _parts(spec: RunSpec) -> list[dict[str, float]]:
    return [spec.hyper, *(change.hyper for change in spec.change)]


def _script(deeds: Script) -> list[Any]:
    # As a document holds it: verbs, and edits as name, index and value.
    return [(deed.parameter, deed.index, deed.value) if isinstance(deed, Edit) else deed for deed in deeds]
