"""Weights in 8 or 4 bits, by the library bitsandbytes, tensor by tensor while they are read."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from game.models.local.device import Placement


class Quantizer:
    """Replaces linear layers by quantized ones; does nothing for the plain formats."""

    def __init__(self, place: Placement) -> None:
        self._place = place
        self._bits = {"int8": 8, "int4": 4}.get(place.format)

    def prepare(self, layers: nn.Module) -> None:
        """Swap every linear layer within `layers`, still without memory."""
        if self._bits is None:
            return
        for module in list(layers.modules()):
            for name, child in list(module.named_children()):
                if type(child) is nn.Linear:
                    setattr(module, name, self._empty(child))

    def takes(self, module: nn.Module) -> bool:
        """Whether this layer's weight is to be quantized."""
        return self._bits is not None and type(module).__module__.startswith("bitsandbytes")

    def put(self, module: Any, weight: torch.Tensor) -> None:
        """Quantize a weight on the device and put it into its layer."""
        from bitsandbytes.nn import Int8Params, Params4bit

        weight = weight.to(self._place.dtype).contiguous()
        if self._bits == 8:
            made = Int8Params(weight, requires_grad=False, has_fp16_weights=False)
        else:
            made = Params4bit(weight, requires_grad=False, quant_type="nf4", module=module)
        module.weight = made.to(self._place.device)

    def _empty(self, linear: nn.Linear) -> nn.Module:
        from bitsandbytes.nn import Linear4bit, Linear8bitLt

        sizes, bias = (linear.in_features, linear.out_features), linear.bias is not None
        with torch.device("meta"):
            if self._bits == 8:
                made: nn.Module = Linear8bitLt(*sizes, bias=bias, has_fp16_weights=False)
            else:
                made = Linear4bit(
                    *sizes, bias=bias, compute_dtype=self._place.dtype, quant_type="nf4"
                )
        return made
