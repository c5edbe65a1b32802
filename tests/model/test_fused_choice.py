"""Which way a pass goes, and where compiled code is kept."""

from __future__ import annotations

import numba
import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.kernels import KERNEL, tensors_only
from moeviz.model import make_mixture
from moeviz.model.fused import cache, choice
from moeviz.model.moments import moments
from tests.support import COMBINATIONS, combined

TANH = make_mixture("linear", "softmax", "tanh")


@pytest.mark.parametrize(
    ("mixture", "device", "chosen", "way"),
    [
        (TANH, "cpu", "", "fused"),
        (TANH, "cpu", "torch", "torch"),
        (TANH, "cuda", "", "torch"),
        (make_mixture("competition", "softmax", "tanh"), "cpu", "", "fused"),
    ],
)
def test_the_way_follows_mixture_device_and_environment(mixture, device, chosen, way, monkeypatch):
    monkeypatch.setenv(KERNEL, chosen)
    assert choice.way_of(mixture, device) == way


def test_all_registered_parts_go_through_the_compiled_pass():
    others = [names for names in COMBINATIONS if choice.way_of(combined(*names), "cpu") != "fused"]
    assert others == []


def test_without_numba_everything_goes_tensor_by_tensor(monkeypatch):
    monkeypatch.setattr(choice, "available", lambda: False)
    assert choice.way_of(TANH, "cpu") == "torch"
    assert not choice.allowed(torch.zeros(1, dtype=torch.float64))


def test_a_process_that_answers_people_goes_tensor_by_tensor():
    with tensors_only(), tensors_only():
        assert choice.way_of(TANH, "cpu") == "torch"
    assert choice.way_of(TANH, "cpu") == "fused"


def test_only_plain_numbers_of_full_width_are_taken():
    assert choice.allowed(torch.zeros(1, dtype=torch.float64))
    assert not choice.allowed(torch.zeros(1, dtype=torch.float32))
    assert not choice.allowed(torch.zeros(1, dtype=torch.float64, requires_grad=True))


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Two places where code may be kept; the first is beside the sources."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    found = [tmp_path / "beside", tmp_path / "home"]
    monkeypatch.setattr(cache, "_places", lambda: iter(found))
    return found


def test_code_is_kept_in_a_folder_named_by_its_sources(places, monkeypatch):
    (places[0] / "fused-old").mkdir(parents=True)
    assert cache.cached.__wrapped__()
    (folder,) = places[0].iterdir()
    assert str(folder) == numba.config.CACHE_DIR
    monkeypatch.setattr(cache, "_digest", lambda: "other")
    assert cache.cached.__wrapped__()
    assert [one.name for one in places[0].iterdir()] == ["fused-other"]


def test_where_the_sources_cannot_be_written_the_laboratorys_folder_serves(places):
    places[0].write_text("a file where a folder should be")
    assert cache.cached.__wrapped__()
    assert numba.config.CACHE_DIR.startswith(str(places[1]))


def test_where_nothing_can_be_written_nothing_is_kept(places):
    for place in places:
        place.write_text("a file where a folder should be")
    assert not cache.cached.__wrapped__()
    assert not numba.config.CACHE_DIR


def test_a_place_of_the_users_own_comes_first(places, monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert cache.cached.__wrapped__()
    assert not any(place.exists() for place in places)


def test_the_places_are_beside_the_sources_and_the_laboratorys(monkeypatch, tmp_path):
    monkeypatch.setenv("MOEVIZ_HOME", str(tmp_path))
    beside, home = cache._places()
    assert beside.parent.name == "fused"
    assert home == tmp_path / "compiled"


@pytest.mark.parametrize("observed", ["regression", "gaussian"])
@pytest.mark.parametrize(("length", "row"), [(299, 0), (300, 2), (300, -1)])
def test_a_compiled_pass_reads_nothing_beside_its_arrays(observed, length, row):
    mixture = make_mixture("linear", "softmax", "tanh", observed)
    features = mixture.features(torch.zeros(2, 2, 300, dtype=torch.float64))
    theta = torch.ones(1, mixture.layout(2, 2).size, dtype=torch.float64)
    response = torch.zeros(2, length, dtype=torch.float64)
    with pytest.raises(ShapeError, match="Expected"):
        moments(mixture, theta, features, response, torch.tensor([row]))
