// Who is on stage, and where: the backdrop, and a figure for each character.

import { cutout, el } from "./dom.js";
import { word } from "./words.js";

export class Figures {
  constructor() {
    this.backdrop = el("div", { class: "backdrop", "aria-hidden": "true" });
    this.list = el("ul", { class: "figures", "aria-label": word("web.on_stage") });
    this.at = "";
    this.seen = "";
    this.lit = "";
  }

  draw(tableau) {
    const place = `${tableau.background}|${tableau.scene}|${tableau.hue}`;
    if (place !== this.at) {
      this.at = place;
      const inside = tableau.background
        ? el("img", { src: `play/${tableau.background}`, alt: "" })
        : el("div", { class: "wash", style: { "--hue": tableau.hue } }, el("i"), el("i"), el("i"));
      this.backdrop.append(inside);
      while (this.backdrop.children.length > 2) this.backdrop.firstChild.remove();
    }
    const now = JSON.stringify(tableau.present);
    if (now === this.seen) return;
    this.seen = now;
    this.list.replaceChildren(...tableau.present.map((one) => figure(one)));
    this.list.dataset.count = tableau.present.length;
    this.light(this.lit);
  }

  // The speaker stands in the light.
  light(who) {
    this.lit = who;
    for (const one of this.list.children) one.classList.toggle("lit", one.dataset.who === who);
    this.list.classList.toggle("someone", [...this.list.children].some((one) => one.dataset.who === who));
  }
}

function figure(one) {
  const picture = one.portrait ? el("img", { src: `play/${one.portrait}`, alt: "" }) : cutout(one.name, one.hue, one.mood);
  const painted = /\.(png|webp|jpe?g)(\?|$)/.test(one.portrait); // has edges, as a cut-out figure has not
  return el("li", { class: `figure ${one.mood}${painted ? " painted" : ""}`, "data-who": one.who }, picture, el("span", { class: "plate" }, one.name));
}
