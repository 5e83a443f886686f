from game.__main__ import launch

launch("play", "zh")
