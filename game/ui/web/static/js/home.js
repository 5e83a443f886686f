// The start page: where you left off, stories, puzzles and the daily one, someone to talk to.

import { button, cutout, el } from "./dom.js";
import { lang, word } from "./words.js";

// What opens over the page is fetched when it is first needed, so that the page stands sooner.
const later = (name) => async (...about) => (await import("./dialogs.js"))[name](...about);
const [look, models, saves, talk] = ["look", "models", "saves", "talk"].map(later);

export function home(page, shelf) {
  const packs = shelf.packs.map((pack) => puzzles(page, pack));
  return el("div", { class: "home" },
    header(page, !shelf.saves.length),
    shelf.saves.length ? resume(page, shelf.saves) : null,
    section("stories", shelf.stories.length
      ? el("ul", { class: "covers" }, shelf.stories.map((story) => card(page, story)))
      : el("p", {}, word("menu.empty"))),
    packs,
    section("talk", el("p", { class: "about" }, word("web.talk.about")), people(page, shelf.people)));
}

function header(page, first) {
  const other = lang === "zh" ? "en" : "zh";
  return el("header", { class: "masthead" },
    el("div", { class: "tools" },
      button(word(`language.${other}`), () => page.language(other), { class: "quiet", lang: other === "zh" ? "zh-CN" : "en" }),
      button(word("web.look.heading"), () => look(page), { class: "quiet" }),
      button(word("web.settings.heading"), () => models(page), { class: "quiet" })),
    el("h1", { tabindex: -1 }, word("app.title")),
    el("p", { class: "tagline" }, word("app.tagline")),
    first ? el("p", { class: "first" }, word("web.hello")) : null);
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
  const daily = pack.puzzles.find((one) => one.id === pack.daily);
  const play = (puzzle) => page.begin("new", { scenario: pack.id, puzzle });
  return el("section", { class: "shelf puzzles", "aria-label": pack.title },
    el("h2", {}, word("menu.puzzles"), el("small", {}, pack.title)),
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

function people(page, list) {
  const someone = (one) => el("li", {}, el("button", { type: "button", onclick: () => talk(page, one.id) },
    el("span", { class: "face", "aria-hidden": "true" }, one.portrait ? el("img", { src: `play/${one.portrait}`, alt: "", loading: "lazy" }) : cutout(one.name, one.hue)),
    el("span", { class: "words" }, el("strong", {}, one.name), el("span", { class: "synopsis" }, one.tagline))));
  return el("ul", { class: "people" }, list.map(someone),
    el("li", {}, el("button", { type: "button", class: "new", onclick: () => talk(page, "") },
      el("span", { class: "face", "aria-hidden": "true" }, "＋"),
      el("span", { class: "words" }, el("strong", {}, word("web.talk.someone_new"))))));
}

