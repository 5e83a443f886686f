// The authors' corner: the shelf of one's own files, and the desk at which one of them is written.

import { button, el } from "./dom.js";
import { beginning, copying, uploading } from "./corner_new.js";
import { address, addressed, drafts, nameOf, post, take } from "./corner_link.js";
import { look } from "./dialogs.js";
import { Desk } from "./corner_desk.js";
import { lang, word } from "./words.js";

const SIGNS = { scenario: "❧", character: "☺", puzzles: "?" };

export class Corner {
  constructor(page) {
    Object.assign(this, { page, desk: null });
    dressed();
    this.root = el("div", { class: "corner" });
  }

  // To what the address names: a file, or the shelf.
  async go(hash) {
    const name = addressed(hash);
    if (!name || !(await this.open(name))) await this.shelf();
  }

  close() {
    this.desk?.close();
    this.desk = null;
  }

  // --- a file ----------------------------------------------------------------------------------

  // Opens a file at the desk; null where there is none, which has then been said.
  async open(name, line = 0) {
    const answer = await post(this.page, "open", nameOf(name));
    if (answer) this.show(answer, line);
    return answer;
  }

  show(answer, line = 0) {
    const to = address(answer.file);
    if (location.hash !== to) history.pushState(null, "", to);
    if (this.desk) this.desk.keep();
    else {
      this.desk = new Desk(this);
      this.root.replaceChildren(this.desk.root);
    }
    this.desk.open(answer, line);
  }

  async drop(file) {
    const answer = await post(this.page, "delete", nameOf(file));
    if (!answer) return;
    drafts.drop(file);
    if (this.desk) this.desk.file = null;
    this.page.say(word("web.corner.deleted"));
    this.shelf();
  }

  // A character's card, with its portrait, as its file was last saved.
  async card(file) {
    const address = new URL("play/card", document.baseURI);
    address.search = new URLSearchParams({ character: file.id, form: "png", lang: file.language || lang });
    const response = await fetch(address).catch(() => null);
    if (!response?.ok) return this.page.say(word("web.corner.no_card"));
    take(await response.blob(), `${file.id}.png`);
  }

  // --- the shelf -------------------------------------------------------------------------------

  async shelf() {
    const answer = await post(this.page, "list");
    if (!answer) return;
    if (this.desk?.file) this.desk.close();
    this.desk = null;
    if (location.hash !== "#write") history.pushState(null, "", "#write");
    document.title = `${word("web.corner.heading")} · ${word("app.title")}`;
    const made = (opened) => this.show(opened);
    const other = lang === "zh" ? "en" : "zh";
    this.root.replaceChildren(el("div", { class: "home author-shelf" },
      el("header", { class: "masthead" },
        el("div", { class: "tools" },
          button(word("web.home"), () => this.page.home(), { class: "quiet" }),
          button(word(`language.${other}`), () => this.page.language(other), { class: "quiet", lang: other === "zh" ? "zh-CN" : "en" }),
          button(word("web.look.heading"), () => look(this.page), { class: "quiet" })),
        el("h1", { tabindex: -1 }, word("web.corner.heading")), el("p", { class: "tagline" }, word("web.corner.tagline"))),
      el("section", { class: "shelf begin", "aria-labelledby": "corner-new" }, el("h2", { id: "corner-new" }, word("web.corner.new")),
        el("ul", { class: "kinds" },
          ["scenario", "character", "puzzles"].map((kind) => el("li", {}, el("button", { type: "button", class: "kind", onclick: () => beginning(this.page, kind, made) },
            el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[kind]), el("strong", {}, word(`web.corner.kinds.${kind}`)), el("span", { class: "synopsis" }, word(`web.corner.kinds_about.${kind}`))))),
          el("li", {}, el("button", { type: "button", class: "kind", onclick: () => uploading(this.page, made) },
            el("span", { class: "sign", "aria-hidden": "true" }, "↥"), el("strong", {}, word("web.corner.upload")), el("span", { class: "synopsis" }, word("web.corner.upload_about")))))),
      el("section", { class: "shelf", "aria-labelledby": "corner-mine" }, el("h2", { id: "corner-mine" }, word("web.corner.mine")),
        answer.mine.length ? el("ul", { class: "files" }, answer.mine.map((one) => this.entry(one, true))) : el("p", { class: "dim" }, word("web.corner.mine_none"))),
      el("section", { class: "shelf", "aria-labelledby": "corner-shipped" }, el("h2", { id: "corner-shipped" }, word("web.corner.shipped")),
        el("p", { class: "about" }, word("web.corner.shipped_about")),
        el("ul", { class: "files" }, answer.shipped.map((one) => this.entry(one, false))))));
    this.page.view.scrollTop = 0;
    this.root.querySelector("h1").focus();
  }

  entry(one, own) {
    const unsaved = own && one.languages.some((language) => drafts.read({ ...one, language }));
    const facts = [word(`web.corner.kinds.${one.kind}`), one.languages.map((each) => (each ? word(`language.${each}`) : "")).filter(Boolean).join(" / "), `${one.id}.yaml`];
    return el("li", {}, el("button", { type: "button", class: "file", onclick: () => this.open(one) },
      el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[one.kind]),
      el("span", { class: "words" }, el("strong", {}, one.title),
        el("span", { class: "facts" }, facts.filter(Boolean).join(" · "), unsaved ? el("span", { class: "unsaved", "data-dirty": "true" }, ` ${word("web.corner.unsaved")}`) : null),
        one.about ? el("span", { class: "synopsis" }, one.about) : null)),
    own ? null : button(`${word("web.corner.copy")} ${one.title}`, () => copying(this.page, one, (answer) => this.show(answer)), { class: "quiet", picture: "edit" }));
  }
}

// The corner's own style comes with it.
function dressed() {
  const sheet = new URL("play/static/corner.css", document.baseURI).href;
  if (![...document.styleSheets].some((one) => one.href === sheet)) document.head.append(el("link", { rel: "stylesheet", href: sheet }));
}
