"""Understanding a typed line without a model: pure text in, a reading out."""

from .facts import match_facts
from .matcher import Matcher
from .reading import Decision, Entry, Kind, Reading

__all__ = ["Decision", "Entry", "Kind", "Matcher", "Reading", "match_facts"]
