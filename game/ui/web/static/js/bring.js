// Characters in and out: files are sent, what came of each is told, and cards are taken along.

import { button, el } from "./dom.js";
import { dialog, sure, talk } from "./dialogs.js";
import { ask } from "./link.js";
import { prefs } from "./prefs.js";
import { lang, word } from "./words.js";

// --- in ------------------------------------------------------------------------------------------

// Lets the player choose files; `into` is whose lore or chat they hold.
export function choose(page, into = "") {
  const input = el("input", { type: "file", multiple: true, class: "unseen", tabindex: -1, "aria-label": word("web.bring.heading"),
    onchange: () => (input.remove(), bring(page, [...input.files], into)), oncancel: () => input.remove() });
  page.root.append(input);
  input.click();
}

export async function bring(page, files, into = "") {
  const fault = tooMuch(page.shelf.bring, files);
  if (fault) return page.say(fault);
  if (!files.length) return;
  if (page.bringing) return page.say(word("web.bring.busy"));
  for (const open of page.root.querySelectorAll("dialog")) open.close();
  const shown = coming(page, files);
  page.bringing = true;
  const answer = await send(files, into, shown.progress).finally(() => (page.bringing = false));
  if (!answer.ok) {
    shown.close();
    return page.say(answer.error || word("web.bring.broken"));
  }
  page.newcomers = answer.results.flatMap((one) => one.arrivals.map((who) => who.id.replace(/^talk:/, "")));
  await page.renew();
  shown.close();
  results(page, answer.results, files);
}

function tooMuch(most, files) {
  const large = files.find((one) => one.size > most.file);
  const mega = (bytes) => Math.floor(bytes / 2 ** 20);
  if (files.length > most.files) return word("web.bring.too_many", { most: most.files });
  if (large) return word("web.bring.too_large", { name: large.name, most: mega(most.file) });
  if (files.reduce((sum, one) => sum + one.size, 0) > most.all) return word("web.bring.too_much", { most: mega(most.all) });
  return "";
}

// What is seen while files are on their way.
function coming(page, files) {
  const bar = el("progress", { max: 100, value: 0, "aria-labelledby": "bring-state" });
  const state = el("p", { id: "bring-state", role: "status" }, word("web.bring.sending", { n: 0 }));
  const made = dialog(page, word("web.bring.coming"), [el("p", { class: "dim names" }, files.map((one) => one.name).join(" · ")), bar, state], "small");
  const progress = (share) => {
    if (share < 1) bar.value = Math.round(share * 100);
    else bar.removeAttribute("value");
    state.textContent = share < 1 ? word("web.bring.sending", { n: Math.round(share * 100) }) : word("web.bring.reading");
  };
  return { progress, close: () => made.close() };
}

// The files behind a line that says what they are. Never rejects.
function send(files, into, progress) {
  const line = JSON.stringify({ into, files: files.map((one) => [one.name.slice(-160), one.size]) });
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", new URL(`play/bring?lang=${lang}`, document.baseURI));
    request.setRequestHeader("x-bring", "yes");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.upload.onload = () => progress(1);
    request.onload = () => done(request.response || { ok: false });
    request.onerror = () => done({ ok: false });
    request.send(new Blob([`${line}\n`, ...files]));
  });
}

// --- what came of it -----------------------------------------------------------------------------

const BEGIN = { card: "web.bring.talk", book: "web.bring.talk", puzzles: "web.bring.solve", chat: "menu.continue" };

function results(page, list, files) {
  const came = list.some((one) => !one.failed);
  const [first] = list.flatMap((one) => one.arrivals);
  const items = list.map((one, n) => result(page, one, files[n], first, () => made.close()));
  const asked = items.some((one) => one.querySelector("select"));
  const made = dialog(page, word(came ? "web.bring.came" : asked ? "web.bring.whose" : "web.bring.nothing"), el("ul", { class: "results" }, items), "wide");
  made.addEventListener("close", () => newcomer(page)?.focus());
  (made.querySelector(".results :is(.primary, select)") || made.querySelector("button")).focus();
}

// Where the reader goes on: at whoever came in first, or at the button that brings in more.
function newcomer(page) {
  if (page.stage || page.corner || page.root.querySelector("dialog[open]")) return null;
  const tile = page.newcomers.map((id) => page.root.querySelector(`[data-own="${CSS.escape(id)}"] button`)).find(Boolean);
  return tile || page.root.querySelector(".people .bring");
}

function result(page, one, file, first, close) {
  const enter = (who) => {
    close();
    if (who.kind === "chat") page.enter(who.id.replace(/^save:/, ""), false);
    else page.begin("new", { scenario: who.id, user_name: prefs.name });
  };
  const arrival = (who) => el("div", { class: "arrival" }, el("p", {}, who.said),
    button(word(BEGIN[who.kind]), () => enter(who), { class: who === first ? "primary" : "", "aria-label": `${word(BEGIN[who.kind])}: ${who.name}` }));
  const question = one.failed ? whose(page, one, file, close) : null;
  return el("li", { class: question ? "asked" : one.failed ? "refused" : "" },
    el("p", { class: "file" }, el("span", { class: "sign", "aria-hidden": "true" }, question ? "?" : one.failed ? "×" : "✓"), one.file),
    one.arrivals.map(arrival),
    one.said ? el("p", { class: "said" }, one.said) : null,
    question,
    one.mended.length ? el("details", {}, el("summary", {}, word("web.bring.mended", { n: one.mended.length })),
      el("ul", { class: "plain" }, one.mended.map((text) => el("li", {}, text)))) : null);
}

// A lorebook or chat that found nobody is given to someone.
function whose(page, one, file, close) {
  const lore = ["book_alone", "no_such_character"].includes(one.code);
  if (!lore && one.code !== "nobody") return null;
  const people = page.shelf.people.filter((who) => who.mine || !lore);
  if (!people.length) return null;
  const list = el("select", { "aria-label": word("web.bring.whose") }, people.map((who) => el("option", { value: who.id }, who.name)));
  const give = button(word("web.bring.give_to"), async () => {
    give.disabled = true;
    const answer = await send([file], list.value, () => {});
    give.disabled = false;
    if (!answer.ok) return page.say(answer.error || word("web.bring.broken"));
    await page.renew();
    const now = result(page, answer.results[0], file, answer.results[0].arrivals[0], close);
    give.closest("li").replaceWith(now);
    now.querySelector("button, select")?.focus();
  });
  return el("p", { class: "row-of" }, list, give);
}

// --- out, and away -------------------------------------------------------------------------------

// What can be done with someone, beside talking.
export function more(page, who) {
  const act = (press) => () => (made.close(), press());
  const entries = [
    who.mine && !who.pack ? ["as", () => talk(page, who.id)] : null,
    who.mine && !who.pack ? ["add", () => choose(page, who.id)] : null,
    who.gives ? ["take", () => along(page, who)] : null,
    who.mine && page.writes ? ["write", () => (location.hash = `#write=${who.pack ? "scenarios" : "characters"}/${who.id}.${who.language}`)] : null,
    who.mine ? ["remove", () => remove(page, who)] : null,
  ].filter(Boolean);
  const made = dialog(page, who.name, el("ul", { class: "menu" }, entries.map(([name, press]) =>
    el("li", {}, button(word(`web.bring.${name}`), act(press), { class: name === "remove" ? "danger" : "" })))), "small");
}

const FIRST = ["png", "charx", "v3"];

async function along(page, who) {
  const answer = await ask("forms", { character: who.id });
  if (!answer) return;
  const link = ([form, lost]) => {
    const address = new URL("play/card", document.baseURI);
    address.search = new URLSearchParams({ character: who.id, form, lang });
    return el("li", {}, el("a", { href: address.href, download: "" }, el("span", {}, word(`web.bring.form.${form}`)),
      lost.length ? el("small", {}, word("web.bring.no_place", { fields: lost.join(", ") })) : null));
  };
  const forms = Object.entries(answer.forms);
  dialog(page, word("web.bring.take_heading", { name: who.name }), [
    el("p", { class: "about" }, word("web.bring.take_about")),
    el("ul", { class: "links" }, forms.filter(([form]) => FIRST.includes(form)).map(link)),
    el("details", { class: "more-forms" }, el("summary", {}, word("web.bring.more_forms")),
      el("ul", { class: "links" }, forms.filter(([form]) => !FIRST.includes(form)).map(link)))]);
}

function remove(page, who) {
  sure(page, word("web.bring.remove_sure", { name: who.name }), async () => {
    const answer = await ask("remove", { id: who.id });
    if (!answer) return;
    page.shelf = answer.home;
    page.shelve(false);
    page.say(word("web.bring.removed", { name: who.name }));
    page.root.querySelector(".people .bring")?.focus();
  });
}
