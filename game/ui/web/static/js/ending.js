// The last page: how it ended, what was found, where the fork was, and the ways on.

import { button, el, spoken } from "./dom.js";
import { exporting } from "./dialogs.js";
import { word } from "./words.js";

export function ending(page, stage, tableau) {
  const shown = tableau.closing;
  const again = (action, fields) => page.begin(action, { game: stage.game, ...fields });
  const made = el("section", { class: "ending-page", "aria-labelledby": "ending-title", tabindex: -1 },
    el("div", { class: "ending-sheet" },
      el("p", { class: "kind" }, shown.kind, shown.new ? el("span", { class: "new" }, word("notices.new_ending")) : null),
      el("h2", { id: "ending-title" }, shown.heading),
      el("p", { class: "ending-text" }, spoken(shown.text)),
      el("p", { class: "dim" }, word("endings.turns", { n: shown.turns })),
      el("div", { class: "tallies" },
        tally("endings.reached", shown.reached, "✓"), tally("endings.facts", shown.facts, "●"),
        tally("endings.carried", shown.items, "＋"), tally("endings.unreached", shown.missed, "○")),
      shown.fork ? el("p", { class: "fork" }, el("b", {}, word("endings.fork")), " ", shown.fork) : null,
      shown.endings ? el("p", { class: "count" }, el("span", { "aria-hidden": "true" }, "◆".repeat(shown.found) + "◇".repeat(shown.endings - shown.found)),
        " ", word(shown.found === shown.endings ? "endings.found_all" : "endings.found", { k: shown.found, n: shown.endings })) : null,
      shown.result ? result(page, shown.result) : null,
      el("div", { class: "ways" },
        shown.fork_turn ? button(word("endings.from_fork"), () => again("branch", { turn: shown.fork_turn }), { class: "primary" }) : null,
        tableau.puzzle ? button(word("endings.next_puzzle"), () => again("finish"), { class: "primary" }) : null,
        button(word("endings.again"), () => again("clear")),
        button(word("endings.other"), () => page.home()),
        button(word("endings.export"), () => exporting(page, stage.game), { class: "quiet" }),
        button(word("web.read_back"), () => stage.readBack(), { class: "quiet" }))));
  return made;
}

function tally(key, texts, mark) {
  if (!texts.length) return null;
  return el("div", { class: "tally" }, el("h3", {}, word(key)), el("ul", { class: "plain" },
    texts.map((one) => el("li", {}, el("span", { class: "mark", "aria-hidden": "true" }, mark), el("span", {}, one)))));
}

function result(page, text) {
  return el("p", { class: "result" }, el("span", { class: "dim" }, word("endings.copy")), el("output", {}, text),
    button(word("web.copy"), async () => {
      await navigator.clipboard?.writeText(text).catch(() => {});
      page.say(word("web.copied"));
    }, { class: "quiet" }));
}
