"""Fixtures: the stories of `inn`, loaded once."""

from __future__ import annotations

import pytest
from inn import load


@pytest.fixture(scope="session")
def inn():
    return {lang: load(lang) for lang in ("zh", "en")}


@pytest.fixture(scope="session")
def lamp():
    return {lang: load(lang, "lamp") for lang in ("zh", "en")}
