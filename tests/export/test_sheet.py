"""Sheets: several views, film strips, styles, dots per inch, captions and legends."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdsim.errors import InputError
from gdsim.export import contour_axes, figure, scenes, surface_axes
from gdsim.export.contrast import contrast
from gdsim.export.style import STYLES
from gdsim.simulation.files import load, validate
from gdsim.simulation.picture_spec import PictureSpec
from gdsim.simulation.scenario import Scenario

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw fewer patches: nothing here depends on how smooth the surface is."""
    monkeypatch.setattr(scenes, "_POINTS", 31)


def bowl(*changes: dict[str, Any], **rest: Any) -> Scenario:
    """Return gradient descent in a round bowl, one run for each of ``changes``."""
    run = {"optimizer": "gd", "learning_rate": 0.1, "start": {"x": 1.5, "y": 1.0}}
    problem = {"formula": "x**2 + y**2", "domain": {"x": [-2, 2], "y": [-2, 2]}}
    return validate({"problem": problem, "run": [run | change for change in changes or ({},)], **rest})


def sheet(scenario: Scenario, **picture: Any) -> Any:
    """Return the figure of a picture, drawn."""
    spec = figure.resolved(scenario, PictureSpec(**picture))
    assert spec.size is not None
    style = figure.style_of(scenario, spec)
    with figure.drawing(style):
        result = figure.new_figure(spec.size, spec.dpi)
        figure.draw_sheet(result, scenes.stage_of(scenario, spec.steps[-1], spec.run), spec, style)
        result.canvas.draw()
    return result


def written(result: Any) -> list[str]:
    return [text.get_text() for text in result.texts]


def pixels(path: Path) -> np.ndarray[Any, Any]:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGBA")).astype(int)


def test_captions_of_a_strip_tell_step_and_loss() -> None:
    """With f = x² + y² and η = 0.1 each step multiplies both by 0.8, so the loss by 0.64."""
    steps = (0, 1, 2, 5, 10, 20)
    result = sheet(bowl(), steps=steps, views=("contour",), size=(900, 600))
    assert written(result)[2:] == [f"step {k}, loss {3.25 * 0.64**k:.6g}" for k in steps]
    assert [len(result.subfigs)] == [6]
    places = np.array([cell.bbox.p0 for cell in result.subfigs])
    assert len(set(places[:, 0].round())) == 3 and len(set(places[:, 1].round())) == 2


def test_captions_of_a_race_tell_the_step_and_how_many_are_shown() -> None:
    result = sheet(bowl({}, {"hidden": True}, {"learning_rate": 0.3}), steps=(0, 3), views=("contour",))
    assert [text for text in written(result) if text.startswith("step")] == ["step 0, 2 runs", "step 3, 2 runs"]
    labels = [text.get_text() for text in result.legends[0].get_texts()]
    assert labels == ["Gradient descent", "Gradient descent (3)", "minimum", "start"]


def test_captions_of_a_graph_are_the_words_of_its_walk() -> None:
    words = written(sheet(load("lecture-autograd"), steps=(0, 10, 21)))
    assert words[1:] == [
        "step 0 of 21",
        "step 10 of 21: forward, loss computed",
        "step 21 of 21: backward, x.grad filled",
    ]


def test_a_caption_says_where_a_run_stopped() -> None:
    words = written(sheet(bowl({"learning_rate": 1e200}), steps=(0, 9), views=("contour",)))
    assert re.match(r"step 9: stopped at \d, loss ", words[-1])


def test_several_views_at_several_steps_have_a_row_for_each_step() -> None:
    result = sheet(bowl(), steps=(1, 2), views=("surface", "contour", "loss"))
    assert len(result.subfigs) == 6 and len(result.legends) >= 2
    words = written(result)
    assert {"Surface in 3D", "Contour map", "Loss chart"} <= set(words)
    assert [word for word in words if word.startswith("step")] == ["step 1, loss 2.08", "step 2, loss 1.3312"]


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 1)), (2, (1, 2)), (3, (1, 3)), (4, (2, 2)), (6, (2, 3)), (7, (2, 4)), (10, (2, 5))]
)
def test_a_strip_is_nearly_square(count: int, shape: tuple[int, int]) -> None:
    from gdsim.export.sheet_layout import grid_of

    grid = grid_of([1.0], count, 1.0)
    assert (len(grid.rows), grid.columns) == shape


@pytest.mark.parametrize(
    ("size", "rows"), [((1920, 1440), [2, 2]), ((600, 2000), [1, 1, 1, 1]), ((3000, 600), [4]), (None, [2, 2])]
)
def test_views_at_one_step_stand_as_they_fit_best(size: tuple[int, int] | None, rows: list[int]) -> None:
    result = sheet(bowl(), views=("surface", "contour", "loss", "gradient"), steps=(3,), size=size)
    boxes = [cell.bbox for cell in result.subfigs]
    tops = sorted({round(box.y1) for box in boxes}, reverse=True)
    assert [sum(round(box.y1) == top for box in boxes) for top in tops] == rows
    names = [text for text in result.texts if text.get_weight() == "bold"]
    assert [name.get_text() for name in names] == [
        "Surface in 3D", "Contour map", "Loss chart", "Chart of the gradient norm"
    ]  # fmt: skip
    for name, box in zip(names, boxes, strict=True):
        written = name.get_window_extent()
        assert box.x0 <= written.x0 and written.x1 <= box.x1 and 0 <= written.y0 - box.y1 < 3 * written.height


def test_views_fill_the_picture_that_suits_them() -> None:
    from gdsim.export.sheet_layout import aspects_of, grid_of, size_of
    from gdsim.export.views import VIEWS

    shapes = {}
    for count in range(2, 5):
        views = VIEWS["surface"][:count]
        width, height = size_of(bowl(), views, (3,))
        grid = grid_of(aspects_of(bowl(), views, strip=False), 1, width / height)
        shapes[count] = [len(row) - 1 for row in grid.rows]
    assert shapes == {2: [2], 3: [2, 1], 4: [2, 2]}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("steps", [(3,), (0, 1, 2, 3)])
def test_words_stand_in_the_picture_and_apart(style: str, steps: tuple[int, ...]) -> None:
    scenario = bowl(title="A title that is far too long for a picture as small as this one is, and goes on and on")
    result = sheet(scenario, style=style, steps=steps, views=("loss",), size=(500, 400))
    boxes = [text.get_window_extent() for text in result.texts]
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 500 and box.y1 <= 400
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


@pytest.mark.parametrize("size", [(1280, 960), (600, 800)])
@pytest.mark.parametrize("view", ["surface", "contour"])
def test_the_legend_covers_no_data_and_stands_in_the_picture(view: str, size: tuple[int, int]) -> None:
    race = bowl(*[{"name": "a name of a run " + "x" * k} for k in range(14)])
    result = sheet(race, views=(view,), steps=(5,), size=size)
    cell = result.subfigs[0]
    axes, bar = cell.axes
    box = axes.get_legend().get_window_extent()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= size[0] and box.y1 <= size[1]
    assert len(axes.get_legend().get_texts()) == 14 + 2
    assert not box.overlaps(bar.get_tightbbox())
    assert bar.get_tightbbox().x1 <= size[0] and bar.get_tightbbox().y0 >= 0
    room = axes.patch.get_window_extent()
    assert box.x0 >= room.x1 - 1 or box.y1 <= room.y0 + 1
    assert room.width * room.height > 0.3 * size[0] * size[1]


def test_svg_is_made_of_vectors_but_for_the_surface(tmp_path: Path) -> None:
    for views, images in ((("surface", "contour", "loss"), 1), (("contour", "gradient"), 0)):
        figure.write_figure(bowl({}, {}), tmp_path / "a.svg", PictureSpec(views=views, steps=(4,)))
        root = ET.parse(tmp_path / "a.svg").getroot()
        assert len(list(root.iter(f"{SVG}image"))) == images
        texts = {"".join("".join(each.itertext()).split()) for each in root.iter(f"{SVG}text")}
        assert {"Contourmap", "2runs,step4", "start", "minimum", "x", "y"} <= texts
        # Numbers of the levels: 1 on a bowl from 0 to 8.
        assert "1" in texts


def test_pdf_has_embedded_type_42_fonts_and_the_size_of_its_dpi(tmp_path: Path) -> None:
    from pypdf import PdfReader

    for dpi in (96.0, 300.0):
        figure.write_figure(bowl(), tmp_path / "a.pdf", PictureSpec(views=("contour",), size=(600, 450), dpi=dpi))
        page = PdfReader(tmp_path / "a.pdf").pages[0]
        box = [float(page.mediabox.width), float(page.mediabox.height)]
        assert box == pytest.approx([600 * 72 / dpi, 450 * 72 / dpi], abs=0.01)
        fonts: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        for font in fonts.values():
            font = font.get_object()
            if font["/Subtype"] == "/Type0":
                font = font["/DescendantFonts"][0].get_object()
            assert font["/Subtype"] in ("/CIDFontType2", "/TrueType"), "a Type 3 font is no text for many programs"
            assert "/FontFile2" in font["/FontDescriptor"]
        assert "loss" in page.extract_text() and "η = 0.1" in page.extract_text()


@pytest.mark.parametrize("view", ["surface", "contour", "loss"])
def test_dpi_changes_the_size_on_paper_and_nothing_else(tmp_path: Path, view: str) -> None:
    from PIL import Image

    for dpi in (96.0, 240.0):
        spec = PictureSpec(views=(view,), size=(501, 377), dpi=dpi)
        figure.write_figure(bowl(), tmp_path / f"{dpi:g}.png", spec)
        with Image.open(tmp_path / f"{dpi:g}.png") as image:
            assert image.size == (501, 377)
            assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.05)
    difference = np.abs(pixels(tmp_path / "96.png") - pixels(tmp_path / "240.png"))
    assert float((difference.max(axis=2) > 40).mean()) < 0.01


@pytest.mark.parametrize("view", ["surface", "contour", "loss", "gradient"])
def test_print_has_no_colours(tmp_path: Path, view: str) -> None:
    scenario = bowl({"colour": "#ff0000"}, {"learning_rate": 0.3}, {"learning_rate": 0.9}, view={"colormap": "turbo"})
    figure.write_figure(scenario, tmp_path / "a.png", PictureSpec(views=(view,), style="print", size=(400, 300)))
    image = pixels(tmp_path / "a.png")[..., :3]
    assert (image.max(axis=2) - image.min(axis=2)).max() <= 2
    assert image.min() < 30 and image.max() == 255


def test_print_tells_sixty_six_runs_apart() -> None:
    from gdsim.export.run_look import look_of

    content = bowl(*[{"start": {"x": 0.01 * k, "y": 1}} for k in range(66)])
    scene: Any = scenes.stage_of(content, 0).at(0)
    assert len({look_of(run, scene, STYLES["print"]) for run in scene.shown}) == 66


@pytest.mark.parametrize("view", ["surface", "contour", "loss", "gradient"])
def test_in_the_dark_all_words_can_be_read(tmp_path: Path, view: str) -> None:
    from matplotlib.colors import to_hex
    from matplotlib.text import Text

    result = sheet(bowl({}, {}), style="dark", views=(view,), size=(400, 300))
    ground = STYLES["dark"].ground
    # Numbers on the map are read on its bands, not on the ground.
    inside = {id(text) for cell in result.subfigs for axes in cell.axes for text in axes.texts}
    for text in result.findobj(Text):
        if text.get_text() and text.get_visible() and id(text) not in inside:
            assert contrast(to_hex(text.get_color()), ground) >= 4.5, text.get_text()
    figure.write_figure(bowl(), tmp_path / "a.png", PictureSpec(views=(view,), style="dark", size=(400, 300)))
    image = pixels(tmp_path / "a.png")
    assert image[0, 0].tolist() == [0x1E, 0x1F, 0x22, 255]


@pytest.mark.parametrize("style", STYLES)
def test_every_run_stands_out_from_the_ground(style: str) -> None:
    from gdsim.export.run_look import look_of

    scene: Any = scenes.stage_of(bowl({"colour": "#000000"}, {"colour": "#ffffff"}, *[{}] * 18), 0).at(0)
    for run in scene.shown:
        look = look_of(run, scene, STYLES[style])
        assert contrast(look.colour, STYLES[style].ground) >= 3.0, "WCAG 2.1, 1.4.11"


def test_a_transparent_picture_lets_its_ground_through(tmp_path: Path) -> None:
    spec = PictureSpec(views=("loss",), transparent=True, size=(400, 300))
    figure.write_figure(bowl(), tmp_path / "a.png", spec)
    image = pixels(tmp_path / "a.png")
    assert image[0, 0, 3] == 0 and float((image[..., 3] == 0).mean()) > 0.5 and image[..., 3].max() == 255


def test_a_slide_has_larger_type() -> None:
    sizes = [sheet(bowl(), style=style, size=(640, 480)).texts[0].get_fontsize() for style in ("screen", "slide")]
    assert sizes[1] == pytest.approx(1.5 * sizes[0])


def test_text_in_a_strip_shrinks_less_than_its_cells() -> None:
    one, many = (
        figure.style_of(bowl(), PictureSpec(views=("contour",), steps=steps, size=(1152, 960))).scale
        for steps in ((9,), tuple(range(9)))
    )
    assert one == pytest.approx(1.0)
    assert 1.3 / 3 < many < 1, "the cells have a third of the width"


def test_a_formula_is_typeset_as_the_title_and_settings_have_greek_letters() -> None:
    title, subtitle = sheet(bowl({"optimizer": "momentum", "learning_rate": 0.05, "gamma": 0.5}), steps=(0,)).texts
    assert title.get_text() == "$x^{2} + y^{2}$" and title.get_parse_math()
    assert subtitle.get_text() == "Momentum (lecture): η = 0.05, γ = 0.5; step 0, loss 3.25"
    titled = sheet(bowl(title="$5 & more"), steps=(0,)).texts[0]
    assert titled.get_text() == "$5 & more" and not titled.get_parse_math()


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_equal_sheets_give_equal_bytes(tmp_path: Path, kind: str) -> None:
    for name in "ab":
        spec = PictureSpec(views=("contour", "loss"), steps=(0, 4), size=(400, 400), style="dark")
        figure.write_figure(bowl({}, {}), tmp_path / f"{name}.{kind}", spec)
    assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


@pytest.mark.parametrize("module", [surface_axes, contour_axes])
def test_the_ground_is_drawn_once_and_the_runs_again(module: Any) -> None:
    """What a film does gives the same pixels as drawing everything anew."""
    stage = scenes.stage_of(load("lecture-surface"), 20)
    style = STYLES["screen"].at(0.5)
    draw = module.draw_surface if module is surface_axes else module.draw_contour
    pictures = []
    with figure.drawing(style):
        again, anew = figure.new_figure((320, 240)), figure.new_figure((320, 240))
        axes = module.draw_ground(again, stage.at(20), style)
        for artist in module.draw_runs(axes, stage.at(5), style):
            if artist is not axes.get_legend():
                artist.remove()
        module.draw_runs(axes, stage.at(20), style)
        draw(anew, stage.at(20), style)
        for result in (again, anew):
            result.canvas.draw()
            pictures.append(np.asarray(result.canvas.buffer_rgba()).copy())  # type: ignore[attr-defined]
    assert (pictures[0] == pictures[1]).all()


def test_a_box_keeps_its_size_when_it_is_turned_and_doubles_with_the_zoom() -> None:
    from mpl_toolkits.mplot3d import proj3d

    def height(**view: float) -> float:
        """Return the pixels between the lower and the upper end of the vertical through the middle."""
        axes = sheet(bowl(view=view), steps=(0,), size=(640, 480)).subfigs[0].axes[0]
        x, y, _ = proj3d.proj_transform(np.zeros(2), np.zeros(2), np.array(axes.get_zlim()), axes.get_proj())
        return float(np.diff(axes.transData.transform(np.column_stack([x, y]))[:, 1])[0])

    assert height(azim=10, elev=30) == pytest.approx(height(azim=75, elev=30))
    assert height(azim=10, elev=30, zoom=2) == pytest.approx(2 * height(azim=10, elev=30), rel=5e-3)


def test_what_a_picture_leaves_open_is_filled_in() -> None:
    spec = figure.resolved(bowl(playback={"steps": 7}), PictureSpec(engine="window"))
    assert (spec.views, spec.steps, spec.size, spec.engine) == (("surface",), (7,), (1280, 960), "matplotlib")
    assert figure.resolved(load("lecture-autograd"), PictureSpec()).steps == (21,)
    wide = figure.resolved(bowl(), PictureSpec(views=("surface", "contour"))).size
    assert wide is not None and wide[0] > 1.8 * wide[1]
    largest = figure.resolved(bowl(), PictureSpec(views=("surface", "contour", "loss"), steps=tuple(range(20)))).size
    assert largest is not None and largest[0] <= 7680 and largest[1] <= 4320


@pytest.mark.parametrize(
    ("picture", "target", "sentence"),
    [
        ({"views": ("decision",)}, "a.png", "has no view 'decision'; it has surface"),
        ({"run": 3}, "a.png", "no run 3: the scenario has 1"),
        ({}, "a.gif", "must end in .png, .svg or .pdf"),
        ({}, "missing/a.png", "cannot be written: no such file or directory"),
    ],
)
def test_what_cannot_be_drawn_is_refused(tmp_path: Path, picture: dict[str, Any], target: str, sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        figure.write_figure(bowl(), tmp_path / target, PictureSpec(**picture, size=(64, 64)))
    assert list(tmp_path.iterdir()) == []


def test_charts_need_a_run_that_is_shown_and_maps_do_not(tmp_path: Path) -> None:
    scenario = bowl({"hidden": True})
    figure.write_figure(scenario, tmp_path / "a.png", PictureSpec(views=("surface", "contour"), size=(200, 100)))
    with pytest.raises(InputError, match="All runs are hidden"):
        figure.write_figure(scenario, tmp_path / "b.png", PictureSpec(views=("loss",)))
    nowhere = bowl(problem={"formula": "log(-1 - x**2) + y", "domain": {"x": [-2, 2], "y": [-2, 2]}})
    with pytest.raises(InputError, match="finite nowhere"):
        figure.write_figure(nowhere, tmp_path / "b.png", PictureSpec(views=("contour",)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("log_height", [False, True])
@pytest.mark.parametrize(
    "formula", ["x*0 + y*0 + 3", "exp(exp(x**2 + y**2))", "1/(x*y)", "1e-300*(x**2 + y**2)", "1e306*x*y", "log(x) + y"]
)
def test_odd_surfaces_have_a_map_without_a_warning(tmp_path: Path, formula: str, log_height: bool) -> None:
    scenario = bowl(
        problem={"formula": formula, "domain": {"x": [-2, 2], "y": [-2, 2]}}, view={"log_height": log_height}
    )
    figure.write_figure(scenario, tmp_path / "a.png", PictureSpec(views=("contour",), size=(320, 240), steps=(10,)))
    assert pixels(tmp_path / "a.png").std() > 2


def test_many_cells_in_the_smallest_picture_are_drawn(tmp_path: Path) -> None:
    spec = PictureSpec(views=("contour",), steps=tuple(range(12)), size=(64, 64))
    figure.write_figure(bowl(), tmp_path / "a.png", spec)
    assert pixels(tmp_path / "a.png").shape[:2] == (64, 64)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_picture_carries_the_scenario_that_draws_it_again(tmp_path: Path, kind: str) -> None:
    spec = PictureSpec(views=("contour", "loss"), steps=(1, 4), size=(300, 300), style="slide", dpi=120)
    scenario = bowl({}, {"learning_rate": 0.3}, view={"elev": 20, "zoom": 1.5})
    first, again = tmp_path / f"first.{kind}", tmp_path / f"again.{kind}"
    figure.write_figure(scenario, first, spec)
    opened = load(first)
    assert opened == scenario.model_copy(update={"picture": figure.resolved(scenario, spec)})
    assert opened.shown_step == 4
    figure.write_figure(opened, again)
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("size", [(400, 1200), (1500, 400), (500, 400)])
def test_equal_ranges_are_equally_long_on_a_map_of_any_shape(size: tuple[int, int]) -> None:
    axes, bar = sheet(bowl({}, {}), views=("contour",), steps=(3,), size=size).subfigs[0].axes
    (x0, y0), (x1, y1) = axes.transData.transform([(0, 0), (1, 1)])
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert 0 < bar.get_tightbbox().x0 - axes.bbox.x1 < 60, "the colour bar stands beside the map"


def test_a_map_of_unequal_ranges_fills_its_place() -> None:
    wide = bowl(problem={"formula": "x**2 + y**2", "domain": {"x": [-2, 2], "y": [-1, 1]}})
    axes = sheet(wide, views=("contour",), steps=(3,), size=(500, 1000)).subfigs[0].axes[0]
    assert axes.bbox.height > 2 * axes.bbox.width


def test_a_colour_bar_is_no_longer_than_the_surface() -> None:
    axes, bar = sheet(bowl(), views=("surface",), steps=(3,), size=(400, 2000)).subfigs[0].axes
    drawn = axes.get_tightbbox()
    assert 0.5 * drawn.height < bar.bbox.height < 1.02 * drawn.height
    assert drawn.y0 - 10 < bar.bbox.y0 and bar.bbox.y1 < drawn.y1 + 10


@pytest.mark.parametrize(("module", "axes_of"), [(contour_axes, "contour"), (surface_axes, "surface")])
def test_a_minimum_is_seen_above_the_ways_and_around_the_present_points(module: Any, axes_of: str) -> None:
    axes = sheet(bowl({}, {}), views=(axes_of,), steps=(40,), size=(640, 480)).subfigs[0].axes[0]
    star = next(line for line in axes.lines if line.get_label() == "minimum")
    ways = [line for line in axes.lines if line.get_linestyle() != "None"]
    present = [line for line in axes.lines if line.get_zorder() == module._POINTS + 1]
    assert len(ways) == 4 and len(present) == 2
    assert max(line.get_zorder() for line in ways) < star.get_zorder() < present[0].get_zorder()
    # The rays of a five-pointed star reach out from 0.38 of its radius.
    assert 0.38 * star.get_markersize() < present[0].get_markersize() < 0.5 * star.get_markersize()


def test_the_rims_of_ways_lie_below_all_of_them_and_are_seen_around_their_marks() -> None:
    axes = sheet(bowl({}, {}), views=("contour",), steps=(9,), size=(640, 480)).subfigs[0].axes[0]
    rims = [line for line in axes.lines if line.get_zorder() == contour_axes._PATH]
    dots = [line for line in axes.lines if line.get_zorder() == contour_axes._PATH + 1 and line.get_marker() != "None"]
    assert len(rims) == len(dots) == 2
    assert all(
        rim.get_linewidth() > 1.3 * (dot.get_markersize() + dot.get_markeredgewidth()) for rim in rims for dot in dots
    )


def test_a_constant_surface_stands_in_the_middle_of_its_heights() -> None:
    flat = bowl(problem={"formula": "0*x + 0*y + 3", "domain": {"x": [-2, 2], "y": [-2, 2]}})
    axes, bar = sheet(flat, views=("surface",), steps=(0,), size=(400, 300)).subfigs[0].axes
    assert axes.get_zlim() == pytest.approx((2.5, 3.5)) and bar.get_ylim() == pytest.approx((2.5, 3.5))


def test_huge_heights_are_written_at_their_ticks() -> None:
    huge = bowl(problem={"formula": "1e26*x**2 + y", "domain": {"x": [-2, 2], "y": [-2, 2]}})
    axes = sheet(huge, views=("surface",), steps=(0,), size=(800, 600)).subfigs[0].axes[0]
    assert axes.zaxis.get_offset_text().get_text() == ""
    labels = {text.get_text() for text in axes.get_zticklabels()}
    assert {"0", "2e26"} <= labels


def test_characters_that_no_font_has_are_told_in_a_sentence(
    tmp_path: Path, recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = bowl({"name": "动量 α"}, {}, title="最速下降法")
    picture = PictureSpec(views=("loss",), size=(400, 300))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gdsim.export.glyphs._FALLBACKS", ())  # whatever is installed
        notes = figure.write_figure(scenario, tmp_path / "a.png", picture)
    assert len(notes) == 1 and set("最速下降法动量") <= set(notes[0]) and "α" not in notes[0]
    assert notes[0].startswith("No installed font has the characters ")
    assert figure.write_figure(scenario, tmp_path / "a.svg", picture) == [], "its reader has fonts of his own"
    assert not recwarn.list and not caplog.records


def test_fonts_for_other_characters_are_those_that_are_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.font_manager import FontEntry, fontManager

    from gdsim.export.glyphs import families

    names = ("SimHei", "DejaVu Sans", "Comic Sans", "Noto Sans CJK JP")
    monkeypatch.setattr(fontManager, "ttflist", [FontEntry(name=name) for name in names])
    assert families() == ["DejaVu Sans", "Noto Sans CJK JP", "SimHei", "sans-serif"]
