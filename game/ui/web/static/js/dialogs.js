// Everything that opens over the page: saves, look, models, free talk, commands, questions.

import { button, el } from "./dom.js";
import { ask } from "./link.js";
import { prefer, prefs, wear } from "./prefs.js";
import { lang, word } from "./words.js";

let number = 0;

// A dialog with a heading; the browser keeps the focus in it and gives it back.
export function dialog(page, heading, inside, kind = "") {
  const id = `dialog-${(number += 1)}`;
  const before = document.activeElement;
  const made = el("dialog", { class: `sheet ${kind}`, "aria-labelledby": id },
    el("header", {}, el("h2", { id }, heading),
      button(word("web.close"), () => made.close(), { picture: "close", class: "icon-button" })),
    el("div", { class: "body" }, inside));
  made.addEventListener("close", () => {
    made.remove();
    if (before?.isConnected) before.focus();
  });
  made.addEventListener("click", (event) => event.target === made && made.close());
  page.root.append(made);
  made.showModal();
  return made;
}

// Asks whether to go on; `yes` is done if so.
export function sure(page, question, yes) {
  const made = dialog(page, question, el("p", { class: "row-of" },
    button(word("web.yes_sure"), () => (made.close(), yes()), { class: "primary" }),
    button(word("web.cancel"), () => made.close())), "small");
}

// --- saves ---------------------------------------------------------------------------------------

export async function saves(page) {
  const answer = await ask("saves");
  if (!answer) return;
  const list = el("ul", { class: "saves" });
  const made = dialog(page, word("saves.heading"), [list]);
  const fill = (heads) => {
    list.replaceChildren(...(heads.length
      ? heads.map((one) => line(page, made, one, fill))
      : [el("li", { class: "dim" }, word("saves.none"))]));
    wipe.hidden = !heads.length;
  };
  const wipe = button(word("web.saves_page.delete_all"), () => sure(page, word(page.shelf?.bring?.guest ? "web.bring.delete_all_sure" : "web.saves_page.delete_all_sure"), async () => {
    const left = await ask("delete_all");
    if (!left) return;
    fill(left.saves);
    page.stage ? page.home() : page.go();
  }), { class: "quiet danger" });
  made.querySelector(".body").append(wipe);
  fill(answer.saves);
}

function line(page, made, save, fill) {
  const title = save.name || save.title;
  const here = page.stage?.game === save.id;
  const facts = [
    here ? word("saves.current") : null,
    save.over ? word("saves.over") : word("web.saves_page.turns", { n: save.turns }),
    save.branch ? word("web.saves_page.branch") : null,
    save.damaged ? word("web.saves_page.damaged") : null,
    save.language !== lang ? word(`language.${save.language}`) : null,
    when(save.updated),
  ].filter(Boolean);
  return el("li", {},
    el("button", { type: "button", class: "open", disabled: save.damaged, onclick: () => (made.close(), page.enter(save.id, false)) },
      el("strong", {}, title), save.name ? el("span", { class: "dim" }, save.title) : null,
      el("span", { class: "facts" }, facts.join(" · "))),
    el("span", { class: "row-of" },
      button(`${word("web.saves_page.rename")} ${title}`, () => rename(page, save, fill), { picture: "edit", class: "icon-button" }),
      button(`${word("web.saves_page.delete")} ${title}`, () => sure(page, word("web.saves_page.delete_sure", { name: title }), async () => {
        const left = await ask("delete", { save: save.id });
        if (!left) return;
        fill(left.saves);
        if (here) page.home();
      }), { picture: "close", class: "icon-button" })));
}

function rename(page, save, fill) {
  const input = el("input", { type: "text", maxlength: 100, value: save.name, id: "save-name" });
  const made = dialog(page, word("web.saves_page.rename"), el("form", { method: "dialog", onsubmit: async () => {
    const answer = await ask("rename", { save: save.id, name: input.value });
    if (answer) fill(answer.saves);
  } }, el("label", { for: "save-name" }, word("web.saves_page.name")), input,
  el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.yes_sure")),
    button(word("web.cancel"), () => made.close()))), "small");
  input.select();
}

function when(time) {
  const day = new Date(time);
  const clock = day.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return word("saves.today", { time: clock });
  if (days === 1) return word("saves.yesterday", { time: clock });
  return day.toLocaleDateString(document.documentElement.lang);
}

// --- look ----------------------------------------------------------------------------------------

export function look(page) {
  const change = (name) => (value) => {
    prefer(name, value);
    wear(page.root);
    if (name === "speed") page.stage?.pace(value);
  };
  const other = (value) => (made.close(), page.language(value));
  const made = dialog(page, word("web.look.heading"), [
    choice("theme", ["auto", "light", "dark"], "web.look.", prefs.theme, change("theme")),
    choice("size", ["small", "medium", "large", "huge"], "web.look.", prefs.size, change("size")),
    choice("speed", ["slow", "normal", "fast", "off"], "speed.", prefs.speed, change("speed")),
    choice("language", ["zh", "en"], "language.", lang, other),
  ], "small");
}

function choice(name, values, prefix, now, change) {
  return el("fieldset", { class: "choice" }, el("legend", {}, word(`web.look.${name}`)),
    el("div", {}, values.map((value) => el("label", {},
      el("input", { type: "radio", name: `look-${name}`, value, checked: value === now, onchange: () => change(value) }),
      el("span", {}, word(prefix + value))))));
}

// --- free talk -----------------------------------------------------------------------------------

const FIELDS = [["bot_name", 60, 1], ["bot_info", 4000, 5], ["user_name", 60, 1], ["user_info", 2000, 2], ["greeting", 1000, 2]];

export async function talk(page, character) {
  const answer = character ? await ask("fields", { character }) : { fields: {} };
  if (!answer) return;
  const inputs = Object.fromEntries(FIELDS.map(([name, most, lines]) => {
    const common = { id: `talk-${name}`, maxlength: most, required: name === "bot_name" };
    const input = lines > 1 ? el("textarea", { ...common, rows: lines }) : el("input", { type: "text", ...common });
    input.value = answer.fields[name] || (name === "user_name" ? prefs.name : "");
    return [name, input];
  }));
  const made = dialog(page, word("web.talk.heading"), el("form", { class: "fields", onsubmit: async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value]));
    prefer("name", fields.user_name.trim());
    if (await page.begin("talk", { character, fields })) made.close();
  } }, FIELDS.map(([name]) => el("p", {}, el("label", { for: `talk-${name}` }, word(`web.talk.${name}`)), inputs[name])),
  el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.talk.start")))), "wide");
  inputs[character ? "user_name" : "bot_name"].focus();
}

// --- models --------------------------------------------------------------------------------------

const MODEL_FIELDS = ["base_url", "key", "character", "narrator", "judge", "temperature", "top_p", "repetition_penalty", "max_tokens"];

export async function models(page) {
  const answer = await ask("settings");
  if (!answer) return;
  const inputs = {};
  const form = el("form", { class: "fields", autocomplete: "off", onsubmit: async (event) => {
    event.preventDefault();
    const settings = Object.fromEntries(MODEL_FIELDS.map((name) => [name, inputs[name].value]));
    told(await ask("set_settings", { settings }));
  } });
  const told = (reply) => {
    if (!reply) return;
    fill(reply.set);
    page.say(reply.said);
  };
  const fill = (set) => MODEL_FIELDS.forEach((name) => {
    inputs[name].value = "";
    inputs[name].placeholder = set[name] ? word("web.settings.is_set") : word("web.settings.is_default");
  });
  for (const name of MODEL_FIELDS) {
    const numeric = ["temperature", "top_p", "repetition_penalty", "max_tokens"].includes(name);
    inputs[name] = el("input", { id: `model-${name}`, type: name === "key" ? "password" : "text", maxlength: 500,
      inputmode: numeric ? "decimal" : null, autocomplete: name === "key" ? "new-password" : "off", spellcheck: "false" });
    form.append(el("p", { class: numeric ? "half" : "" }, el("label", { for: `model-${name}` }, word(`web.settings.${name}`)), inputs[name]));
  }
  form.append(el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.settings.save")),
    button(word("web.settings.forget"), async () => told(await ask("clear_settings")))));
  dialog(page, word("web.settings.heading"), [
    el("p", { class: "about" }, word("web.settings.about")),
    page.models ? null : el("p", { class: "about notice" }, word("web.settings.not_wired")), form], "wide");
  fill(answer.set);
}

// --- in a game -----------------------------------------------------------------------------------

export function edit(page, turn, text, changed) {
  const input = el("textarea", { rows: 3, maxlength: 2000, id: "edit-line" });
  input.value = text;
  const made = dialog(page, word("web.edit_heading"), el("form", { class: "fields", onsubmit: (event) => {
    event.preventDefault();
    made.close();
    changed(turn, input.value);
  } }, el("p", { class: "about" }, word("web.edit_about")),
  el("p", {}, el("label", { for: "edit-line" }, word("web.say_label")), input),
  el("p", { class: "row-of" }, el("button", { class: "primary" }, word("web.save_edit")),
    button(word("web.cancel"), () => made.close()))));
  input.focus();
  input.select();
}

export function exporting(page, game) {
  const link = (form) => {
    const address = new URL("play/export", document.baseURI);
    address.search = new URLSearchParams({ game, form, lang });
    return el("li", {}, el("a", { href: address.href, download: "" }, word(`web.export_${form}`)));
  };
  dialog(page, word("web.export"), el("ul", { class: "links" }, ["md", "html", "jsonl", "chat"].map(link)), "small");
}

const GROUPS = {
  play: ["options", "hint", "giveup", "speed", "lang", "model", "help"], look: ["goals", "items", "why", "pin", "unpin"],
  back: ["undo", "redo", "retry", "edit", "rewind", "branch"], saves: ["saves", "save", "export"],
  game: ["finish", "clear", "stop", "new"],
};

export function help(page) {
  dialog(page, word("commands.heading"), [
    ...Object.entries(GROUPS).map(([group, names]) => el("section", { class: "commands" },
      el("h3", {}, word(`commands.heading_${group}`)),
      el("dl", {}, names.map((name) => [el("dt", {}, word(`commands.${name}.usage`)), el("dd", {}, word(`commands.${name}.about`))])))),
    el("p", { class: "about" }, word("commands.bare"))], "wide");
}
