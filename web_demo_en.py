from game.__main__ import launch

launch("web", "en")
