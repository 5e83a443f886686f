// How the last line was understood, and what the player wants kept in mind.

import { dialog } from "./dialogs.js";
import { button, el } from "./dom.js";
import { ask } from "./link.js";
import { word } from "./words.js";

export async function why(page, game) {
  const answer = await ask("why", { game });
  if (!answer) return;
  dialog(page, word("web.why"), [
    el("ul", { class: "plain" }, answer.lines.map((one) => el("li", {}, one))),
    pinned(page, game, answer.pins)]);
}

function pinned(page, game, pins) {
  const list = el("ol", { class: "pins" });
  const input = el("input", { name: "pin", maxlength: "200", autocomplete: "off", "aria-label": word("pins.label"), placeholder: word("pins.label") });
  const change = async (action, wanted) => {
    const answer = await ask(action, { game, wanted });
    if (!answer) return false;
    page.say(answer.said);
    fill(answer.pins);
    return true;
  };
  const fill = (every) => list.replaceChildren(...(every.length
    ? every.map((one, place) => el("li", {}, el("span", {}, one),
      button(word("pins.take_off", { text: one }), async () => (await change("unpin", String(place + 1))) && input.focus(), { picture: "close", class: "icon-button" })))
    : [el("li", { class: "dim" }, word("pins.none"))]));
  const form = el("form", { class: "row-of" }, input, button(word("pins.add"), () => {}, { type: "submit" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (input.value.trim() && await change("pin", input.value)) input.value = "";
  });
  fill(pins);
  return el("section", { class: "kept-in-mind" }, el("h3", {}, word("pins.heading")), list, form);
}
