"""ChatGLM2's tokenizer: a sentencepiece model, and special ids that follow its last piece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sentencepiece import SentencePieceProcessor

from game.errors import ModelError, ModelFailure

SPECIAL = (
    "[MASK]", "[gMASK]", "[sMASK]", "sop", "eop",
    "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>",
)  # fmt: skip


class GlmTokenizer:
    """Text to ids and back; no text can ever become a special id."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pieces = SentencePieceProcessor()
        try:
            self.pieces.Load(str(path))
        except (OSError, RuntimeError) as error:
            raise ModelError(_kind(path), f"{path.name}: {error}") from error
        self.size: int = self.pieces.get_piece_size()
        self.special = {name: self.size + at for at, name in enumerate(SPECIAL)}
        # What the model puts before any text (an empty word), and the line break after it.
        *self._lead, self.newline = self.encode("\n")

    @property
    def prefix(self) -> list[int]:
        """What every prompt begins with."""
        return [self.special["[gMASK]"], self.special["sop"]]

    def encode(self, text: str) -> list[int]:
        """The ids of a whole text."""
        ids: list[int] = self.pieces.encode(text)
        return ids

    def encode_after(self, text: str) -> list[int]:
        """The ids of a text that follows another one."""
        return self.encode_line(text)[1:]

    def encode_line(self, text: str) -> list[int]:
        """The ids of a line that follows another one, its line break included."""
        return self.encode("\n" + text)[len(self._lead) :]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids; special ids, and those beyond the vocabulary, have none."""
        text: str = self.pieces.decode([token for token in ids if token < self.size])
        return text


def _kind(path: Path) -> ModelFailure:
    return "malformed" if path.is_file() else "missing"
