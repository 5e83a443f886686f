"""`python -m game convert`: a ChatGLM2-layout checkpoint for transformers, or for llama.cpp."""

from __future__ import annotations

from ..models.convert import add_arguments as arguments
from ..models.convert import convert_command as run

__all__ = ["arguments", "run"]
