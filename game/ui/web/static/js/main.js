// The page begins here: start page or stage, by the address; words and look by the browser.

import { el } from "./dom.js";
import { early, server as early_server, wanted } from "./early.js";
import { watch } from "./files.js";
import { home } from "./home.js";
import { ask, connect } from "./link.js";
import { prefer, prefs, wear } from "./prefs.js";
import { learn, word } from "./words.js";

const SAVE = /^#game=([0-9a-z]{16,80})$/;
const WRITE = /^#write(=|$)/;

class Page {
  constructor(root) {
    this.root = root;
    this.stage = null;
    this.models = false;
    this.writes = false;
    this.corner = null;
    this.toast = el("div", { class: "toast", role: "status", "aria-live": "polite" });
    this.view = el("div", { class: "view" });
    root.replaceChildren(this.view, this.toast);
    watch(this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => wear(root));
    window.addEventListener("hashchange", () => this.go());
  }

  async start() {
    const lang = wanted();
    if (!(await this.speak(lang, await early(lang)))) return;
    if (SAVE.test(location.hash) || WRITE.test(location.hash)) return this.go();
    this.shelve();
    setTimeout(() => import("./stage.js"), 800); // the stage will be wanted next
  }

  // Learns the words of a language, and what the start page shows.
  async speak(lang, known = null) {
    learn({}, lang);
    const answer = known || (await ask("hello"));
    if (!answer) return false;
    learn(answer.words, lang);
    this.shelf = answer.home;
    this.models = answer.models;
    this.writes = answer.corner;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = word("app.title");
    wear(this.root);
    return true;
  }

  async language(lang) {
    prefer("lang", lang);
    if (this.corner) {
      if (await this.speak(lang)) await this.write(true);
    } else if (this.stage) {
      const game = this.stage.game;
      learn({}, lang);
      const answer = await ask("language", { game, speed: prefs.speed });
      await this.speak(lang);
      await this.enter(game, false);
      this.say(answer?.said || "");
    } else if (await this.speak(lang)) {
      this.shelve();
    }
  }

  async go() {
    if (WRITE.test(location.hash) && this.writes) return this.write();
    const found = SAVE.exec(location.hash);
    if (!found) return this.home();
    if (this.stage?.game !== found[1]) await this.enter(found[1], false);
  }

  async home() {
    this.leave();
    if (location.hash) history.pushState(null, "", location.pathname + location.search);
    const answer = await ask("home");
    if (answer) this.shelf = answer.home;
    this.shelve();
  }

  // The start page; drawn anew where the reader is when something on it has changed (`top` false).
  shelve(top = true) {
    const place = this.view.scrollTop;
    this.root.dataset.look = "home";
    document.title = word("app.title");
    this.view.replaceChildren(home(this, this.shelf));
    this.view.scrollTop = top ? 0 : place;
    if (top) this.root.querySelector("h1")?.focus();
  }

  async renew() {
    const answer = await ask("home");
    if (!answer) return;
    this.shelf = answer.home;
    if (!this.stage && !this.corner) this.shelve(false);
  }

  // The authors' corner, at what the address names.
  async write(anew = false) {
    if (!WRITE.test(location.hash)) history.pushState(null, "", "#write");
    if (anew || !this.corner) {
      this.leave();
      const { Corner } = await import("./corner.js");
      this.root.dataset.look = "corner";
      this.corner = new Corner(this);
      this.view.replaceChildren(this.corner.root);
    }
    await this.corner.go(location.hash);
  }

  // Opens a game; a new one is typed out from its first word.
  async enter(game, typed) {
    this.leave();
    const answer = await ask("open", { game, speed: prefs.speed });
    if (!answer) return this.home();
    if (location.hash !== `#game=${game}`) history.pushState(null, "", `#game=${game}`);
    const { Stage } = await import("./stage.js");
    this.root.dataset.look = "stage";
    this.stage = new Stage(this, game, typed);
    this.view.replaceChildren(this.stage.root);
    this.stage.focus();
  }

  // Begins something that answers with a game.
  async begin(action, fields = {}) {
    const answer = await ask(action, { speed: prefs.speed, ...fields });
    if (!answer?.game) return false;
    await this.enter(answer.game, true);
    if (answer.said) this.say(answer.said);
    return true;
  }

  leave() {
    this.stage?.close();
    this.stage = null;
    this.corner?.close();
    this.corner = null;
    for (const open of this.root.querySelectorAll("dialog")) open.remove();
  }

  say(text) {
    if (!text) return;
    this.toast.textContent = text;
    this.toast.classList.add("shown");
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.toast.classList.remove("shown"), Math.max(3500, text.length * 90));
  }
}

const root = el("div", { id: "curtain", class: "curtain", "data-look": "home" });

function start() {
  wear(root);
  document.body.append(root);
  const page = new Page(root);
  connect(early_server, (said, lost) => page.say(lost ? word("web.lost") : said));
  page.start();
}

// Gradio has set up: the page moves into its component, and asks through it from now on.
export function adopt(house, server) {
  connect(server);
  const focus = document.activeElement;
  const places = [...root.querySelectorAll(".view, .log")].map((one) => [one, one.scrollTop]);
  if (house.moveBefore) house.moveBefore(root, null);
  else house.append(root);
  for (const [one, top] of places) one.scrollTop = top;
  if (root.contains(focus)) focus.focus({ preventScroll: true });
}

start();
