// The interface's words, sent by the server in the language of the page.

let table = {};
export let lang = "en";

export function learn(words, language) {
  table = words;
  lang = language;
}

export function word(key, data = {}) {
  let leaf = table[key];
  if (leaf === undefined) return key;
  if (typeof leaf === "object") leaf = data.n === 1 ? leaf.one : leaf.other;
  return String(leaf).replace(/\{(\w+)\}/g, (_, name) => (name in data ? data[name] : "…"));
}
