// Types lines out at the reader's pace. The server waits by the same numbers (pace.py).

import { el, plain, spoken } from "./dom.js";

const UNITS = { off: 0, slow: 65, normal: 32, fast: 14 }; // milliseconds for a wide character
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

function units(char) {
  if ("。！？!?…".includes(char)) return 7;
  if ("，、；：,;:—".includes(char)) return 3.5;
  return WIDE.test(char) ? 1 : 0.5;
}

export class Typist {
  // draw(row) puts a row on the page and returns the element its words go into;
  // done(row) is told when a row stands whole, idle() when nothing is left to type.
  constructor(draw, { begun = () => {}, done, idle }) {
    Object.assign(this, { draw, begun, done, idle, speed: "normal", queue: [], frame: 0, at: 0 });
    this.live = null; // the line being spoken, not whole yet
  }

  get busy() {
    return this.queue.length > 0;
  }

  // What was said so far of the line being spoken; null when it was taken back.
  speaking(row) {
    if (!row) {
      if (this.live) this.drop(this.live);
      this.live = null;
    } else if (this.live) {
      this.live.row.text = row.text;
      this.live.row.mood = row.mood;
    } else {
      this.live = { row, whole: false, shown: 0, body: null };
      this.queue.push(this.live);
    }
    this.go();
  }

  // A row that stands whole; if it is the line being spoken, that line ends with it.
  add(row) {
    const ends = ["character", "aside", "narration", "ending"].includes(row.kind);
    if (this.live && ends && (this.live.row.who || "") === (row.who || "")) {
      Object.assign(this.live.row, row);
      this.live.whole = true;
      this.live = null;
    } else {
      const item = { row, whole: true, shown: 0, body: null };
      this.queue.splice(this.live ? this.queue.indexOf(this.live) : this.queue.length, 0, item);
    }
    this.go();
  }

  drop(item) {
    this.queue = this.queue.filter((one) => one !== item);
    item.body?.closest(".row")?.remove();
  }

  clear() {
    cancelAnimationFrame(this.frame);
    Object.assign(this, { queue: [], live: null, frame: 0, at: 0 });
  }

  // Everything that is known appears at once.
  hurry() {
    while (this.queue.length && this.show(Infinity)) continue;
  }

  go() {
    if (!this.frame && this.queue.length) {
      this.at = performance.now();
      this.frame = requestAnimationFrame(() => this.tick());
    }
  }

  tick() {
    this.frame = 0;
    if (document.hidden) return this.hurry();
    const unit = UNITS[this.speed] ?? UNITS.normal;
    const elapsed = performance.now() - this.at;
    this.at = performance.now();
    const item = this.queue[0];
    if (!item) return;
    this.show(unit ? elapsed / unit : Infinity);
    if (this.queue.length && (this.queue[0] !== this.live || this.left(this.queue[0]) > 0)) this.go();
  }

  left(item) {
    return Array.from(plain(item.row.text)).length - item.shown;
  }

  // Shows as much of the first line as the time allows; whether the next one may begin.
  show(time) {
    const item = this.queue[0];
    if (!item.body) {
      item.body = this.draw(item.row, !item.whole || item.row.kind !== "player");
      this.begun(item.row);
    }
    const typed = ["character", "aside", "narration", "ending", "ask"].includes(item.row.kind);
    const chars = Array.from(plain(item.row.text));
    if (!typed) item.shown = chars.length;
    item.credit = (item.credit || 0) + time;
    while (item.shown < chars.length && item.credit > 0) item.credit -= units(chars[item.shown++]);
    const ended = item.whole && item.shown >= chars.length;
    item.body.replaceChildren(...spoken(item.row.text, item.shown), ...(ended ? [] : [el("i", { class: "caret" })]));
    if (!ended) return false;
    this.queue.shift();
    this.done(item.row, item.body);
    if (!this.queue.length) this.idle();
    return true;
  }
}
