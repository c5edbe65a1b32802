"""Public sparse layers, of packages that are no part of this project's requirements.

Each is made for a width, a number of experts, K and a hidden width, and answers tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from torch import Tensor, nn

from moeviz.peers.flexmix import PeerMissingError

Answer = Callable[[Tensor], Tensor]

GATED = 3
"""Matrices of a gated expert, where ours has two: it is made as much narrower."""

ALIGNED = 8
"""Its width is a multiple."""


@dataclass(frozen=True)
class PublicLayer:
    """A sparse layer of somebody else.

    Attributes
    ----------
    package : str
        As it is installed.
    way : str
        What it is called in a table.
    note : str
        How its work differs from ours.
    make : callable
        From width, N, K and hidden width to a module and what it answers.
    serves : callable
        Whether it is for N and K.
    """

    package: str
    way: str
    note: str
    make: Callable[[int, int, int, int], tuple[nn.Module, Answer]]
    serves: Callable[[int, int], bool]

    @property
    def name(self) -> str:
        """Package, version and way."""
        return f"{self.package} {version(self.package)}, {self.way}"

    def layer(self, width: int, experts: int, top: int, hidden: int) -> tuple[nn.Module, Answer]:
        """Return the module and what it answers to tokens, shape (T, d).

        Raises
        ------
        PeerMissingError
            If its package is not installed.
        """
        try:
            version(self.package)
            return self.make(width, experts, top, hidden)
        except (ImportError, PackageNotFoundError) as error:
            raise PeerMissingError(
                f"{self.package} cannot run: it is not installed; "
                f"`pip install {self.package}` beside this project."
            ) from error


def _mixtral(way: str) -> Callable[[int, int, int, int], tuple[nn.Module, Answer]]:
    def make(width: int, experts: int, top: int, hidden: int) -> tuple[nn.Module, Answer]:
        from transformers.models.mixtral.configuration_mixtral import MixtralConfig
        from transformers.models.mixtral.modeling_mixtral import MixtralSparseMoeBlock

        narrower = max(ALIGNED, hidden * 2 // GATED // ALIGNED * ALIGNED)
        config = MixtralConfig(
            hidden_size=width, intermediate_size=narrower, num_local_experts=experts,
            num_experts_per_tok=top, hidden_act="gelu", router_jitter_noise=0.0,
        )  # fmt: skip
        config._experts_implementation = way
        block = MixtralSparseMoeBlock(config)
        for own in block.parameters():
            nn.init.normal_(own, 0.0, 0.02)
        return block, lambda x: block(x.unsqueeze(0)).squeeze(0)

    return make


def _capacity(width: int, experts: int, top: int, hidden: int) -> tuple[nn.Module, Answer]:
    from mixture_of_experts import MoE

    layer = MoE(
        width, num_experts=experts, hidden_dim=hidden, activation=nn.GELU,
        second_policy_train="all", second_policy_eval="all",
    )  # fmt: skip
    return layer, lambda x: layer(x.view(-1, 64, width))[0].view_as(x)


GATED_NOTE = (
    "its experts are gated, with three matrices, and narrower, so that products are as many"
)

PUBLIC_LAYERS = (
    PublicLayer(
        "transformers", "Mixtral's block, a loop over experts", GATED_NOTE,
        _mixtral("eager"), lambda experts, top: True,
    ),
    PublicLayer(
        "transformers", "Mixtral's block, grouped_mm", GATED_NOTE,
        _mixtral("grouped_mm"), lambda experts, top: True,
    ),
    PublicLayer(
        "mixture-of-experts", "two experts a token, by one-hot products",
        "it drops tokens beyond a capacity of 1.25 and has no biases: less work than ours",
        _capacity, lambda experts, top: top == 2,
    ),
)  # fmt: skip
