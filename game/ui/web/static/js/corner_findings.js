// What lint finds, beside the text: each finding with its line, the mend, and a page about its rule.

import { button, el } from "./dom.js";
import { dialog } from "./dialogs.js";
import { placed, post } from "./corner_link.js";
import { word } from "./words.js";

export class Findings {
  // go(line, column) shows a place in this file, open(name, line) in another one.
  constructor(page, { go, open }) {
    Object.assign(this, { page, go, open });
    this.summary = el("p", { class: "summary", role: "status" });
    this.list = el("ol", { class: "findings" });
    this.root = el("section", { class: "pane lint", id: "pane-lint", "aria-label": word("web.corner.findings") },
      this.summary, el("p", { class: "busy dim", "aria-hidden": "true" }, word("web.corner.checking")), this.list);
  }

  checking() {
    this.root.classList.add("checking");
  }

  // It can be played; what else is to be said of it is being looked for.
  plays(anew) {
    if (anew) this.list.replaceChildren();
    this.summary.className = "summary";
    this.summary.replaceChildren(el("strong", {}, word("web.corner.playable")));
  }

  // Nothing came of the looking: it took too long, or something newer is looked at.
  ends(answer) {
    this.root.classList.remove("checking");
    if (answer?.slow) this.summary.replaceChildren(answer.said);
  }

  draw(answer) {
    this.root.classList.remove("checking");
    const errors = answer.findings.filter((one) => one.severity === "error").length;
    const warnings = answer.findings.length - errors + answer.more;
    this.summary.className = `summary ${answer.playable ? (errors ? "warning" : "fine") : "error"}`;
    this.summary.replaceChildren(
      el("strong", {}, word(answer.playable ? "web.corner.playable" : "web.corner.not_playable")), " ",
      errors + warnings ? word("web.corner.count", { errors, warnings }) : word("web.corner.nothing"));
    this.list.replaceChildren(...answer.findings.map((one) => this.finding(one)));
  }

  finding(one) {
    const elsewhere = one.here ? null : placed(one.file);
    const press = () => (one.here ? this.go(one.line, one.column) : elsewhere && this.open(elsewhere, one.line));
    const message = one.message.replace(/^(note|warning|提醒|警告)\s*[:：]\s*/i, "");
    return el("li", { class: one.severity },
      el("button", { type: "button", class: "finding", onclick: press },
        el("span", { class: "sign", "aria-hidden": "true" }, one.severity === "error" ? "✕" : "!"),
        el("span", { class: "said" },
          el("span", { class: "where" },
            el("b", {}, word(`web.corner.${one.severity}`)), " ", one.here ? word("web.corner.line", { n: one.line }) : `${one.file}, ${word("web.corner.line", { n: one.line })}`),
          el("span", { class: "words" }, message))),
      button(word("web.corner.about_rule", { code: one.code }), () => this.about(one.code), { class: "quiet rule" }));
  }

  async about(code) {
    const answer = await post(this.page, "rule", { code });
    if (answer) dialog(this.page, code, el("div", { class: "rule-page", lang: "en" }, paged(answer.text)), "wide");
  }
}

// A rule's page: headings, paragraphs and examples; its own heading is the dialog's.
function paged(text) {
  const nodes = [];
  for (const part of text.split(/^```\w*[^\n]*\n([\s\S]*?)^```\s*$/m).entries()) {
    const [at, piece] = part;
    if (at % 2) nodes.push(el("pre", { tabindex: 0 }, piece.trimEnd()));
    else nodes.push(...piece.split(/\n\s*\n/).map((one) => one.trim()).filter(Boolean).map(block));
  }
  return nodes.filter(Boolean);
}

function block(text) {
  const heading = /^(#+)\s+(.*)$/.exec(text);
  if (heading) return heading[1].length === 1 ? null : el("h3", {}, heading[2]);
  const parts = text.replace(/\s*\n\s*/g, " ").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").split(/`([^`]*)`/);
  return el("p", {}, parts.map((one, at) => (at % 2 ? el("code", {}, one) : one)));
}
