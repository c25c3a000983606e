"""The document of a computational graph: the program in torch, its calls, a tangent, and the graph as a table."""

from __future__ import annotations

from gdsim.export.graph_table import HEADER
from gdsim.export.notebook_runs import csv_cell
from gdsim.export.notebook_text import Cell, code, display, literal, plain, python_names, quoted, text
from gdsim.formula.latex import symbol
from gdsim.formula.tree import Node, Variable, substituted
from gdsim.i18n import tr
from gdsim.simulation.autograd_scenario import AutogradScenario
from gdsim.simulation.torch_code import python_text
from gdsim.simulation.walk import Walk

_PLACES = 201


class _Names:
    """What the program's names and those of unnamed nodes are called in the document."""

    def __init__(self, walk: Walk) -> None:
        self.written = python_names(walk.graph.names)

    def code(self, tree: Node) -> str:
        """Return a formula as Python."""
        return python_text(substituted(tree, {name: Variable(other) for name, other in self.written.items()}))


def autograd_cells(scenario: AutogradScenario, walk: Walk, position: int, target: str) -> list[Cell]:
    """Return the cells of the document; the table holds the first ``position`` steps of the walk."""
    names = _Names(walk)
    return [
        code("import csv\nimport math\n\nimport matplotlib.pyplot as plt\nimport torch"),
        *_leaf_cells(walk, names),
        *_program_cells(walk, names),
        *_tangent_cells(scenario, walk, names),
        *_graph_cells(walk, names),
        *_table_cells(walk, position, target),
    ]


def _leaf_cells(walk: Walk, names: _Names) -> list[Cell]:
    about = tr(
        "What is given, in double precision. torch keeps account of what is computed from a tensor that requires a "
        "gradient."
    )
    lines = []
    for node in walk.graph.inputs:
        switch = ", requires_grad=True" if node.requires_grad else ""
        value = walk.leaves[node.name]
        lines.append(f"{names.written[node.name]} = torch.tensor({value!r}, dtype=torch.float64{switch})")
    return [text(f"## {tr('The leaves')}", about), code("\n".join(lines))]


def _program_cells(walk: Walk, names: _Names) -> list[Cell]:
    """Return each call in a cell of its own, and what it leaves behind."""
    program = walk.graph.program
    result = names.written[program.result]
    formulas = [f"{symbol(s.name)} &= {s.formula.latex()}" for s in program.statements]
    forward = "\n".join(f"{names.written[s.name]} = {names.code(s.formula.tree)}" for s in program.statements)
    grads = [node for node in walk.graph.inputs if node.requires_grad]
    shown = "\n".join(f"print({quoted(f'{n.name}.grad =')}, {names.written[n.name]}.grad)" for n in grads)
    cells = [text(f"## {tr('The program')}", display(*formulas))]
    for call in walk.calls:
        if call == "forward":
            made = code(f"{forward}\nprint({quoted(f'{program.result} =')}, {result}.item())")
            cells += [text(tr("`forward`: the program is computed line by line.")), made]
        elif call == "zero_grad":
            made = code("\n".join(f"{names.written[n.name]}.grad = None" for n in grads) + f"\n{shown}")
            cells += [text(tr("`zero_grad`: the gradients are forgotten.")), made]
        else:
            made = code(f"{result}.{call if call != 'backward' else 'backward()'}\n{shown}")
            cells += [text(_about_backward(kept=call != "backward")), made]
    return cells


def _about_backward(kept: bool) -> str:
    if kept:
        return tr(
            "`backward`: torch walks the graph back and adds the derivatives to `.grad` of each leaf. The graph is "
            "kept, so that it can be walked again."
        )
    return tr(
        "`backward`: torch walks the graph back and adds the derivatives to `.grad` of each leaf. The graph is freed."
    )


def _tangent_cells(scenario: AutogradScenario, walk: Walk, names: _Names) -> list[Cell]:
    """Return the result as a function of one leaf, with the tangent whose slope torch finds, where it finds one."""
    graph, leaf = walk.graph, scenario.followed
    written, result = names.written[leaf], names.written[graph.program.result]
    low, high = scenario.problem.leaf[leaf].range
    body = "\n".join(f"    {names.written[s.name]} = {names.code(s.formula.tree)}" for s in graph.program.statements)
    at = walk.leaves[leaf]
    slope = graph.names[leaf] in graph.backward_order
    about = tr("{result} as a function of {leaf}, while the other leaves stay as they are.",
               result=plain(graph.program.result), leaf=plain(leaf))  # fmt: skip
    tangent = tr("The slope of the tangent is the derivative that torch finds.") if slope else ""
    drawn = """
value = result_at(at)
slope, = torch.autograd.grad(value, at)
value = value.item()
line = value + slope * (places - at.item())
""" if slope else "value = result_at(at).item()"  # fmt: skip
    return [
        text(f"## {tr('The tangent')}", about, tangent),
        code(
            f"def result_at({written}):\n{body}\n    return {result}",
            f"""
places = torch.linspace({low!r}, {high!r}, {_PLACES}, dtype=torch.float64)
with torch.no_grad():
    heights = result_at(places).expand({_PLACES})
heights = torch.where(heights.isfinite(), heights, math.nan)

at = torch.tensor({at!r}, dtype=torch.float64{", requires_grad=True" if slope else ""})
{drawn.strip()}
""",
        ),
        code(f"""
figure, ax = plt.subplots(figsize=(7, 5))
ax.plot(places, heights)
{'ax.plot(places, line, "--", label=f"slope {slope.item():.6g}")' if slope else ""}
ax.plot(at.item(), value, "o")
finite = heights[heights.isfinite()]
if len(finite):
    low, high = finite.min().item(), finite.max().item()
    margin = 0.1 * (high - low) or 1.0
    ax.set_ylim(low - margin, high + margin)
ax.set_xlabel({f"${symbol(leaf)}$"!r})
ax.set_ylabel({f"${symbol(graph.program.result)}$"!r})
{'ax.legend(loc="upper right")' if slope else ""}
plt.show()
"""),
    ]


def _graph_cells(walk: Walk, names: _Names) -> list[Cell]:
    """Return the program once more, one operation a line, and the derivative by every node."""
    graph = walk.graph
    about = tr(
        "The same once more, one operation a line: these are the nodes of the graph. `torch.autograd.grad` gives the "
        "derivative of the result by each of those that a gradient reaches."
    )
    made = "\n".join(f"{names.written[n.name]} = {names.code(n.expression)}" for n in graph.nodes if not n.is_input)
    order = literal([graph.nodes[index].name for index in graph.backward_order], 9)
    result = names.written[graph.nodes[graph.result].name]
    tensors = ",\n".join(f"    {quoted(node.name)}: {names.written[node.name]}" for node in graph.nodes)
    return [
        text(f"## {tr('The graph')}", about),
        code(made, f"tensors = {{\n{tensors},\n}}"),
        code(f"order = {order}  # in which torch walks back", f"""
derivatives = {{}}
if order:
    found = torch.autograd.grad({result}, [tensors[name] for name in order], allow_unused=True)
    derivatives = {{name: slope.item() + 0.0 for name, slope in zip(order, found)}}
"""),
    ]  # fmt: skip


def _table_cells(walk: Walk, position: int, target: str) -> list[Cell]:
    graph = walk.graph
    forward = [node.name for node in graph.nodes if not node.is_input] or [graph.nodes[graph.result].name]
    about = tr(
        "Each row is one step of the calls: a node is computed, hands its gradient to what it was computed from, or "
        "adds it to its `.grad`."
    )
    return [
        text(f"## {tr('The table of the walk')}", about),
        code(
            f"STEPS = {position}\ncalls = {literal(list(walk.calls), 8)}",
            f"""
header = {literal(list(HEADER), 9)}
leaves = {literal([node.name for node in graph.inputs], 9)}
computed = {literal(forward, 11)}

table, grads = [], {{}}


def note(call, kind, name, gradient="", grad=""):
    tensor = tensors[name]
    grad_fn = tensor.grad_fn.name() if tensor.grad_fn else ""
    cells = [repr(number) if number != "" else "" for number in (gradient, grad)]
    table.append([call, kind, name, grad_fn, repr(tensor.item()), *cells])


for call in calls:
    if call == "zero_grad":
        grads = {{}}
        table.append([call, "zero_grad", "", "", "", "", ""])
    elif call == "forward":
        for name in computed:
            note(call, "forward", name)
    else:
        note(call, "seed", {quoted(graph.nodes[graph.result].name)}, 1.0)
        for name in order:
            if name in leaves:
                grads[name] = grads.get(name, 0.0) + derivatives[name]
                note(call, "accumulate", name, derivatives[name], grads[name])
            else:
                note(call, "backward", name, derivatives[name])
table = [[str(number), *row] for number, row in enumerate(table[:STEPS], start=1)]
""",
        ),
        code("""
            widths = [max(map(len, column)) for column in zip(header, *table)]
            for row in [header, *table]:
                print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)))
        """),
        csv_cell(target),
    ]
