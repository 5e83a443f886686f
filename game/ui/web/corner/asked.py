"""What the authors' corner can be asked for, by name: one short function each, as in `asked`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ....authoring import scaffolds
from ....authoring.drafts import FOLDERS, Name
from ....loader import LANGUAGES, ROOT
from ...view import clean
from ..asked.request import Action, Data, Refused, Request
from . import trial
from .bench import Bench, Crowded, Superseded, TooLong
from .files import MOST_BYTES, Changed, FileFault, Files, folder_of, kind_of

if TYPE_CHECKING:
    from .corner import Corner

RULES = ROOT / "docs" / "lint"
_UPLOADED = re.compile(r"(?P<id>.*?)(\.(?P<language>zh|en))?\.ya?ml", re.IGNORECASE)


def actions(corner: Corner) -> Mapping[str, Action]:
    """Every action of a corner; what its files refuse is told in words."""
    plain = {
        "list": lambda ask: listing(ask, _files(ask, corner)),
        "open": lambda ask: opened(ask, _files(ask, corner)),
        "new": lambda ask: new(ask, _files(ask, corner)),
        "upload": lambda ask: upload(ask, _files(ask, corner)),
        "copy": lambda ask: copied(ask, _files(ask, corner)),
        "save": lambda ask: save(ask, _files(ask, corner)),
        "delete": lambda ask: deleted(ask, _files(ask, corner)),
        "lint": lambda ask: benched(ask, corner, corner.quick, "lint"),
        "map": lambda ask: benched(ask, corner, corner.quick, "map"),
        "playtest": lambda ask: benched(ask, corner, corner.slow, "playtest"),
        "try": lambda ask: tried(ask, corner),
        "why": trial.why,
        "rule": rule,
    }
    return {name: _worded(action) for name, action in plain.items()}


def _worded(action: Action) -> Action:
    def asked(ask: Request) -> Data:
        try:
            return action(ask)
        except FileFault as fault:
            raise Refused(ask.word(f"web.corner.faults.{fault.code}", **fault.data)) from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Refused(ask.word("web.corner.faults.disk", reason=reason)) from None

    return asked


def _files(ask: Request, corner: Corner) -> Files:
    return corner.files(ask.owner)


def named(ask: Request) -> Name:
    """The file a request is about; what is no name of a file is refused."""
    folder, found, language = ask.text("folder", 20), ask.text("id", 80), ask.text("language", 2)
    if folder not in FOLDERS or not found.isidentifier() or language not in ("", *LANGUAGES):
        raise Refused(ask.word("web.bad_request"))
    return Name(folder, found, language)


def _spoken(ask: Request, name: Name) -> str:
    """The language a file is read in."""
    return name.language or ask.lang


# --- the shelf -----------------------------------------------------------------------------------


def listing(ask: Request, files: Files) -> Data:
    """The author's own files, and those of others, one entry for each story or character."""
    return {"mine": _entries(ask, files, files.names()),
            "shipped": _entries(ask, files, files.shipped())}  # fmt: skip


def _entries(ask: Request, files: Files, names: Iterable[Name]) -> list[Data]:
    found: dict[tuple[str, str], list[Name]] = {}
    for name in names:
        found.setdefault((name.folder, name.id), []).append(name)
    entries = []
    for (folder, key), twins in sorted(
        found.items(), key=lambda one: (one[0][0] != "scenarios", one)
    ):
        best = next((one for one in twins if one.language in ("", ask.lang)), twins[0])
        head = files.head(best)
        entries.append({
            "folder": folder, "id": key, "kind": kind_of(folder, head),
            "title": clean(head.get("title") or head.get("name") or key)[:120],
            "about": clean(head.get("synopsis") or head.get("tagline") or "")[:200],
            "languages": [one.language for one in twins], "language": best.language,
        })  # fmt: skip
    return entries


def opened(ask: Request, files: Files) -> Data:
    """A file's text, and all there is to know of it."""
    name = named(ask)
    return _file(files, name)


def _file(files: Files, name: Name) -> Data:
    found, head = files.read(name), files.head(name)
    return {
        "file": {
            "folder": name.folder, "id": name.id, "language": name.language,
            "kind": kind_of(name.folder, head), "own": found.own, "digest": found.digest,
            "languages": files.languages(name),
            "title": clean(head.get("title") or head.get("name") or name.id)[:120],
        },
        "yaml": found.text,
    }  # fmt: skip


def new(ask: Request, files: Files) -> Data:
    """A new file, from a scaffold or (a twin, say) with a text."""
    kind, given = ask.text("kind", 20), ask.text("yaml", MOST_BYTES)
    if kind not in scaffolds.KINDS:
        raise Refused(ask.word("web.bad_request"))
    folder = "characters" if kind == "character" else "scenarios"
    name = Name(folder, ask.text("id", 60).strip(), ask.text("language", 2))
    if not scaffolds.is_name(name.id) or name.language not in LANGUAGES:
        raise FileFault("bad_name", name=clean(name.id))
    title = " ".join(clean(ask.text("title", 120)).split())
    files.create(name, given or scaffolds.begun(kind, name.id, name.language, title))
    return _file(files, name)


def upload(ask: Request, files: Files) -> Data:
    """A file from the author's own machine, under a name made of its own."""
    text = ask.text("yaml", MOST_BYTES)
    found = _UPLOADED.fullmatch(ask.text("name", 200).replace("\\", "/").rpartition("/")[2])
    if not found or "\0" in text:
        raise FileFault("no_yaml")
    key = re.sub(r"[^a-z0-9_]+", "_", found["id"].lower()).strip("_")[:40]
    key = key if scaffolds.is_name(key) else f"file_{key}".rstrip("_")[:40]
    name = Name(folder_of(text), key, (found["language"] or ask.lang).lower())
    free = (replaced for replaced in _spares(name) if not files.path(replaced))
    for one in free:
        try:
            files.create(one, text)
        except FileFault as fault:
            if fault.code == "taken":
                continue
            raise
        return _file(files, one)
    raise FileFault("taken", name=key)


def _spares(name: Name) -> list[Name]:
    """A name, and others near it should it be taken."""
    more = (f"{name.id[:37].rstrip('_')}_{n}" for n in range(2, 10))
    return [name, *(Name(name.folder, one, name.language) for one in more)]


def copied(ask: Request, files: Files) -> Data:
    """A story or character of others (or of one's own) under a new name, in all its languages."""
    name, key = named(ask), ask.text("to", 60).strip()
    if not scaffolds.is_name(key):
        raise FileFault("bad_name", name=clean(key))
    every = [Name(name.folder, name.id, one) for one in files.languages(name)]
    made = []
    for one in every:
        target = Name(one.folder, key, one.language or ask.lang)
        files.create(target, files.read(one).text)
        made.append(target)
    if not made:
        raise FileFault("missing", file=name.file)
    best = next((one for one in made if one.language == name.language), made[0])
    return _file(files, best)


def save(ask: Request, files: Files) -> Data:
    """Writes a file; what it says now comes back where it has changed since it was opened."""
    name = named(ask)
    try:
        return {"digest": files.save(name, ask.text("yaml", MOST_BYTES), ask.text("base", 40))}
    except Changed as changed:
        now = changed.now
        return {"conflict": {"yaml": now.text, "digest": now.digest} if now else {"digest": ""}}


def deleted(ask: Request, files: Files) -> Data:
    """Deletes one file for good."""
    files.delete(named(ask))
    return listing(ask, files)


# --- looking at a draft --------------------------------------------------------------------------


def benched(ask: Request, corner: Corner, bench: Bench, do: str) -> Data:
    """Has a draft looked at in the process for long jobs; only the newest answer counts."""
    name = named(ask)
    job = {
        "do": do, "folder": name.folder, "id": name.id, "language": name.language,
        "text": ask.text("yaml", MOST_BYTES * 4), "lang": ask.lang, "here": trial.here(ask),
        "deep": ask.fields.get("deep") is not False,
        "roots": [str(one) for one in ask.app.library.roots],
    }  # fmt: skip
    try:
        answer = bench.run(corner.key(ask.owner, do, name), job)
    except Superseded:
        return {"stale": True}
    except TooLong:
        return {"slow": True, "said": ask.word(f"web.corner.slow.{do}")}
    except Crowded:
        raise Refused(ask.word("web.corner.crowded")) from None
    if "error" in answer:
        raise Refused(str(answer["error"]))
    svg = str(answer.pop("svg", ""))
    return {**answer, "map": corner.keep_map(ask.owner, svg) if svg else ""}


def tried(ask: Request, corner: Corner) -> Data:
    """Begins a game of a draft, or goes on with one (`game`) that is being tried."""
    name = named(ask)
    draft = corner.draft(ask.owner, name, ask.text("yaml", MOST_BYTES * 4))
    if ask.text("game", 80):
        return trial.gone_on(ask, draft)
    return trial.begun(ask, corner, draft, _spoken(ask, name))


def rule(ask: Request) -> Data:
    """A rule's page, where it has one."""
    code = ask.text("code", 60)
    page = RULES / f"{code}.md"
    if not re.fullmatch(r"[a-z][a-z_]*", code) or not page.is_file():
        raise Refused(ask.word("web.corner.no_rule"))
    return {"text": page.read_text(encoding="utf-8")}
