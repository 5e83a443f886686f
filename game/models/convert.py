"""Saving a ChatGLM2-layout checkpoint in transformers' own layout, or as a llama.cpp file."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from game.errors import ModelError

Progress = Callable[[int, int], None]


def convert(source: str, target: Path, progress: Progress | None = None) -> Path:
    """Save `source` (a folder or a hub id) as a folder that transformers loads by itself."""
    from game.models.glm.checkpoint import load_network, parameter_count
    from game.models.glm.config import glm_config, stored_format
    from game.models.glm.prompt import form_of
    from game.models.local.device import check_memory, choose
    from game.models.local.source import locate
    from game.models.local.weights import read_json

    _refuse_existing(target)
    folder = locate(source)
    data = read_json(folder / "config.json")
    config = glm_config(data)
    size = parameter_count(config)
    place = choose(size, device="cpu", format=stored_format(data) or "auto")
    check_memory(size, place)
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        load_network(folder, config, place, progress).save_pretrained(part, max_shard_size="2GB")
        shutil.copyfile(folder / "tokenizer.model", part / "tokenizer.model")
        saved = part / "config.json"
        noted = {**read_json(saved), "prompt_form": form_of(data, folder)}
        saved.write_text(json.dumps(noted, indent=2), encoding="utf-8")
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def convert_gguf(source: str, target: Path, quality: str, progress: Progress | None = None) -> Path:
    """Save `source` as a file for llama.cpp; `quality` is F16, Q8_0 or Q4_K_M."""
    from game.models.glm.gguf_file import Quality, write_gguf
    from game.models.local.source import locate

    _refuse_existing(target)
    known: dict[str, Quality] = {"F16": "F16", "Q8_0": "Q8_0", "Q4_K_M": "Q4_K_M"}
    if quality not in known:
        raise ModelError("missing", f"no quality {quality!r}; there are {', '.join(known)}")
    return write_gguf(locate(source), target, known[quality], progress)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `convert`."""
    parser.add_argument("source", help="a folder, or a hub id like owner/name@revision")
    parser.add_argument("target", type=Path, help="the folder to make, or the .gguf file")
    parser.add_argument(
        "--gguf",
        nargs="?",
        const="Q8_0",
        metavar="QUALITY",
        choices=("F16", "Q8_0", "Q4_K_M"),
        help="write a file for llama.cpp: F16, Q8_0 (default) or Q4_K_M",
    )


def convert_command(args: argparse.Namespace) -> int:
    """Convert as the parsed options say; the exit status."""
    try:
        if args.gguf:
            made = convert_gguf(args.source, args.target, args.gguf, _bar)
        else:
            made = convert(args.source, args.target, _bar)
    except (ModelError, OSError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print(f"\n{made}")
    return 0


def _bar(done: int, total: int) -> None:
    print(f"\r{100 * done // max(1, total):3d} %", end="", file=sys.stderr, flush=True)


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise ModelError("refused", f"{target} is there already")
