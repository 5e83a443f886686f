// Beginning a file: a new one, a copy, or one from the author's own machine.

import { button, el } from "./dom.js";
import { dialog } from "./dialogs.js";
import { nameOf, post } from "./corner_link.js";
import { lang, word } from "./words.js";

const MOST = 262_144;
const KINDS = ["scenario", "character", "puzzles"];

// A name for files and ids, made of a title's plain letters.
function suggested(title, kind) {
  const plain = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+|_+$/g, "").slice(0, 32).replace(/_$/, "");
  const made = () => `${{ scenario: "story", character: "person", puzzles: "puzzles" }[kind]}_${Math.random().toString(36).slice(2, 6)}`;
  return plain.length > 1 ? plain : made();
}

export function beginning(page, kind, done) {
  let typed = false;
  const title = el("input", { id: "new-title", type: "text", maxlength: 80, required: true, autocomplete: "off" });
  const id = el("input", { id: "new-id", type: "text", maxlength: 40, required: true, pattern: "[a-z][a-z0-9_]*", autocomplete: "off", spellcheck: "false", "aria-describedby": "new-id-about" });
  const which = choice("new-kind", KINDS, kind, (one) => word(`web.corner.kinds.${one}`), () => fill());
  const tongue = choice("new-language", ["zh", "en"], lang, (one) => word(`language.${one}`));
  const fill = () => typed || (id.value = suggested(title.value, which.value()));
  title.addEventListener("input", fill);
  id.addEventListener("input", () => (typed = true));
  const made = dialog(page, word("web.corner.new"), el("form", { class: "fields", onsubmit: async (event) => {
    event.preventDefault();
    const answer = await post(page, "new", { kind: which.value(), id: id.value.trim(), title: title.value, language: tongue.value() });
    if (!answer) return;
    made.close();
    done(answer);
  } },
  el("p", {}, which.root), el("p", {}, tongue.root),
  el("p", {}, el("label", { for: "new-title" }, word("web.corner.new_title")), title),
  el("p", {}, el("label", { for: "new-id" }, word("web.corner.new_id")), id, el("small", { class: "dim", id: "new-id-about" }, word("web.corner.new_id_about"))),
  el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.corner.begin")), button(word("web.cancel"), () => made.close()))));
  title.focus();
}

export function copying(page, file, done) {
  const id = el("input", { id: "copy-id", type: "text", maxlength: 40, required: true, pattern: "[a-z][a-z0-9_]*", autocomplete: "off", spellcheck: "false", value: `my_${file.id}`.slice(0, 40), "aria-describedby": "copy-id-about" });
  const made = dialog(page, word("web.corner.copy_heading", { title: file.title }), el("form", { class: "fields", onsubmit: async (event) => {
    event.preventDefault();
    const answer = await post(page, "copy", { ...nameOf(file), to: id.value.trim() });
    if (!answer) return;
    made.close();
    done(answer);
  } },
  el("p", {}, word("web.corner.copy_about")),
  el("p", {}, el("label", { for: "copy-id" }, word("web.corner.new_id")), id, el("small", { class: "dim", id: "copy-id-about" }, word("web.corner.new_id_about"))),
  el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.corner.copy")), button(word("web.cancel"), () => made.close()))), "small");
  id.select();
}

// Asks for a file, and sends what it says.
export function uploading(page, done) {
  const input = el("input", { type: "file", accept: ".yaml,.yml,text/yaml", onchange: async () => {
    const [file] = input.files;
    if (!file) return;
    if (file.size > MOST) return page.say(word("web.corner.faults.too_long", { most: MOST / 1024 }));
    const answer = await post(page, "upload", { name: file.name, yaml: await file.text() });
    if (answer) done(answer);
  } });
  input.click();
}

function choice(name, values, now, named, changed = () => {}) {
  const inputs = values.map((value) => el("input", { type: "radio", name, value, checked: value === now, onchange: changed }));
  return {
    root: el("fieldset", { class: "choice" }, el("legend", {}, word(`web.corner.${name.replace("-", "_")}`)),
      el("div", {}, inputs.map((input) => el("label", {}, input, el("span", {}, named(input.value)))))),
    value: () => inputs.find((one) => one.checked)?.value || values[0],
  };
}
