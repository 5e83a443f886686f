// The start page: where you left off, stories, puzzles and the daily one, someone to talk to.

import { button, cutout, el, icon } from "./dom.js";
import { prefs } from "./prefs.js";
import { lang, word } from "./words.js";

// What opens over the page is fetched when it is first needed, so that the page stands sooner.
const later = (file) => (name) => async (...about) => (await import(file))[name](...about);
const [look, models, saves, talk] = ["look", "models", "saves", "talk"].map(later("./dialogs.js"));
const [choose, more] = ["choose", "more"].map(later("./bring.js"));

export function home(page, shelf) {
  const packs = shelf.packs.map((pack) => puzzles(page, pack));
  return el("div", { class: "home" },
    header(page, shelf),
    shelf.saves.length ? resume(page, shelf.saves) : null,
    section("stories", shelf.stories.length
      ? el("ul", { class: "covers" }, shelf.stories.map((story) => card(page, story)))
      : el("p", {}, word("menu.empty"))),
    packs,
    section("talk", el("p", { class: "about" }, word("web.talk.about")), people(page, shelf)),
    page.writes ? el("section", { class: "shelf", "aria-labelledby": "h-write" }, el("h2", { id: "h-write" }, word("web.corner.heading")),
      el("p", { class: "about" }, word("web.corner.tagline")), button(word("web.corner.begin"), () => page.write())) : null);
}

function header(page, shelf) {
  const other = lang === "zh" ? "en" : "zh";
  return el("header", { class: "masthead" },
    el("div", { class: "tools" },
      button(word(`language.${other}`), () => page.language(other), { class: "quiet", lang: other === "zh" ? "zh-CN" : "en" }),
      shelf.bring ? button(`${word("web.bring.heading")}…`, () => choose(page), { class: "quiet bring-in" }) : null,
      button(word("web.look.heading"), () => look(page), { class: "quiet" }),
      button(word("web.settings.heading"), () => models(page), { class: "quiet" }),
      page.writes ? button(word("web.corner.heading"), () => page.write(), { class: "quiet" }) : null),
    el("h1", { tabindex: -1 }, word("app.title")),
    el("p", { class: "tagline" }, word("app.tagline")),
    shelf.saves.length ? null : el("p", { class: "first" }, word("web.hello")));
}

function section(key, ...inside) {
  return el("section", { class: `shelf ${key}`, "aria-labelledby": `h-${key}` }, el("h2", { id: `h-${key}` }, word(`menu.${key}`)), inside);
}

function resume(page, list) {
  const [last] = list.filter((one) => !one.damaged);
  if (!last) return null;
  return el("section", { class: "resume", "aria-label": word("web.you_played") },
    el("p", {}, el("span", { class: "dim" }, word("web.you_played")), " ", el("strong", {}, last.name || last.title), " ",
      el("span", { class: "dim" }, last.over ? word("saves.over") : word("menu.turns", { n: last.turns }))),
    el("p", { class: "row-of" },
      button(word("menu.continue"), () => page.enter(last.id, false), { class: "primary" }),
      button(`${word("web.all_saves")} (${list.length})`, () => saves(page), { class: "quiet" })));
}

function cover(item) {
  const picture = item.cover
    ? el("img", { src: `play/${item.cover}`, alt: "", loading: "lazy" })
    : el("span", { class: "drawn", style: { "--hue": item.hue }, "aria-hidden": "true" }, Array.from(item.title)[0] || "");
  return el("span", { class: "cover" }, picture);
}

function card(page, story) {
  const facts = [
    story.mine ? word("web.bring.yours") : null,
    story.genre,
    story.minutes && word("menu.minutes", { n: story.minutes }),
    story.endings ? word("menu.endings", { n: story.endings }) : null,
    story.language !== lang ? word("web.only_in", { language: word(`language.${story.language}`) }) : null,
  ].filter(Boolean);
  const go = () => page.begin("new", { scenario: story.id });
  return el("li", {}, el("button", { type: "button", class: "card", onclick: go },
    cover(story),
    el("span", { class: "words" },
      el("strong", { class: "title" }, story.title),
      el("span", { class: "facts" }, facts.join(" · ")),
      el("span", { class: "synopsis" }, story.synopsis),
      el("span", { class: "go", "aria-hidden": "true" }, word("web.begin")))));
}

function puzzles(page, pack) {
  const daily = pack.mine ? null : pack.puzzles.find((one) => one.id === pack.daily);
  const play = (puzzle) => page.begin("new", { scenario: pack.id, puzzle });
  return el("section", { class: "shelf puzzles", "aria-label": pack.title, "data-own": pack.mine ? pack.id : null },
    el("h2", {}, word("menu.puzzles"), el("small", {}, pack.title), pack.mine ? yours() : null),
    pack.mine ? menu(page, { ...pack, name: pack.title, pack: true }) : null,
    el("p", { class: "about" }, pack.synopsis),
    daily ? el("div", { class: "daily" },
      cover({ ...pack, title: daily.title }),
      el("div", {},
        el("p", { class: "facts" }, `${word("menu.daily")} · ${word("menu.daily_about")}`),
        el("h3", {}, daily.title),
        el("p", { class: "surface" }, daily.surface),
        button(word("web.begin_daily"), () => play(daily.id), { class: "primary" }))) : null,
    el("ul", { class: "riddles" }, pack.puzzles.map((one) => el("li", {},
      el("button", { type: "button", onclick: () => play(one.id), class: one.solved ? "solved" : "" },
        el("strong", {}, one.title),
        el("span", { class: "facts" },
          dots(one.difficulty),
          one.minutes ? el("span", {}, word("web.minutes_short", { n: one.minutes })) : null,
          one.solved ? el("span", { class: "done" }, `✓ ${word("web.solved")}`) : null))))));
}

function dots(level) {
  const said = word("web.difficulty", { n: level });
  return el("span", { class: "dots", role: "img", "aria-label": said, title: said }, "●".repeat(level) + "○".repeat(5 - level));
}

function people(page, shelf) {
  const begin = (one) => (one.mine ? page.begin("new", { scenario: `talk:${one.id}`, user_name: prefs.name }) : talk(page, one.id));
  const facts = (one) => [one.tagline, one.language !== lang ? word("web.only_in", { language: word(`language.${one.language}`) }) : null];
  const someone = (one) => el("li", { class: one.mine || one.gives ? "with-menu" : "", "data-own": one.mine ? one.id : null },
    tile(one.portrait ? el("img", { src: `play/${one.portrait}`, alt: "", loading: "lazy" }) : cutout(one.name, one.hue),
      [one.name, one.mine ? yours() : null], facts(one).filter(Boolean).join(" · "), () => begin(one)),
    one.mine || one.gives ? menu(page, one) : null);
  const own = shelf.people.filter((one) => one.mine);
  return el("ul", { class: "people" }, [...own, ...shelf.people.filter((one) => !one.mine)].map(someone),
    el("li", {}, tile("＋", word("web.talk.someone_new"), "", () => talk(page, ""), "new")),
    shelf.bring ? el("li", {}, tile(icon("bring"), `${word("web.bring.heading")}…`, word("web.bring.about"), () => choose(page), "bring")) : null);
}

function tile(face, name, about, press, kind = "") {
  return el("button", { type: "button", class: kind, onclick: press }, el("span", { class: "face", "aria-hidden": "true" }, face),
    el("span", { class: "words" }, el("strong", {}, name), el("span", { class: "synopsis" }, about)));
}

const yours = () => el("span", { class: "yours" }, word("web.bring.yours"));
const menu = (page, who) => button(word("web.bring.menu", { name: who.name }), () => more(page, who), { picture: "more", class: "icon-button more" });
