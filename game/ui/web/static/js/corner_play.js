// A draft is tried: the stage beside the text, and for each turn why it went as it did.

import { button, el } from "./dom.js";
import { ask } from "./link.js";
import { nameOf, post } from "./corner_link.js";
import { Values } from "./corner_values.js";
import { prefs } from "./prefs.js";
import { word } from "./words.js";

const KEPT = "curtain.trial"; // which game tries which file, for a reload

export class Trial {
  // text() is what is typed now; moved() is told when the game has come to another place.
  constructor(page, { text, moved }) {
    Object.assign(this, { page, text, moved, file: null, game: "", stage: null, tried: "", playable: false });
    this.place = el("select", { id: "try-from", onchange: () => this.start() });
    this.from = el("label", { for: "try-from", class: "from", hidden: true }, el("span", {}, word("web.corner.from")), this.place);
    this.values = new Values();
    this.again = button(word("web.corner.from_start"), () => this.start());
    this.on = button(word("web.corner.go_on"), () => this.freshen(true), { class: "primary", hidden: true });
    this.state = el("p", { class: "state", role: "status" });
    this.house = el("div", { class: "house-of-stage" });
    this.bar = el("div", { class: "row-of tools" }, this.again, this.from, this.values.root, this.on);
    this.root = el("section", { class: "pane play", id: "pane-play", "aria-label": word("web.corner.play"), hidden: true }, this.bar, this.state, this.house);
  }

  // Another file is being written; a game of it that the server still has goes on.
  async for(file) {
    if (this.file && same(this.file, file)) return;
    this.leave();
    this.file = file;
    this.empty();
    const kept = remembered();
    if (kept && same(kept.file, file) && (await there(kept.game))) {
      this.tried = kept.tried;
      await this.enter(kept.game, false);
    }
  }

  empty() {
    this.house.replaceChildren(el("div", { class: "not-yet" },
      el("p", {}, word(this.file.folder === "characters" ? "web.corner.try_character" : "web.corner.try_about")),
      button(word("web.corner.try"), () => this.start(), { class: "primary" })));
    this.told();
  }

  // What lint has found of the text: whether it plays, and where it can begin.
  outline(playable, { scenes, puzzles, state }) {
    this.playable = playable;
    if (playable) {
      const places = puzzles.length ? puzzles : scenes;
      const now = this.place.value;
      this.place.replaceChildren(...places.map(([id, title]) => el("option", { value: id }, title === id ? id : `${title} · ${id}`)));
      if (places.some(([id]) => id === now)) this.place.value = now;
      this.place.dataset.kind = puzzles.length ? "puzzle" : "scene";
      this.from.hidden = places.length < 2;
      this.values.draw(state);
      this.from.firstChild.textContent = word(puzzles.length ? "web.corner.which_puzzle" : "web.corner.from");
    }
    this.told();
  }

  async start() {
    const from = { state: this.values.changed(), ...(this.from.hidden ? {} : { [this.place.dataset.kind]: this.place.value }) };
    const text = this.text();
    this.stage?.look.pause(); // the server ends this game once the next begins: that is no lost connection
    const answer = await this.post({ yaml: text, speed: prefs.speed, ...from });
    if (!answer) {
      this.stage?.look.open();
      return false;
    }
    this.tried = text;
    await this.enter(answer.game, true);
    return true;
  }

  // The game goes on with what is typed now, as far as it can; `aloud` where that was asked for.
  async freshen(aloud = false) {
    const text = this.text();
    if (!this.game || text === this.tried || (!aloud && !this.playable)) return;
    const answer = await this.post({ yaml: text, game: this.game, speed: prefs.speed });
    if (!answer) return;
    if (answer.stays?.length) {
      this.page.say(answer.stays.join("\n"));
    } else {
      this.tried = text;
      if (aloud && answer.changes?.length) this.page.say(answer.changes.slice(0, 4).join("\n"));
      remember({ file: nameOf(this.file), game: this.game, tried: text });
    }
    this.told();
  }

  post(fields) {
    return post(this.page, "try", { ...nameOf(this.file), ...fields });
  }

  // How the game stands to the text.
  told() {
    const behind = Boolean(this.game) && this.text() !== this.tried;
    this.bar.hidden = !this.game;
    this.on.hidden = !behind || !this.playable;
    const said = !this.game ? "" : !behind ? word("web.corner.as_typed")
      : word(this.playable ? "web.corner.behind" : "web.corner.behind_faulty");
    if (this.state.textContent !== said) this.state.textContent = said;
    this.state.dataset.behind = String(behind);
  }

  // --- the stage, which takes this for its page --------------------------------------------------

  async enter(game, typed) {
    this.leave();
    const { Stage } = await import("./stage.js");
    this.game = game;
    this.stage = new Stage(this, game, typed);
    this.house.replaceChildren(this.stage.root);
    remember({ file: nameOf(this.file), game, tried: this.tried });
    this.told();
    this.moved();
    if (!this.root.hidden) this.stage.focus();
  }

  async begin(action, fields = {}) {
    if (action === "clear") return this.start();
    const answer = await ask(action, { speed: prefs.speed, ...fields });
    if (!answer?.game) return false;
    await this.enter(answer.game, true);
    return true;
  }

  home() {
    if (this.game) remember(null);
    this.leave();
    this.empty();
  }

  leave() {
    this.stage?.close();
    this.stage = null;
    this.game = "";
  }

  get models() {
    return this.page.models;
  }

  say(text) {
    this.page.say(text);
  }

  language(lang) {
    return this.page.language(lang);
  }

  // Asked by the stage before a line is said: the line is for the text as it is now.
  ready() {
    return this.freshen();
  }

  // Told by the stage whenever something new stands on it.
  shown() {
    this.moved();
  }

  // --- why ---------------------------------------------------------------------------------------

  // Opens, or closes again, what is to be known of a turn, below the player's line.
  async explain(turn, pressed) {
    const row = pressed.closest(".row");
    if (row.nextElementSibling?.classList.contains("turn-why")) {
      row.nextElementSibling.remove();
      return pressed.setAttribute("aria-expanded", "false");
    }
    const answer = await post(this.page, "why", { game: this.game, turn });
    if (!answer || row.nextElementSibling?.classList.contains("turn-why")) return;
    row.after(explained(answer));
    this.stage.stick = false;
    row.scrollIntoView({ block: "start" });
    pressed.setAttribute("aria-expanded", "true");
  }
}

function explained(turn) {
  const part = (key, inside) => el("div", { class: "part" }, el("h4", {}, word(`web.corner.why.${key}`)), inside);
  const list = (texts, none) => (texts.length ? el("ul", { class: "plain" }, texts.map((one) => el("li", { class: /^\s/.test(one) ? "deep" : "" }, one.trim()))) : el("p", { class: "dim" }, word(`web.corner.why.${none}`)));
  const beats = turn.possible.map(([id, label, taken]) => el("li", { class: taken ? "taken" : "" },
    el("span", { class: "mark", "aria-hidden": "true" }, taken ? "●" : "○"), el("code", {}, id), label ? ` ${label}` : "",
    taken ? el("span", { class: "unseen" }, ` (${word("web.corner.why.taken")})`) : null));
  return el("section", { class: "turn-why", "aria-label": word("web.corner.why.heading") },
    part("read", list(turn.read, "nothing")),
    turn.beats && part("possible", beats.length ? el("ul", { class: "plain" }, beats) : el("p", { class: "dim" }, word("web.corner.why.no_beats"))),
    part("changes", list(turn.changes, "no_changes")),
    turn.lore.length ? part("lore", list(turn.lore, "nothing")) : null);
}

const same = (one, other) => one.folder === other.folder && one.id === other.id && one.language === other.language;

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function remember(kept) {
  try {
    if (kept) sessionStorage.setItem(KEPT, JSON.stringify(kept));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // then a reload begins anew
  }
}

// Whether the server still has a game; that it has not is no failure to be told.
async function there(game) {
  const address = new URL("play/corner/trial", document.baseURI);
  address.search = new URLSearchParams({ game });
  return fetch(address).then((response) => response.ok, () => false);
}
