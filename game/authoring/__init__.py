"""Tools for authors: recorded plays, lint, playtest, map, scaffolds."""
