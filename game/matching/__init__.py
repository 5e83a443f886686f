"""Understanding a typed line without a model: pure text in, a reading out."""

from .facts import match_facts
from .matcher import Matcher
from .reading import THIN, Decision, Entry, Kind, Reading

__all__ = ["THIN", "Decision", "Entry", "Kind", "Matcher", "Reading", "match_facts"]
