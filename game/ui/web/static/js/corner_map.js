// The story's map, to be looked at from near and afar, and a playtest that colours it.

import { button, el } from "./dom.js";
import { word } from "./words.js";

const SCALES = [0.15, 0.25, 0.4, 0.55, 0.7, 0.85, 1, 1.3, 1.7, 2.2];

export class StoryMap {
  // draw() asks for the map, test() for a playtest; both answer as the server does, or with null.
  constructor({ draw, test }) {
    Object.assign(this, { ask: draw, test, scale: 0, fresh: false });
    this.picture = el("img", { alt: word("web.corner.map_of"), draggable: "false", hidden: true, onload: () => this.fit() });
    this.board = el("div", { class: "board", tabindex: 0, role: "region", "aria-label": word("web.corner.map") }, this.picture);
    this.alone = el("a", { class: "button", target: "_blank", rel: "noopener", hidden: true }, word("web.corner.alone"));
    this.report = el("div", { class: "report", role: "status" });
    this.run = button(word("web.corner.playtest"), () => this.play(), { class: "primary" });
    this.note = el("p", { class: "dim note" });
    this.root = el("section", { class: "pane map", id: "pane-map", "aria-label": word("web.corner.map"), hidden: true },
      el("div", { class: "row-of tools" }, this.run,
        this.zooms = el("span", { class: "zooms" },
          button(word("web.corner.smaller"), () => this.zoom(-1), { "aria-label": word("web.corner.smaller"), shown: false }),
          button(word("web.corner.fit"), () => this.fit(true), {}),
          button(word("web.corner.larger"), () => this.zoom(1), { "aria-label": word("web.corner.larger"), shown: false })),
        this.alone),
      this.report, this.note, this.board);
    const [less, , more] = this.zooms.children;
    less.append("−");
    more.append("＋");
    this.drag();
  }

  // The text, or the game's place, has changed: the picture is old.
  old() {
    this.fresh = false;
    if (!this.root.hidden) this.draw();
  }

  async draw() {
    if (this.fresh) return;
    this.fresh = true;
    const answer = await this.ask();
    if (!answer) this.fresh = false;
    else if (!answer.stale) this.show(answer);
  }

  show(answer) {
    if (answer.slow) return void (this.note.textContent = answer.said);
    const there = Boolean(answer.map);
    this.note.textContent = there ? "" : word("web.corner.no_map");
    for (const one of [this.picture, this.zooms, this.alone, this.board]) one.hidden = !there;
    if (!there) return;
    const address = new URL(`play/corner/map/${answer.map}`, document.baseURI).href;
    this.picture.src = address;
    this.alone.href = address;
  }

  async play() {
    this.run.disabled = true;
    this.report.replaceChildren(el("p", { class: "dim" }, word("web.corner.playtesting")));
    const answer = await this.test();
    this.run.disabled = false;
    this.report.replaceChildren();
    if (!answer || answer.stale) return;
    if (answer.slow) return this.report.replaceChildren(el("p", {}, answer.said));
    const [title, ...lines] = answer.lines;
    const last = lines.pop() || "";
    this.report.replaceChildren(el("details", { open: true, class: answer.passed ? "passed" : "failed" },
      el("summary", {}, el("span", { class: "mark", "aria-hidden": "true" }, answer.passed ? "✓" : "!"), last),
      el("p", { class: "dim" }, title),
      el("ul", { class: "plain" }, lines.map((one) => el("li", { style: { "--deep": Math.floor(one.search(/\S/) / 2) } }, one.trim())))));
    this.fresh = true;
    if (answer.map) this.show(answer);
  }

  // --- near and far ----------------------------------------------------------------------------

  fit(again = false) {
    const whole = this.picture.naturalWidth;
    if (!whole || (this.scale && !again)) return this.size();
    this.scale = Math.max(0.15, Math.min(1, (this.board.clientWidth - 4) / whole));
    this.size();
  }

  zoom(step) {
    const at = SCALES.findIndex((one) => one >= this.scale - 0.01);
    const next = step > 0 && SCALES[at] > this.scale + 0.01 ? at : at + step;
    this.scale = SCALES[Math.max(0, Math.min(SCALES.length - 1, next))];
    this.size();
  }

  size() {
    const [x, y] = [this.board.scrollLeft + this.board.clientWidth / 2, this.board.scrollTop + this.board.clientHeight / 2];
    const before = this.picture.width || 1;
    this.picture.hidden = false;
    this.picture.width = Math.round(this.picture.naturalWidth * this.scale);
    const grown = this.picture.width / before;
    this.board.scrollTo(x * grown - this.board.clientWidth / 2, y * grown - this.board.clientHeight / 2);
  }

  drag() {
    let from = null;
    this.board.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) from = [event.clientX + this.board.scrollLeft, event.clientY + this.board.scrollTop];
    });
    window.addEventListener("pointerup", this.end = () => (from = null));
    this.board.addEventListener("pointermove", (event) => from && this.board.scrollTo(from[0] - event.clientX, from[1] - event.clientY));
    this.board.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1 : -1);
    }, { passive: false });
  }

  close() {
    window.removeEventListener("pointerup", this.end);
  }
}
