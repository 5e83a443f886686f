"""How soon the terminal game asks for its first line, against importing what it is drawn with.

    python -m bench.start

Prints the best of several runs of each and their ratio; the bar is 2. Needs a pseudo-terminal, so
Linux or macOS.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = "import prompt_toolkit, rich.console"
RUNS = 7
BAR = 2.0


def base() -> float:
    """Seconds that Python and the two libraries need."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", BASE], check=True, cwd=ROOT)
    return time.perf_counter() - begun


def first_prompt(saves: str) -> float:
    """Seconds until the menu waits for a line, as seen on a terminal."""
    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        command = [sys.executable, "-m", "game", "play", "--lang", "en", "--saves", saves]
        os.execv(sys.executable, command)
    try:
        seen = b""
        while b"Your choice" not in seen:
            seen += os.read(terminal, 65536)
            if b"\x1b[6n" in seen:  # the terminal is asked where its cursor stands
                os.write(terminal, b"\x1b[1;1R")
                seen = seen.replace(b"\x1b[6n", b"")
        return time.perf_counter() - begun
    finally:
        os.write(terminal, b"q\r")
        os.waitpid(pid, 0)
        os.close(terminal)


def main() -> int:
    """Prints the figures; fails where the bar is missed."""
    with tempfile.TemporaryDirectory() as saves:
        first_prompt(saves)
        ours, theirs = [], []
        for _ in range(RUNS):  # in turn, so that a busy machine slows both
            theirs.append(base())
            ours.append(first_prompt(saves))
    ratio = min(ours) / min(theirs)
    print(f"{BASE}: {min(theirs):.3f} s\nfirst prompt: {min(ours):.3f} s\nratio: {ratio:.2f}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
