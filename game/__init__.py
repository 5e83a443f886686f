"""A role-play game: authored stories, puzzles and free talk, with or without a language model."""

__version__ = "0.1.0"
