// The editor: a plain text field over a coloured copy of its text, which carries the line numbers
// and the marks of faults. The browser's own field keeps undo, input methods and screen readers.

import { el } from "./dom.js";
import { coloured } from "./corner_colours.js";
import { word } from "./words.js";

const INDENT = "  ";

export class Editor {
  // changed(text) is told of every change, save() of Ctrl-S, chose(line) of a click on a line's number.
  constructor({ changed, save, chose }) {
    Object.assign(this, { changed, save, lines: [], states: [], trapped: true });
    this.under = el("div", { class: "under", "aria-hidden": "true" });
    this.under.addEventListener("click", (event) => {
      const line = [...this.under.children].indexOf(event.target.closest(".ln"));
      if (line >= 0) chose(line + 1);
    });
    this.text = el("textarea", { class: "typed", id: "yaml", spellcheck: "false", autocapitalize: "off", autocomplete: "off",
      autocorrect: "off", wrap: "soft", "aria-label": word("web.corner.text"), "aria-describedby": "yaml-help",
      oninput: () => this.took(), onkeydown: (event) => this.key(event), onfocus: () => (this.trapped = true),
      onscroll: () => (this.text.scrollTop = 0) });
    this.root = el("div", { class: "editor" },
      el("p", { class: "unseen", id: "yaml-help" }, word("web.corner.keys")),
      el("div", { class: "leaves" }, this.under, this.text));
    this.now = () => document.activeElement === this.text && (this.light(), this.follow());
    document.addEventListener("selectionchange", this.now);
  }

  close() {
    document.removeEventListener("selectionchange", this.now);
  }

  get value() {
    return this.text.value;
  }

  set(text, readonly) {
    this.text.value = text;
    this.text.readOnly = readonly;
    this.text.setSelectionRange(0, 0);
    this.root.scrollTop = 0;
    this.draw();
  }

  // Another text in place of all there is; undo brings the old one back.
  replace(text) {
    this.text.focus();
    this.text.select();
    this.insert(text);
    this.text.setSelectionRange(0, 0);
    this.root.scrollTop = 0;
  }

  took() {
    this.draw();
    this.follow();
    this.changed(this.text.value);
  }

  // --- looks ---------------------------------------------------------------------------------

  // Draws anew the lines that differ from those that are drawn.
  draw() {
    const lines = this.text.value.split("\n");
    const drawn = this.under.children;
    const common = Math.min(lines.length, this.lines.length);
    let first = 0;
    while (first < common && lines[first] === this.lines[first]) first += 1;
    let tail = 0;
    while (tail < common - first && lines[lines.length - 1 - tail] === this.lines[this.lines.length - 1 - tail]) tail += 1;
    const [old, fresh] = [this.lines.length - tail - first, lines.length - tail - first];
    for (let n = old; n > fresh; n -= 1) drawn[first + n - 1].remove();
    const before = drawn[first + Math.min(old, fresh)] || null;
    for (let n = old; n < fresh; n += 1) this.under.insertBefore(el("div", { class: "ln" }), before);
    this.colour(lines, first, tail);
    this.lines = lines;
    this.light();
  }

  // Colours what is new, and what follows as far as a block of text now begins or ends elsewhere.
  colour(lines, first, tail) {
    const shift = this.lines.length - lines.length;
    const states = this.states.slice(0, first);
    let state = first ? coloured(lines[first - 1], states[first - 1])[1] : null;
    for (let n = first; n < lines.length; n += 1) {
      const old = n >= lines.length - tail;
      if (old && alike(this.states[n + shift], state)) {
        states.push(...this.states.slice(n + shift));
        break;
      }
      const [parts, next] = coloured(lines[n], state);
      paint(this.under.children[n], lines[n] ? parts : [["", "\u200b"]]);
      states.push(state);
      state = next;
    }
    this.states = states;
  }

  // faults: line → "error" or "warning".
  mark(faults) {
    for (const one of this.under.querySelectorAll(".error, .warning")) one.classList.remove("error", "warning");
    for (const [line, severity] of faults) this.under.children[line - 1]?.classList.add(severity);
  }

  light() {
    const line = this.lineAt(this.text.selectionStart);
    if (this.lit?.isConnected) this.lit.classList.remove("now");
    this.lit = this.under.children[line - 1];
    this.lit?.classList.add("now");
  }

  // The caret stays in sight: the field is as high as its text, so what scrolls is around it.
  follow() {
    const place = this.text.selectionDirection === "backward" ? this.text.selectionStart : this.text.selectionEnd;
    const line = this.lineAt(place);
    const caret = this.spot(line, place - (this.text.value.lastIndexOf("\n", place - 1) + 1));
    if (!caret) return;
    const frame = this.root.getBoundingClientRect();
    if (caret.top < frame.top + 8) this.root.scrollTop -= frame.top + 8 - caret.top;
    else if (caret.bottom > frame.bottom - 40) this.root.scrollTop += caret.bottom - frame.bottom + 40;
  }

  // Where a character of a line stands on the screen.
  spot(line, column) {
    const drawn = this.under.children[line - 1];
    if (!drawn) return null;
    const walk = document.createTreeWalker(drawn, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(), left = column; node; left -= node.length, node = walk.nextNode()) {
      if (!node.length || left > node.length) continue;
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, Math.min(left + 1, node.length));
      const box = range.getBoundingClientRect();
      return box.height ? box : drawn.getBoundingClientRect();
    }
    return drawn.getBoundingClientRect();
  }

  lineAt(place) {
    let line = 1;
    for (let at = this.text.value.indexOf("\n"); at >= 0 && at < place; at = this.text.value.indexOf("\n", at + 1)) line += 1;
    return line;
  }

  get line() {
    return this.lineAt(this.text.selectionStart);
  }

  // Goes to a line, and shows which it is.
  go(line, column = 1) {
    const to = Math.max(1, Math.min(line, this.lines.length));
    let start = 0;
    for (let n = 0; n < to - 1; n += 1) start += this.lines[n].length + 1;
    const place = start + Math.min(Math.max(column - 1, 0), this.lines[to - 1].length);
    this.text.focus({ preventScroll: true });
    this.text.setSelectionRange(place, start + this.lines[to - 1].length);
    this.light();
    this.show(to);
  }

  show(line) {
    const drawn = this.under.children[line - 1];
    if (!drawn) return;
    this.root.scrollTop = drawn.offsetTop - this.root.clientHeight / 3;
    drawn.classList.remove("found");
    void drawn.offsetWidth; // so that the mark begins anew
    drawn.classList.add("found");
  }

  // --- keys ----------------------------------------------------------------------------------

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // it belongs to the input method
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      this.save();
    } else if (event.key === "Escape") {
      this.trapped = false; // the next Tab leaves the field
    } else if (event.key === "Tab" && this.trapped && !this.text.readOnly && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.shiftKey && !this.text.readOnly) {
      event.preventDefault();
      this.insert(`\n${this.opens()}`);
    } else if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) {
      this.trapped = true;
    }
  }

  // The blanks a new line begins with: those of this one, and more below a key or a new item.
  opens() {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const item = /^(\s*)- +(?=[\w-]+:( |$))/.exec(line);
    const blanks = item ? " ".repeat(item[0].length) : /^\s*/.exec(line)[0];
    return /(^|\s)[\w-]+:\s*[|>]?-?\s*$/.test(line) ? blanks + INDENT : blanks;
  }

  insert(text) {
    // The old command is the only one that the browser can undo.
    if (!document.execCommand("insertText", false, text)) {
      this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
      this.took();
    }
  }

  indent(back) {
    const { value, selectionStart: start, selectionEnd: end } = this.text;
    const from = value.lastIndexOf("\n", start - 1) + 1;
    if (start === end && !back) return this.insert(INDENT.slice((start - from) % INDENT.length));
    const to = value.indexOf("\n", Math.max(start, end - 1));
    const last = to < 0 ? value.length : to;
    const lines = value.slice(from, last).split("\n");
    const moved = lines.map((one) => (back ? one.replace(/^ {1,2}/, "") : one && INDENT + one)).join("\n");
    if (moved === lines.join("\n")) return;
    this.text.setSelectionRange(from, last);
    this.insert(moved);
    const first = moved.split("\n")[0].length - lines[0].length;
    if (start === end) this.text.setSelectionRange(Math.max(from, start + first), Math.max(from, start + first));
    else this.text.setSelectionRange(from, from + moved.length);
  }
}

// Gives a line its parts. Nodes are kept and a few are spare: adding or taking away nodes ends what the
// browser undoes in one go, so that each letter would have to be undone by itself.
function paint(line, parts) {
  const spare = line.firstChild ? 6 : 0;
  if (line.children.length < parts.length) {
    line.append(...Array.from({ length: parts.length - line.children.length + spare }, () => el("span", {}, "")));
  }
  for (let n = 0; n < line.children.length; n += 1) {
    const [kind, text] = parts[n] || ["", ""];
    const span = line.children[n];
    if (span.className !== kind) span.className = kind;
    if (span.firstChild.data !== text) span.firstChild.data = text;
  }
}

const alike = (one, other) => one === other || (one && other && one.indent === other.indent);
