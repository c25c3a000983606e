"""The chain rule for one leaf, written out: the product with symbols and with numbers, and its local derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce

from gdsim.formula.latex import BREAK, Printer
from gdsim.formula.tree import ATOM, Binary, Node, Variable
from gdsim.i18n import tr
from gdsim.simulation.chain_rule import Factor, Link, derivatives, factors, rows, slope
from gdsim.simulation.lines import RESULT, Line, Section, slots
from gdsim.simulation.slope_lines import local, slope_line, slope_note, total
from gdsim.simulation.walk import State, Walk

MOST_ROWS = 12
"""Nodes up to which a sum over very many paths is written out node by node."""

_COUNTABLE = 10**6


def chain_sections(walk: Walk, state: State, leaf: str) -> tuple[Section, ...]:
    """Write out the derivative of the result by a leaf as far as the walk has come.

    Parameters
    ----------
    walk, state
        The walk, and where it stands.
    leaf
        Name of the leaf.
    """
    graph = walk.graph
    title = tr("Chain rule for {leaf}", leaf=leaf) if leaf in graph.names else tr("Chain rule")
    reason = _no_chain(walk, leaf)
    if reason:
        return (Section("chain", title, (), reason),)
    chain = factors(graph, graph.names[leaf])
    written = _Writer(walk, state)
    lines = tuple(written.totals(chain))
    if len(chain) > 1 or not lines:
        lines = (written.product(chain, graph.names[leaf]), *lines)
    note = " ".join(written.notes(chain, graph.names[leaf]))
    local_derivatives = written.local_section(chain)
    return (Section("chain", title, lines, note), *((local_derivatives,) if local_derivatives.lines else ()))


def _no_chain(walk: Walk, leaf: str) -> str:
    """Say why there is no product for a leaf; empty where there is one."""
    graph = walk.graph
    index = graph.names.get(leaf)
    if index is None:
        return tr("Choose a leaf to see the derivative by it.")
    result = graph.nodes[graph.result].name
    if not graph.nodes[index].requires_grad:
        return tr("{leaf} does not require a gradient, so none flows back to it.", leaf=leaf)
    if index == graph.result:
        return tr("{leaf} itself is the result: the derivative is 1.", leaf=leaf)
    if index in graph.backward_order:
        return ""
    if not _uses(walk, index):
        return tr("{result} does not depend on {leaf}.", result=result, leaf=leaf)
    return tr(
        "detach cuts every way from {result} back to {leaf}: no gradient flows back to it.", result=result, leaf=leaf
    )


def _uses(walk: Walk, index: int) -> bool:
    """Whether the result is computed from a node, gradient or not."""
    return walk.graph.result in _computed_from(walk, index)


def _computed_from(walk: Walk, index: int) -> set[int]:
    found = {index}
    for edge in walk.graph.edges:
        if edge.source in found:
            found.add(edge.target)
    return found


class _Writer:
    """Writes lines on the links of one graph."""

    def __init__(self, walk: Walk, state: State) -> None:
        self.walk, self.state, self.nodes = walk, state, walk.graph.nodes

    def product(self, chain: Sequence[Factor], leaf: int) -> Line:
        """Write the whole derivative as one product."""
        values: dict[str, float] = {}
        known = True
        for factor in chain:
            for name, value in self._values(factor).items():
                known = known and value is not None
                values[name] = value if value is not None else math.nan
        left, plain_left = self._total(self.walk.graph.result, leaf)
        texts = [self._plain(factor) for factor in chain]
        return Line(
            key="chain",
            left=left,
            plain_left=plain_left,
            node=reduce(_times, (_node(factor) for factor in chain)),
            plain_symbols=" * ".join(texts) if len(texts) > 1 else texts[0].strip("()"),
            symbols=_pieces(
                chain,
                lambda link, first: self._local(link)[0],
                lambda factor: self._total(factor.target, factor.source)[0],
            ),
            numbers=_pieces(chain, _link_slot, _total_slot) if len(values) > 1 else (),
            values=values,
            result=self.walk.numbers.gradients[leaf] if known else None,
            colours={RESULT: "gradient"},
            computed=known and any(self._is_new(link) for factor in chain for link in factor.links),
        )

    def _values(self, factor: Factor) -> dict[str, float | None]:
        if not factor.paths:
            return {_total_name(factor): derivatives(factor, self.state.slopes).get(factor.source)}
        links = {link for path in factor.paths for link in path}
        return {_name(link): slope(link, self.state.slopes) for link in sorted(links, key=lambda each: each.edges)}

    def totals(self, chain: Sequence[Factor]) -> Iterator[Line]:
        """Write sums over very many paths node by node."""
        for factor in chain:
            if factor.paths or not _is_written_out(factor):
                continue
            known = derivatives(factor, self.state.slopes)
            for source, links in rows(factor).items():
                yield self._row(factor, source, links, known)

    def _row(self, factor: Factor, source: int, links: Sequence[Link], known: Mapping[int, float]) -> Line:
        terms: list[Node] = []
        latex: dict[str, str] = {}
        plain: list[str] = []
        values: dict[str, float] = {}
        for link in links:
            own = slope(link, self.state.slopes)
            values[_name(link)] = math.nan if own is None else own
            latex[_name(link)], text = self._local(link)
            term: Node = Variable(_name(link))
            if link.target != factor.target:
                above = f"t{factor.target}_{link.target}"
                values[above] = known.get(link.target, math.nan)
                latex[above], upstream = self._total(factor.target, link.target)
                term, text = _times(Variable(above), term), f"{upstream} * {text}"
            terms.append(term)
            plain.append(text)
        left, plain_left = self._total(factor.target, source)
        node = reduce(_plus, terms)
        return Line(
            key=f"total.{factor.target}.{source}",
            left=left,
            plain_left=plain_left,
            node=node,
            plain_symbols=" + ".join(plain),
            symbols=Printer(lambda name, place: (latex[name], ATOM)).terms(node),
            numbers=slots(node) if len(values) > 1 else (),
            values=values,
            result=known.get(source),
            colours={RESULT: "gradient"} if factor.target == self.walk.graph.result else {},
            computed=source in known and any(map(self._is_new, links)),
        )

    def local_section(self, chain: Sequence[Factor]) -> Section:
        """Write each local derivative that the product holds, once."""
        lines, trees = [], []
        for factor in chain:
            links = factor.links if _is_written_out(factor) else ()
            for link in sorted(links, key=lambda each: (-each.target, each.edges)):
                edges = [self.walk.graph.edges[index] for index in link.edges]
                tree = reduce(_plus, (edge.partial for edge in edges))
                key, result = f"local.{link.target}.{link.source}", slope(link, self.state.slopes)
                lines.append(slope_line(self.walk, key, self._local(link), tree, result, self._is_new(link)))
                trees.append(tree)
        return Section("local", tr("Local derivatives"), tuple(lines), slope_note(trees, lines))

    def notes(self, chain: Sequence[Factor], leaf: int) -> Iterator[str]:
        """Say what is put together and what is left out."""
        for factor in chain:
            if factor.paths:
                continue
            ends = {"target": self.nodes[factor.target].name, "source": self.nodes[factor.source].name}
            if factor.middle:
                yield tr("d{target}/d{source} puts the factors in the middle together.", **ends)
            elif _is_written_out(factor):
                yield tr(
                    "d{target}/d{source} is the sum over {count} paths, worked out node by node.",
                    **ends,
                    count=factor.count,
                )
            elif factor.count < _COUNTABLE:
                yield tr(
                    "d{target}/d{source} is the sum over {count} paths; each step backward adds its share.",
                    **ends,
                    count=factor.count,
                )
            else:
                yield tr(
                    "d{target}/d{source} is the sum over more than a million paths; each step backward adds its share.",
                    **ends,
                )
        above = _computed_from(self.walk, leaf)
        if any(node.is_detached and node.index in above and _uses(self.walk, node.index) for node in self.nodes):
            yield tr("Ways through detach are left out: no gradient flows along them.")

    def _is_new(self, link: Link) -> bool:
        step = self.state.step
        return step is not None and step.kind == "backward" and step.node == link.target

    def _local(self, link: Link) -> tuple[str, str]:
        return local(self.nodes[link.target].name, self.nodes[link.source].name)

    def _total(self, target: int, source: int) -> tuple[str, str]:
        return total(self.nodes[target].name, self.nodes[source].name)

    def _plain(self, factor: Factor) -> str:
        if not factor.paths:
            return self._total(factor.target, factor.source)[1]
        texts = [" * ".join(self._local(link)[1] for link in path) for path in factor.paths]
        return texts[0] if len(texts) == 1 else f"({' + '.join(texts)})"


def _is_written_out(factor: Factor) -> bool:
    """Whether every local derivative in a factor is shown."""
    return bool(factor.paths) or (not factor.middle and len(rows(factor)) <= MOST_ROWS)


def _name(link: Link) -> str:
    return f"d{link.target}_{link.source}"


def _total_name(factor: Factor) -> str:
    return f"t{factor.target}_{factor.source}"


def _plus(a: Node, b: Node) -> Node:
    return Binary("+", a, b)


def _times(a: Node, b: Node) -> Node:
    return Binary("*", a, b)


def _node(factor: Factor) -> Node:
    if not factor.paths:
        return Variable(_total_name(factor))
    paths: list[list[Node]] = [[Variable(_name(link)) for link in path] for path in factor.paths]
    products = [reduce(_times, path) for path in paths]
    return reduce(_plus, products)


def _link_slot(link: Link, first: bool) -> str:
    return rf"\slot{{{_name(link)}}}{{{0 if first else 1}}}"


def _total_slot(factor: Factor) -> str:
    return rf"\slot{{{_total_name(factor)}}}{{1}}"


def _pieces(
    chain: Sequence[Factor], link: Callable[[Link, bool], str], total: Callable[[Factor], str]
) -> tuple[str, ...]:
    """Return the product factor by factor, so that it can be broken between them, and within a sum if it must."""
    pieces = []
    for index, factor in enumerate(chain):
        if not factor.paths:
            text = total(factor)
        elif len(factor.paths) == 1:
            text = link(factor.paths[0][0], index == 0)
        else:
            products = [[link(each, place == 0) for place, each in enumerate(path)] for path in factor.paths]
            text = _sum(products, bracketed=len(chain) > 1)
        pieces.append(text if index == 0 else rf"\cdot\;{text}")
    return tuple(pieces)


def _sum(products: list[list[str]], bracketed: bool) -> str:
    """Return a sum that may be broken within; its brackets grow with what they stand beside."""
    if bracketed:
        products[0][0] = rf"\left({products[0][0]}\right."
        products[-1][-1] = rf"\left.{products[-1][-1]}\right)"
    return rf"\,{BREAK}+\;".join(rf"\,{BREAK}\cdot\;".join(product) for product in products)
