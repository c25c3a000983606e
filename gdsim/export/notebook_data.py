"""The samples of a network, made or read anew by a document: the same numbers, bit for bit."""

from __future__ import annotations

from pathlib import Path

from gdsim.export.notebook_text import Cell, code, plain, quoted, text
from gdsim.i18n import tr
from gdsim.problems.csv_layout import NUMBER, WHITE_SPACE, Layout, find_layout
from gdsim.problems.data import DataSet
from gdsim.simulation.files import seen_from
from gdsim.simulation.network_scenario import DataSpec

_SHAPES = {
    "xor": (2, """
distance = random.uniform(0.05, 1, (samples, 2))
side = np.where(np.arange(samples) // 2 % 2 == 0, 1, -1)
points = distance * np.stack([side, np.where(labels == 0, side, -side)], axis=1)
"""),
    "moons": (2, """
counts = np.bincount(labels)
angle = np.pi * (np.arange(samples) // 2 / np.maximum(counts[labels] - 1, 1))
moon = np.stack([np.cos(angle), np.sin(angle)], axis=1)
turned = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
points = np.where(labels[:, None] == 0, moon, turned)
"""),
    "circles": (2, """
counts = np.bincount(labels)
angle = 2 * np.pi * (np.arange(samples) // 2) / counts[labels]
radius = np.where(labels == 0, 1.0, 0.5)
points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
"""),
    "spirals": (2, """
counts = np.bincount(labels)
radius = 0.2 + 1.8 * (np.arange(samples) // 2 / np.maximum(counts[labels] - 1, 1))
angle = 1.5 * np.pi * radius + np.pi * labels
points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
"""),
    "blobs": (3, """
angle = np.pi / 2 + 2 * np.pi / 3 * labels
points = np.stack([np.cos(angle), np.sin(angle)], axis=1)
"""),
}  # fmt: skip
"""Number of classes, and how the points of each class lie before the noise."""


def data_cells(spec: DataSpec, learned: DataSet, held_out: DataSet | None, target: Path) -> list[Cell]:
    """Return the cells that leave features and labels behind, and those of held-out samples where there are any."""
    made, about = _made(spec, learned, target)
    blocks = [made]
    sentences = [about]
    if held_out is not None:
        sentences.append(tr("Some samples are held out: the network is judged by them and learns nothing from them."))
        blocks.append(f"""
order = np.random.default_rng([{spec.seed}, 1]).permutation(len(labels))
judged, learned = np.sort(order[:{len(held_out)}]), np.sort(order[{len(held_out)}:])
held_out_features, held_out_labels = features[judged], labels[judged]
features, labels = features[learned], labels[learned]
""")
    if spec.standardise:
        sentences.append(tr("Each feature is shifted and scaled to mean 0 and standard deviation 1."))
        blocks.append(_STANDARDISED.format(held_out=_HELD_OUT_TOO if held_out is not None else ""))
    blocks.append("features, labels = torch.from_numpy(features), torch.from_numpy(labels)")
    if held_out is not None:
        blocks[-1] += _HELD_OUT_TENSORS
    return [text(f"## {tr('The data')}", *sentences), code(*_apart(blocks))]


def _apart(blocks: list[str]) -> list[str]:
    """Return blocks of code with an empty line between them."""
    return ["\n\n".join(block.strip("\n") for block in blocks)]


_STANDARDISED = """
exact = features.astype(np.float64)
lowest, constant = exact.min(0), exact.min(0) == exact.max(0)
mean = np.where(constant, lowest, exact.mean(0))
spread = np.where(constant, 1.0, exact.std(0))
features = np.ascontiguousarray(((exact - mean) / spread).astype(np.float32))
{held_out}"""

_HELD_OUT_TENSORS = """
held_out_features = torch.from_numpy(held_out_features)
held_out_labels = torch.from_numpy(held_out_labels)"""

_HELD_OUT_TOO = """exact = held_out_features.astype(np.float64)
held_out_features = np.ascontiguousarray(((exact - mean) / spread).astype(np.float32))
"""


def _made(spec: DataSpec, learned: DataSet, target: Path) -> tuple[str, str]:
    """Return the code that makes or reads features and labels, as arrays, and a sentence about it."""
    if spec.source == "csv":
        about = tr(
            "The samples are read from {file}: the last column is the class, the others are features. `FILE` says "
            "where it lies, as seen from this document.",
            file=plain(Path(spec.file).name),
        )
        return _read(spec, learned, target), about
    if spec.source == "lecture":
        about = tr("500 samples of 20 features from 0 to 100, and three classes that have nothing to do with them.")
        return (
            f"""
generator = torch.Generator().manual_seed({spec.seed})
features = (torch.rand((500, 20), generator=generator) * 100).numpy()
labels = torch.randint(0, 3, (500,), generator=generator, dtype=torch.float32).long().numpy()
""",
            about,
        )
    classes, shape = _SHAPES[spec.source]
    about = tr("Points of {count} classes, which take turns, with normal noise.", count=classes)
    return (
        f"""
samples = {spec.samples}
random = np.random.default_rng({spec.seed})
labels = np.arange(samples) % {classes}
{shape.strip()}
features = (points + {spec.noise!r} * random.standard_normal((samples, 2))).astype(np.float32)
""",
        about,
    )


def _read(spec: DataSpec, learned: DataSet, target: Path) -> str:
    layout = find_layout(Path(spec.file))
    lines, delimiter = "file", layout.separator
    if layout.separator == WHITE_SPACE:
        lines = '(" ".join(line.split()) for line in file)'
    cell = "cell" if layout.separator == "," else 'cell.replace(",", ".")'
    decimal = "." if layout.separator == "," else _decimal_mark(layout, learned)
    numeric = all(NUMBER.fullmatch(name.replace(decimal, ".")) for name in learned.class_names)
    kind = f"[Decimal({cell}) for cell in classes]" if numeric else "classes"
    return f"""
FILE = {quoted(seen_from(spec.file, target))}

with open(FILE, encoding={layout.encoding!r}) as file:
    reader = csv.reader({lines}, delimiter={delimiter!r}, skipinitialspace=True)
    table = [row for row in reader if len(row) > 1 or "".join(row).strip()]

names, table = table[0], table[1:]
numbers = [[float({cell}) for cell in row[:-1]] for row in table]
features = np.array(numbers).astype(np.float32)
classes = [row[-1].strip() for row in table]
values = {kind}
places = {{value: place for place, value in enumerate(sorted(set(values)))}}
labels = np.array([places[value] for value in values])
"""


def _decimal_mark(layout: Layout, learned: DataSet) -> str:
    """Return what stands before the decimals of a file where commas do not part the cells."""
    if not any("," in name for name in learned.class_names):
        return "."
    with layout.open() as stream:
        rows = layout.rows(stream)
        next(rows)
        return "," if any("," in cell for _, cells in rows for cell in cells[:-1]) else "."
