// The values a story's variables begin with when it is tried: as its text says, unless changed here.

import { el } from "./dom.js";
import { word } from "./words.js";

export class Values {
  constructor() {
    this.fields = el("div", { class: "fields" });
    this.root = el("details", { class: "values", hidden: true }, el("summary", {}, word("web.corner.values")), this.fields);
    this.inputs = {};
    this.drawn = "";
  }

  // state: [name, type, value, the values it may have, [least, most]] of each variable.
  draw(state) {
    const now = JSON.stringify(state);
    if (now === this.drawn) return;
    const before = this.changed();
    this.drawn = now;
    this.inputs = Object.fromEntries(state.map(([name, ...about]) => [name, input(`value-${name}`, ...about)]));
    for (const [name, value] of Object.entries(before)) if (this.inputs[name]) this.inputs[name].value = value;
    this.start = Object.fromEntries(state.map(([name, , value]) => [name, value]));
    this.root.hidden = !state.length;
    this.fields.replaceChildren(...Object.entries(this.inputs).map(([name, one]) =>
      el("p", {}, el("label", { for: one.id }, el("code", {}, name)), one)));
  }

  // Those that are not as the text says.
  changed() {
    return Object.fromEntries(Object.entries(this.inputs).map(([name, one]) => [name, one.value]).filter(([name, value]) => value !== this.start[name]));
  }
}

function input(id, type, value, values, [least, most]) {
  const choices = type === "bool" ? ["false", "true"] : values;
  if (choices.length) return chosen(el("select", { id }, choices.map((one) => el("option", { value: one }, one))), value);
  return chosen(el("input", { id, type: type === "int" ? "number" : "text", min: least, max: most, maxlength: 200, autocomplete: "off" }), value);
}

function chosen(made, value) {
  made.value = value;
  return made;
}
