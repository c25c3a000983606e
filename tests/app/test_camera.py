"""The camera model: bounds, one signal a change."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdsim.app.camera import Camera, wrap_azimuth
from gdsim.errors import InputError


def counted(camera: Camera) -> list[tuple[float, float]]:
    seen: list[tuple[float, float]] = []
    camera.changed.connect(lambda: seen.append((camera.elevation, camera.azimuth)))
    return seen


def test_starts_with_the_lectures_view() -> None:
    camera = Camera()
    assert (camera.elevation, camera.azimuth, camera.distance, camera.center) == (45, 60, 10, (0, 0, 0))


@pytest.mark.parametrize(
    ("given_azimuth", "kept"), [(180, 180), (-180, 180), (181, -179), (540, 180), (-200, 160), (720, 0), (-0.5, -0.5)]
)
def test_azimuth_is_normalised(given_azimuth: float, kept: float) -> None:
    camera = Camera()
    camera.set(azimuth=given_azimuth)
    assert camera.azimuth == kept


@given(st.floats(-1e6, 1e6))
def test_a_wrapped_azimuth_looks_the_same_way(degrees: float) -> None:
    wrapped = wrap_azimuth(degrees)
    assert -180 < wrapped <= 180
    assert math.cos(math.radians(wrapped - degrees)) == pytest.approx(1, abs=1e-9)


def test_several_values_make_one_signal() -> None:
    camera = Camera()
    seen = counted(camera)
    camera.set(elevation=100, azimuth=-90, distance=5)
    assert seen == [(90, -90)]


def test_nothing_new_makes_no_signal() -> None:
    camera = Camera()
    seen = counted(camera)
    camera.set(elevation=45, azimuth=420)
    assert seen == []


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_not_finite_is_refused_and_changes_nothing(value: float) -> None:
    camera = Camera()
    with pytest.raises(InputError, match="finite"):
        camera.set(elevation=10, azimuth=value)
    assert (camera.elevation, camera.azimuth) == (45, 60)


def test_reset_goes_back_to_the_whole_box() -> None:
    camera = Camera()
    camera.set(elevation=0, azimuth=0, distance=2, center=(1, 1, 1))
    camera.reset_zoom()
    assert (camera.elevation, camera.azimuth, camera.distance, camera.center) == (0, 0, 10, (0, 0, 0))
    camera.reset()
    assert (camera.elevation, camera.azimuth) == (45, 60)
