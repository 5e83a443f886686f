// The stage: one game as it is played. Rows come in, lines go out.

import { button, el, plain, spoken } from "./dom.js";
import { edit, exporting, help, look, models, saves, sure, dialog } from "./dialogs.js";
import { why } from "./why.js";
import { ending } from "./ending.js";
import { Figures } from "./figures.js";
import { Input } from "./input.js";
import { ask, Look } from "./link.js";
import { Panel } from "./panel.js";
import { prefer, prefs } from "./prefs.js";
import { read, rowOf } from "./rows.js";
import { Typist } from "./typing.js";
import { word } from "./words.js";

export class Stage {
  constructor(page, game, typed) {
    Object.assign(this, { page, game, typed, tableau: null, busy: false, failed: false, first: 0, closed: false, lost: false });
    this.figures = new Figures();
    this.panel = new Panel(() => this.beside(false));
    this.input = new Input({ send: (line) => this.say(line), stop: () => this.stop() });
    this.typist = new Typist((row, live) => this.draw(row, live), {
      begun: (row) => this.figures.light(row.who || ""),
      done: (row) => this.told(row),
      idle: () => this.settle(),
    });
    this.typist.speed = prefs.speed;
    this.build();
    this.look = new Look(game, (update) => this.take(update), (state) => this.line(state));
  }

  build() {
    this.title = el("div", { class: "title" });
    this.lines = el("div", { class: "lines" });
    this.log = el("div", { class: "log", role: "log", "aria-label": word("web.log"), "aria-live": "off", tabindex: 0 }, this.lines);
    this.keepDown();
    this.aloud = el("div", { class: "unseen", "aria-live": "polite", "aria-atomic": "false" });
    this.surface = el("div", { class: "surface-card" });
    this.choices = el("div", { class: "choices" });
    this.over = el("div", { class: "over" });
    this.log.addEventListener("click", () => this.typist.busy && !String(getSelection()) && this.skip());
    const tool = (name, picture, press, extra = {}) => button(word(`web.${name}`), press, { picture, class: "icon-button", ...extra });
    this.beside_ = tool("panel", "panel", () => this.beside(!this.panel.open), { "aria-expanded": "false", "aria-controls": "panel" });
    this.root = el("div", { class: "stage" },
      el("a", { class: "skip", href: "#line", onclick: (event) => (event.preventDefault(), this.focus()) }, word("web.skip_to")),
      this.figures.backdrop,
      el("header", { class: "bar" }, tool("home", "home", () => this.page.home()), this.title,
        el("div", { class: "tools" }, tool("hint", "hint", () => this.do("hint")), tool("undo", "undo", () => this.do("undo")),
          tool("redo", "redo", () => this.do("redo"), { class: "icon-button roomy" }),
          this.beside_, tool("menu", "menu", () => this.menu()))),
      el("section", { class: "boards", "aria-label": word("web.stage") }, this.figures.list),
      el("section", { class: "paper", "aria-label": word("web.log") }, this.surface, this.log, this.aloud,
        el("div", { class: "foot" }, this.choices, this.input.root)),
      this.panel.root, this.over);
  }

  focus() {
    if (!this.over.firstChild) this.input.text.focus({ preventScroll: true });
  }

  close() {
    this.closed = true;
    this.look.close();
    this.sizes.disconnect();
    this.typist.clear();
  }

  // --- what comes in -------------------------------------------------------------------------

  take(update) {
    if (this.closed) return;
    const at_once = update.fresh && !this.typed;
    if (update.fresh) this.begin(update.first);
    if (update.tableau) this.tableau = update.tableau;
    this.busy = update.busy;
    this.failed = update.failed;
    for (const row of update.rows) at_once ? this.stand(row) : this.typist.add(row);
    this.typist.speaking(update.speaking);
    if (at_once && this.typist.live) this.typist.live.shown = Array.from(plain(update.speaking.text)).length;
    this.typed = false;
    if (update.tableau) this.dress();
    this.input.busy(this.busy);
    if (!this.typist.busy) this.settle();
    if (update.tableau) this.page.shown?.();
  }

  begin(first) {
    this.typist.clear();
    this.lines.replaceChildren();
    this.stick = true;
    this.over.replaceChildren();
    this.first = first;
    if (first > 0) this.lines.append(button(word("web.earlier"), () => this.earlier(), { class: "quiet earlier" }));
  }

  async earlier() {
    const answer = await ask("earlier", { game: this.game, before: this.first });
    if (!answer) return;
    const more = this.log.querySelector(".earlier");
    const height = this.log.scrollHeight;
    for (const row of answer.rows) more.before(this.whole(row));
    this.first = answer.first;
    if (answer.first > 0) this.lines.prepend(more);
    else more.remove();
    this.log.scrollTop += this.log.scrollHeight - height;
  }

  // Backdrop, figures, panel and title as they are now.
  dress() {
    const now = this.tableau;
    this.figures.draw(now);
    this.panel.draw(now);
    const place = [now.scene, now.kept || this.page.explain ? null : word("web.memory")].filter(Boolean).join(" · ");
    this.title.replaceChildren(el("h1", {}, now.title), ...(place ? [el("span", {}, place)] : []));
    document.title = `${now.title} · ${word("app.title")}`;
    this.root.classList.toggle("empty", !now.present.length);
    this.root.classList.toggle("talk", now.talk);
    this.log.lang = now.language === "zh" ? "zh-CN" : "en";
    this.input.hint(word(now.over ? "prompt.placeholder_over" : now.asked ? "prompt.placeholder_ask"
      : now.puzzle ? "prompt.placeholder_puzzle" : now.talk ? "prompt.placeholder_talk" : "prompt.placeholder"));
    if (now.puzzle && !this.surface.firstChild) this.pin(now);
  }

  pin(now) {
    this.surface.replaceChildren(el("details", { open: innerHeight > 700 && innerWidth > 700 },
      el("summary", {}, word("panel.surface"), el("span", { class: "found" })), el("p", {}, now.panel.surface),
      el("ul", { class: "plain facts-found" })));
  }

  found() {
    const facts = this.tableau.panel.facts;
    const place = this.surface.querySelector(".found");
    if (!place) return;
    place.textContent = word("panel.facts_of", { k: facts.length, n: this.tableau.panel.facts_in_all });
    this.surface.querySelector(".facts-found").replaceChildren(...facts.map((one) => el("li", {}, one)));
  }

  // --- rows ----------------------------------------------------------------------------------

  draw(row, typing) {
    if (row.kind === "player") this.stick = true;
    const [made, body] = rowOf(row, this.acts());
    if (typing) made.setAttribute("aria-hidden", "true");
    this.lines.append(made);
    return body;
  }

  // What can be done with a line; why it went as it did is told where the page explains.
  acts() {
    const page = this.page;
    return { edit: (turn, text) => this.edit(turn, text), branch: (turn) => this.branch(turn),
      why: page.explain && ((turn, pressed) => page.explain(turn, pressed)) };
  }

  whole(row) {
    const [made, body] = rowOf(row, this.acts());
    body.append(...spoken(row.text));
    return made;
  }

  stand(row) {
    this.lines.append(this.whole(row));
  }

  told(row) {
    for (const one of this.log.querySelectorAll(".row[aria-hidden]")) one.removeAttribute("aria-hidden");
    if (row.kind !== "player") this.aloud.append(el("p", {}, read(row)));
    while (this.aloud.children.length > 12) this.aloud.firstChild.remove();
  }

  // The newest line stays in sight, unless the reader has scrolled up.
  keepDown() {
    this.stick = true;
    const down = () => this.stick && (this.log.scrollTop = this.log.scrollHeight);
    this.log.addEventListener("scroll", () => {
      this.stick = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    });
    this.sizes = new ResizeObserver(down);
    this.sizes.observe(this.log);
    this.sizes.observe(this.lines);
  }

  // All that is known has been typed: what can be said now, or the last page.
  settle() {
    if (!this.tableau || this.closed) return;
    this.found();
    this.figures.light(this.busy ? this.figures.lit : "");
    this.input.busy(this.busy);
    this.offer();
    if (this.tableau.closing && !this.busy && !this.over.firstChild && !this.reading) this.last();
  }

  offer() {
    const now = this.tableau;
    if (this.busy || this.typist.busy) return this.choices.replaceChildren();
    if (this.failed) return this.offerAgain();
    if (now.over) {
      return this.choices.replaceChildren(el("p", { class: "label" }, word("web.over_line")), el("div", { class: "chips" },
        button(word("web.see_ending"), () => this.last(), { class: "chip primary" })));
    }
    if (this.reworded(now)) return;
    const chips = now.options.map(([id, text], n) => el("button", { type: "button", class: "chip", "data-id": id, onclick: () => this.do("pick", { id }) },
      el("span", { class: "number", "aria-hidden": "true" }, n + 1), el("span", {}, text)));
    const stuck = now.puzzle && !now.options.length ? button(word("web.stuck"), () => this.stuck(), { class: "chip quiet" }) : null;
    this.choices.replaceChildren(...(chips.length || stuck ? [
      el("p", { class: "label", id: "choices-label" }, chips.length ? word(now.asked ? "web.choices_asked" : "web.choices") : ""),
      el("div", { class: `chips${now.asked ? " asked" : ""}`, role: "group", "aria-labelledby": chips.length ? "choices-label" : null }, chips, stuck)] : []));
  }

  // The same suggestions in other words change where they stand, whoever has the focus keeping it.
  reworded(now) {
    const shown = [...this.choices.querySelectorAll("[data-id]")];
    const label = this.choices.querySelector(".label")?.textContent;
    if (!shown.length || label !== word(now.asked ? "web.choices_asked" : "web.choices") || shown.length !== now.options.length) return false;
    if (shown.some((chip, n) => chip.dataset.id !== now.options[n][0])) return false;
    shown.forEach((chip, n) => { chip.lastChild.textContent = now.options[n][1]; });
    return true;
  }

  offerAgain() {
    this.choices.replaceChildren(el("p", { class: "label" }, word("web.choices_failed")), el("div", { class: "chips" },
      button(word("notices.try_again"), () => this.do("again"), { class: "chip" }),
      button(word("notices.use_authored"), () => this.do("authored"), { class: "chip" }),
      button(word("notices.take_back"), () => this.do("undo"), { class: "chip" })));
  }

  async stuck() {
    const answer = await ask("questions", { game: this.game });
    if (!answer) return;
    this.choices.replaceChildren(el("div", { class: "chips" }, answer.questions.map(([id, text]) =>
      el("button", { type: "button", class: "chip", onclick: () => this.do("ask", { id }) }, text))));
    this.choices.querySelector("button")?.focus();
  }

  last() {
    this.reading = false;
    this.beside(false);
    this.over.replaceChildren(ending(this.page, this, this.tableau));
    this.root.classList.add("ended");
    this.over.firstChild.focus();
  }

  readBack() {
    this.reading = true;
    this.over.replaceChildren();
    this.root.classList.remove("ended");
    this.offer();
    this.log.focus();
  }

  // --- what goes out -------------------------------------------------------------------------

  async do(action, fields = {}) {
    this.skip(false);
    this.choices.replaceChildren();
    await this.page.ready?.();
    const answer = await ask(action, { game: this.game, speed: prefs.speed, ...fields });
    if (!answer) return this.offer();
    if (answer.said) this.page.say(answer.said);
    if (answer.game && answer.game !== this.game) return this.page.enter(answer.game, false);
    if (action === "hint" && !answer.panel) this.offer();
    this.reading = false;
    this.root.classList.remove("ended");
    this.focus();
    return answer;
  }

  async say(line) {
    this.skip(false);
    await this.page.ready?.();
    const answer = await ask("say", { game: this.game, line, speed: prefs.speed });
    if (!answer) return false;
    if (answer.said) this.page.say(answer.said);
    if (answer.game && answer.game !== this.game) await this.page.enter(answer.game, true);
    if (answer.do) this.command(answer.do, answer.argument);
    return true;
  }

  // Typed commands that only a page can do.
  command(name, argument) {
    const open = {
      stop: () => this.page.home(), new: () => this.page.home(), saves: () => saves(this.page), load: () => saves(this.page),
      export: () => exporting(this.page, this.game), help: () => help(this.page), why: () => why(this.page, this.game),
      goals: () => this.beside(true), items: () => this.beside(true), lang: () => this.page.language(argument),
      save: () => saves(this.page), options: () => this.offer(), model: () => models(this.page),
      speed: () => (prefer("speed", argument), this.pace(argument), this.page.say(word(`speed.${argument}`))),
      edit: () => {
        const lines = this.log.querySelectorAll(".player");
        lines[lines.length - 1]?.querySelector("button")?.click();
      },
    };
    open[name]?.();
  }

  skip(ask_too = true) {
    if (ask_too && this.busy) ask("skip", { game: this.game });
    this.typist.hurry();
  }

  stop() {
    ask("stop", { game: this.game });
    this.focus();
  }

  pace(speed) {
    this.typist.speed = speed;
    ask("prefs", { game: this.game, speed });
  }

  edit(turn, text) {
    edit(this.page, turn, text, async (which, line) => {
      if (line.trim() && line.trim() !== text) await this.page.begin("edit", { game: this.game, turn: which, line });
    });
  }

  branch(turn) {
    this.page.begin("branch", { game: this.game, turn });
  }

  // --- beside --------------------------------------------------------------------------------

  beside(open) {
    if (open === this.panel.open) return;
    this.panel.show(open);
    this.beside_.setAttribute("aria-expanded", String(open));
    this.root.classList.toggle("with-panel", open);
    if (!open) this.beside_.focus();
  }

  menu() {
    const puzzle = this.tableau?.puzzle;
    const made = dialog(this.page, word("web.menu"), el("ul", { class: "menu" }, [
      ["retry", () => this.do("again")], ["undo", () => this.do("undo")], ["redo", () => this.do("redo")],
      ["hint", () => this.do("hint")], ["why", () => why(this.page, this.game)],
      puzzle ? ["give_up", () => sure(this.page, word("web.give_up_sure"), () => this.do("giveup"))] : null,
      [puzzle ? "finish_puzzle" : "finish", () => this.page.begin("finish", { game: this.game })],
      ["clear", () => sure(this.page, word("web.clear_sure"), () => this.page.begin("clear", { game: this.game }))],
      ["saves", () => saves(this.page)], ["export", () => exporting(this.page, this.game)],
      ["look.heading", () => look(this.page)], ["settings.heading", () => models(this.page)],
      ["help", () => help(this.page)], ["home", () => this.page.home()],
    ].filter(Boolean).map(([name, press]) => el("li", {}, button(word(`web.${name}`), () => (made.close(), press()))))), "small");
  }

  line(state) {
    if (state === "lost" && !this.lost) this.page.say(word("web.lost"));
    if (state === "open" && this.lost) this.page.say(word("web.back_again"));
    if (state === "gone") this.page.home();
    this.lost = state === "lost";
  }
}
