// A file's two languages: buttons that change over, at the same place, or begin the missing one.

import { el } from "./dom.js";
import { sure } from "./dialogs.js";
import { nameOf, post } from "./corner_link.js";
import { word } from "./words.js";

export function twins(desk) {
  return ["zh", "en"].map((language) => twin(desk, language)).filter(Boolean);
}

function twin(desk, language) {
  const { file } = desk;
  const named = word(`language.${language}`);
  const here = file.language === language;
  const there = file.languages.includes(language);
  if (!there && (!file.own || !file.language)) return null;
  return el("button", { type: "button", class: "twin", lang: language === "zh" ? "zh-CN" : "en", "aria-pressed": String(here),
    onclick: () => (here ? null : there ? cross(desk, language) : translate(desk, language)) },
  there ? named : word("web.corner.twin_new", { language: named }));
}

// To the other language at the same place: ids are the same in both.
async function cross(desk, language) {
  const { editor, file } = desk;
  const mark = editor.lines.slice(0, editor.line).reverse().map((one) => /\bid: *(\w+)/.exec(one)?.[1]).find(Boolean);
  const answer = await desk.corner.open({ ...nameOf(file), language });
  const found = answer && mark ? editor.lines.findIndex((one) => new RegExp(`\\bid: *${mark}\\b`).test(one)) : -1;
  if (found >= 0) desk.go(found + 1);
}

function translate(desk, language) {
  const { file, editor, page } = desk;
  sure(page, word("web.corner.twin_sure", { language: word(`language.${language}`) }), async () => {
    const answer = await post(page, "new", { kind: file.kind, id: file.id, language, yaml: editor.value });
    if (answer) desk.corner.show(answer);
  });
}
