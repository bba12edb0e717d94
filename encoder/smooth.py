"""Make a transformer's products lose less by rounding to 8 bits; what they compute stays the same.

A few of a layer's inputs are far larger than the rest, and all are rounded by the largest one. Each
input is therefore divided by a number of its own, by which the weights that it meets are multiplied
(SmoothQuant, arxiv.org/abs/2211.10438). Build time only: this imports torch.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# How much of the inputs' range moves into the weights: the mean cosine with the full weights was
# 0.9905, 0.9957, 0.9968, 0.9969, 0.9967 and 0.9952 for 0.5, 0.6, 0.7, 0.75, 0.8 and 0.9, and
# 0.9927 without.
SHARE = 0.75
# Sentences whose inputs are measured: any will do, if they are varied.
SAMPLE = (
    "What is the weather like in the mountains in spring?",
    "My mother fell last winter and broke her wrist; should we be worried?",
    "Doctors recommend eating more vegetables and walking for half an hour each day.",
    "how do i cancel my order",
    "The immune system defends the body against bacteria, viruses and other invaders.",
    "Which of these two medicines has fewer side effects in people over sixty?",
    "She bought 3 apples, 12 eggs and 1.5 litres of milk for £7.40.",
    "calcium",
    "can you tell me more about that",
    "A network of small blood vessels supplies oxygen to the muscle.",
    "No, I meant the other one.",
    "The committee will meet on 14 May 2021 to discuss the annual budget.",
    "why does it hurt when I sit down for a long time",
    "In men, the condition is often found later than in women.",
    "Thank you very much!!",
    "The test takes about ten minutes and does not hurt.",
    "DXA, CT and MRI are kinds of scans.",
    "He was tired, hungry and far away from home, and the last train had left an hour ago.",
    "is it hereditary?",
    "Install the package, restart the computer and log in with your new password.",
    "Vitamin D helps the gut to take up calcium from food.",
    "The film was far too long, but the music was wonderful.",
    "Who do I call at night if the pain gets worse?",
    "Steroids, such as prednisolone, calm inflammation but can thin the bones over time.",
)


# torch is there, with its types, only where the export has run.
class _Smoothed(nn.Module):  # type: ignore[misc,unused-ignore]
    """A linear layer behind the division of its inputs."""

    factors: torch.Tensor

    def __init__(self, linear: nn.Linear, scales: torch.Tensor) -> None:
        super().__init__()
        self.linear = linear
        self.register_buffer("factors", 1 / scales)
        with torch.no_grad():
            linear.weight.mul_(scales)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.linear(inputs * self.factors)
        return result


def smooth(transformer: "SentenceTransformer") -> None:
    """Put the division before every linear layer of `transformer`."""
    model: nn.Module = transformer[0]
    layers = {name: m for name, m in model.named_modules() if isinstance(m, nn.Linear)}
    largest = {name: torch.zeros(layer.in_features) for name, layer in layers.items()}

    def watch(name: str) -> Callable[[nn.Module, tuple[torch.Tensor, ...]], None]:
        def see(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            sizes = inputs[0].detach().abs().flatten(end_dim=-2).amax(dim=0)
            largest[name] = torch.maximum(largest[name], sizes)

        return see

    hooks = [layer.register_forward_pre_hook(watch(name)) for name, layer in layers.items()]
    transformer.encode(list(SAMPLE), batch_size=1, show_progress_bar=False)
    for hook in hooks:
        hook.remove()
    for name, layer in layers.items():
        if not largest[name].any():
            continue  # a layer that embeddings do not pass, as BERT's pooler
        weights = layer.weight.detach().abs().amax(dim=0).clamp(min=1e-5)
        scales = largest[name].clamp(min=1e-5) ** SHARE / weights ** (1 - SHARE)
        parent, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(parent), attribute, _Smoothed(layer, scales))
