// How each row of the play looks; the words go into the element that is returned.

import { button, el, plain } from "./dom.js";
import { word } from "./words.js";

const SIGNS = { meter: "·", item: "＋", roll: "⚄", goal: "✓", fact: "●", hint: "？", system: "·" };
const ANSWERS = { yes: "○", no: "×", irrelevant: "—", unclear: "？" };

// Returns [the row's element, the element its words go into].
export function rowOf(row, acts) {
  if (row.kind === "scene") return whole(el("h2", { class: "row scene" }));
  if (row.kind === "narration" || row.kind === "ending") return whole(el("p", { class: `row ${row.kind}` }));
  if (row.kind === "player") return player(row, acts);
  if (row.kind === "answer") return answer(row);
  if (row.who || row.kind === "ask") return said(row);
  const body = el("span");
  return [el("p", { class: `row note ${row.kind}` }, el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[row.kind] || "·"), body), body];
}

function whole(made) {
  return [made, made];
}

function said(row) {
  const body = el("span", { class: "words" });
  return [el("p", { class: `row said ${row.kind}`, "data-who": row.who || "" },
    row.name ? el("b", { class: "name" }, row.name) : null, body), body];
}

function player(row, acts) {
  const body = el("span", { class: "words" });
  const tools = row.turn
    ? el("span", { class: "tools" },
      button(`${word("web.edit")}: ${plain(row.text)}`, () => acts.edit(row.turn, plain(row.text)), { picture: "edit", class: "icon-button" }),
      acts.why ? button(word("web.corner.why.open", { turn: row.turn }), (event) => acts.why(row.turn, event.currentTarget), { picture: "why", class: "icon-button", "aria-expanded": "false" }) : null,
      button(word("web.branch"), () => acts.branch(row.turn), { picture: "redo", class: "icon-button" }))
    : null;
  return [el("div", { class: "row player" }, tools, el("p", {}, el("b", { class: "name" }, row.name || ""), body)), body];
}

function answer(row) {
  const body = el("span", { class: "words" });
  return [el("p", { class: `row verdict ${row.answer}` },
    el("span", { class: "mark", "aria-hidden": "true" }, ANSWERS[row.answer] || "·"), body), body];
}

// What a screen reader is told once a row stands whole.
export function read(row) {
  const text = plain(row.text);
  return row.name && row.kind !== "player" ? `${row.name}: ${text}` : text;
}
