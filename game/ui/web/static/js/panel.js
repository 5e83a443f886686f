// The panel beside the play: goals, meters, what is carried, facts, hints, lore.

import { button, el } from "./dom.js";
import { word } from "./words.js";

export class Panel {
  constructor(close) {
    this.body = el("div", { class: "body" });
    this.root = el("aside", { class: "panel", id: "panel", "aria-label": word("web.panel"), hidden: true },
      el("header", {}, el("h2", {}, word("web.panel")), button(word("web.close"), close, { picture: "close", class: "icon-button" })),
      this.body);
    this.root.addEventListener("keydown", (event) => event.key === "Escape" && close());
  }

  get open() {
    return !this.root.hidden;
  }

  show(wanted) {
    this.root.hidden = !wanted;
    if (wanted) this.root.querySelector("button").focus();
  }

  draw(tableau) {
    const shown = tableau.panel;
    const parts = [
      tableau.puzzle ? this.facts(shown) : this.goals(tableau, shown),
      shown.meters.length ? this.part("meters", el("ul", { class: "meters" }, shown.meters.map(meter))) : null,
      tableau.puzzle || tableau.talk ? null : this.part("items", shown.items.length
        ? el("ul", { class: "items" }, shown.items.map((one) => el("li", {}, one)))
        : el("p", { class: "dim" }, word("panel.no_items"))),
      shown.hints.length ? this.part("hints", list(shown.hints)) : null,
      shown.lore.length ? this.part("lore", list(shown.lore)) : null,
    ];
    this.body.replaceChildren(el("p", { class: "dim" }, word("panel.turn", { n: tableau.turns })), ...parts.filter(Boolean));
  }

  part(key, ...inside) {
    return el("section", {}, el("h3", {}, word(`panel.${key}`)), inside);
  }

  goals(tableau, shown) {
    if (tableau.talk) return null;
    return this.part("goals", shown.goals.length
      ? el("ul", { class: "goals" }, shown.goals.map(([text, done]) => el("li", { class: done ? "done" : "" },
        el("span", { class: "mark", "aria-hidden": "true" }, done ? "✓" : "○"), el("span", {}, text))))
      : el("p", { class: "dim" }, word("panel.no_goals")));
  }

  facts(shown) {
    return el("section", {}, el("h3", {}, word("panel.facts_of", { k: shown.facts.length, n: shown.facts_in_all })),
      shown.facts.length ? list(shown.facts) : el("p", { class: "dim" }, word("panel.none")));
  }
}

function list(texts) {
  return el("ul", { class: "plain" }, texts.map((one) => el("li", {}, one)));
}

function meter([label, value, least, most]) {
  const numeric = typeof value === "number" && most !== null;
  const share = numeric && most > least ? (value - least) / (most - least) : 0;
  return el("li", {}, el("span", { class: "label" }, label), el("span", { class: "value" }, numeric ? `${value}/${most}` : String(value)),
    numeric ? el("span", { class: "bar", "aria-hidden": "true" }, el("span", { style: { width: `${Math.round(share * 100)}%` } })) : null);
}
