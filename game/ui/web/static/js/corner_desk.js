// The author's desk: one file's text, what lint finds in it, the game it is, and its map.

import { button, el } from "./dom.js";
import { dialog, sure } from "./dialogs.js";
import { Editor } from "./corner_editor.js";
import { Findings } from "./corner_findings.js";
import { address, drafts, nameOf, post, take } from "./corner_link.js";
import { StoryMap } from "./corner_map.js";
import { copying } from "./corner_new.js";
import { Trial } from "./corner_play.js";
import { twins } from "./corner_twins.js";
import { word } from "./words.js";

const PAUSE = 450; // milliseconds of quiet before the text is looked at

export class Desk {
  constructor(corner) {
    Object.assign(this, { corner, page: corner.page, file: null, saved: "", base: "", asked: 0, conflicted: false });
    this.editor = new Editor({ changed: () => this.changed(), save: () => this.save(), chose: (line) => this.chose(line) });
    this.findings = new Findings(this.page, { go: (line, column) => this.go(line, column), open: (name, line) => this.corner.open(name, line) });
    this.trial = new Trial(this.page, { text: () => this.editor.value, moved: () => this.map.old() });
    this.map = new StoryMap({ draw: () => this.look("map"), test: () => this.look("playtest") });
    this.build();
    this.left = () => this.keep();
    window.addEventListener("pagehide", this.left);
  }

  build() {
    this.title = el("h1", { tabindex: -1 });
    this.languages = el("div", { class: "twins", role: "group", "aria-label": word("web.corner.twins") });
    this.unsaved = el("span", { class: "unsaved", role: "status" });
    this.saver = button(word("web.corner.save"), () => this.save(), { class: "primary", title: "Ctrl+S" });
    this.notice = el("div", { class: "banner", role: "status", hidden: true });
    this.tabs = ["write", "lint", "play", "map"].map((name) => this.tab(name));
    const panes = el("div", { class: "panes" }, this.findings.root, this.trial.root, this.map.root);
    this.root = el("div", { class: "desk", "data-tab": "lint" },
      el("header", { class: "top" },
        button(word("web.corner.back"), () => this.corner.shelf(), { picture: "home", class: "icon-button" }),
        el("div", { class: "names" }, this.title, this.languages), this.unsaved, this.saver,
        button(word("web.corner.try"), () => this.tryIt(), { class: "try" }),
        button(word("web.menu"), () => this.menu(), { picture: "menu", class: "icon-button" })),
      this.notice,
      el("nav", { class: "tabs", "aria-label": word("web.corner.views") }, this.tabs),
      el("div", { class: "work" }, el("section", { class: "pane write", "aria-label": word("web.corner.text") }, this.editor.root), panes));
    this.root.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
      event.preventDefault(); // wherever one is at the desk, or the browser would save the page
      this.save();
    });
    this.turn(innerWidth > 900 ? "lint" : "write");
  }

  tab(name) {
    return el("button", { type: "button", class: "tab", "data-tab": name, "aria-pressed": "false", onclick: () => this.turn(name) },
      word(`web.corner.tabs.${name}`), name === "lint" ? el("span", { class: "badge", hidden: true }) : null);
  }

  // Shows one of the views beside the text; on a phone the text is a view of its own.
  turn(name) {
    const wide = innerWidth > 900;
    const shown = wide && name === "write" ? "lint" : name;
    this.root.dataset.tab = shown;
    for (const one of this.tabs) one.setAttribute("aria-pressed", String(one.dataset.tab === shown));
    this.findings.root.hidden = shown !== "lint";
    this.trial.root.hidden = shown !== "play";
    this.map.root.hidden = shown !== "map";
    if (shown === "map") this.map.draw();
  }

  // --- the file ------------------------------------------------------------------------------

  // Opens what the server has sent; an unsaved text that this browser has kept comes first.
  open({ file, yaml }, line = 0) {
    Object.assign(this, { file, saved: yaml, base: file.digest, conflicted: false });
    const kept = file.own ? drafts.read(file) : null;
    const text = kept && kept.text !== yaml ? kept.text : yaml;
    if (text !== yaml) this.base = kept.base;
    this.editor.set(text, !file.own);
    this.dress();
    this.tell(kept, text !== yaml);
    this.map.scale = 0;
    this.map.old();
    this.trial.for(file);
    this.check(0);
    if (line) this.go(line);
    else this.title.focus({ preventScroll: true });
  }

  dress() {
    const { file } = this;
    this.title.replaceChildren(file.title, " ", el("small", {}, word(`web.corner.kinds.${file.kind}`)));
    document.title = `${file.title} · ${word("web.corner.heading")}`;
    this.languages.replaceChildren(...twins(this));
    this.saver.hidden = this.unsaved.hidden = !file.own;
    this.tabs[3].hidden = file.kind === "character";
    if (file.kind === "character" && this.root.dataset.tab === "map") this.turn("lint");
    this.told();
  }

  tell(kept, other) {
    const { file } = this;
    const parts = [];
    if (!file.own) {
      parts.push(word("web.corner.shipped_note"), button(word("web.corner.copy"), () => this.copy(), { class: "primary" }));
    } else if (other) {
      const time = new Date(kept.at).toLocaleString(document.documentElement.lang);
      parts.push(word(kept.base === file.digest ? "web.corner.draft_back" : "web.corner.draft_back_changed", { time }),
        button(word("web.corner.draft_drop"), () => sure(this.page, word("web.corner.draft_drop_sure"), () => this.revert())));
    }
    this.notice.replaceChildren(...parts.map((one) => (typeof one === "string" ? el("span", {}, one) : one)));
    this.notice.hidden = !parts.length;
  }

  // Back to what the file says; undo still brings back what was typed.
  revert() {
    this.base = this.file.digest;
    this.editor.replace(this.saved);
    this.tell(null, false);
  }

  // --- typing --------------------------------------------------------------------------------

  get dirty() {
    return Boolean(this.file?.own) && this.editor.value !== this.saved;
  }

  changed() {
    this.told();
    this.trial.told();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), 250);
    this.check(PAUSE);
  }

  keep() {
    if (!this.file?.own) return;
    if (!this.dirty) drafts.drop(this.file);
    else if (!drafts.keep(this.file, this.editor.value, this.base) && !this.warned) {
      this.warned = true;
      this.page.say(word("web.corner.no_drafts"));
    }
  }

  told() {
    if (this.unsaved.dataset.dirty === String(this.dirty)) return;
    this.unsaved.textContent = this.dirty ? word("web.corner.unsaved") : word("web.corner.is_saved");
    this.unsaved.dataset.dirty = String(this.dirty);
  }

  check(after) {
    clearTimeout(this.waiting);
    this.findings.root.classList.add("checking");
    this.waiting = setTimeout(() => this.lint(), after);
  }

  async lint() {
    this.findings.checking();
    const [file, mine] = [this.file, (this.asked += 1)];
    // First whether it can be played at all, which is quickly told; then all the rest.
    for (const deep of [false, true]) {
      const answer = await post(this.page, "lint", { ...nameOf(file), yaml: this.editor.value, deep });
      if (mine !== this.asked || file !== this.file) return; // something newer is being looked at
      if (!answer || answer.stale || answer.slow) return this.findings.ends(answer);
      if (answer.deep) return this.show(answer);
      if (!this.playable) this.editor.mark(new Map()); // what kept it from being played is mended
      this.findings.plays(!this.playable);
      this.plays(answer);
    }
  }

  plays(answer) {
    this.playable = answer.playable;
    this.trial.outline(answer.playable, answer.outline);
  }

  show(answer) {
    this.findings.draw(answer);
    const here = answer.findings.filter((one) => one.here);
    const marks = new Map(here.map((one) => [one.line, "warning"]));
    for (const one of here) if (one.severity === "error") marks.set(one.line, "error");
    this.editor.mark(marks);
    this.plays(answer);
    this.errors = answer.findings.filter((one) => one.severity === "error").length;
    this.found = answer.findings;
    const badge = this.tabs[1].querySelector(".badge");
    badge.textContent = answer.findings.length + answer.more;
    badge.hidden = !answer.findings.length;
    badge.className = `badge ${this.errors ? "error" : "warning"}`;
    if (answer.playable) this.map.old();
  }

  go(line, column = 1) {
    if (innerWidth <= 900) this.turn("write");
    this.editor.go(line, column);
  }

  // A click on a line's number: to what was found there.
  chose(line) {
    const at = (this.found || []).findIndex((one) => one.here && one.line === line);
    if (at < 0) return this.editor.go(line);
    this.turn("lint");
    this.findings.list.children[at]?.querySelector("button").focus();
  }

  look(action) {
    return post(this.page, action, { ...nameOf(this.file), yaml: this.editor.value, game: this.trial.game });
  }

  // --- saving --------------------------------------------------------------------------------

  async save() {
    if (!this.file.own || this.saving) return;
    const text = this.editor.value;
    this.saving = true;
    const answer = await post(this.page, "save", { ...nameOf(this.file), yaml: text, base: this.base });
    this.saving = false;
    if (!answer) return;
    if (answer.conflict) return this.conflict(answer.conflict);
    this.stands(text, answer.digest);
    this.page.say(this.playable === false ? word("web.corner.saved_not_playable") : word("web.corner.saved"));
  }

  // The file says `text` by the digest `digest`.
  stands(text, digest) {
    Object.assign(this, { saved: text, base: digest });
    this.file.digest = digest;
    this.tell(null, false);
    this.told();
    this.keep();
  }

  // The file was changed by someone else: nothing is lost, whatever is chosen.
  conflict({ yaml, digest }) {
    const gone = yaml === undefined;
    const choose = (act) => () => (made.close(), act());
    const made = dialog(this.page, word("web.corner.conflict"), [
      el("p", {}, word(gone ? "web.corner.conflict_gone" : "web.corner.conflict_about")),
      el("ul", { class: "menu" }, [
        el("li", {}, button(word("web.corner.conflict_mine"), choose(() => ((this.base = digest), this.save())))),
        gone ? null : el("li", {}, button(word("web.corner.conflict_theirs"), choose(() => {
          Object.assign(this, { saved: yaml, base: digest });
          this.file.digest = digest;
          this.editor.replace(yaml);
        }))),
        el("li", {}, button(word("web.corner.conflict_take"), () => take(this.editor.value, this.fileName))),
      ]),
      el("p", { class: "row-of" }, button(word("web.cancel"), () => made.close()))]);
  }

  // --- more ----------------------------------------------------------------------------------

  get fileName() {
    const { id, language } = this.file;
    return language ? `${id}.${language}.yaml` : `${id}.yaml`;
  }

  async tryIt() {
    this.turn("play");
    if (this.trial.game && this.editor.value === this.trial.tried) return this.trial.stage.focus();
    if (this.trial.game) await this.trial.freshen(true);
    else await this.trial.start();
  }

  copy() {
    copying(this.page, this.file, (answer) => this.corner.show(answer));
  }

  menu() {
    const { file } = this;
    const acts = [
      ["download", () => take(this.editor.value, this.fileName)],
      ["copy", () => this.copy()],
      file.kind === "character" ? ["card", () => this.corner.card(file)] : null,
      file.own ? ["delete", () => sure(this.page, word("web.corner.delete_sure", { file: this.fileName }), () => this.corner.drop(file))] : null,
      ["back", () => this.corner.shelf()],
    ];
    const made = dialog(this.page, file.title, el("ul", { class: "menu" }, acts.filter(Boolean).map(([name, press]) =>
      el("li", {}, button(word(`web.corner.${name}`), () => (made.close(), press()), { class: name === "delete" ? "danger" : "" })))), "small");
  }

  close() {
    this.keep();
    this.editor.close();
    this.map.close();
    this.trial.leave();
    clearTimeout(this.waiting);
    clearTimeout(this.keeping);
    window.removeEventListener("pagehide", this.left);
  }

  get address() {
    return address(this.file);
  }
}
