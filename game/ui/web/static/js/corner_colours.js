// Colours one line of YAML at a time: keys, texts, numbers, comments, and the parts of templates.

const LONGEST = 4000; // longer lines stay plain
const KEY = /^(\s*(?:- +)*)([\w.-]+|"[^"]*")(:)(?=\s|$)/;
const PART = /("(?:[^"\\]|\\.)*"|(?<!\w)'[^']*'(?!\w))|((?:^|\s)#.*$)|(\{\{.*?\}\}|\{%.*?%\})|([\w-]+)(?=:\s)|((?<![\w.-])(?:true|false|null|-?\d+(?:\.\d+)?)(?![\w.-]))/g;
const OPENS = /(?:^|[:-])\s*[|>][+-]?\d?\s*(?:#.*)?$/;

// [the line's parts as [class, text], the state the next line is in]; a state is the indent of the
// block of text one is in, or null.
export function coloured(line, state) {
  const indent = line.search(/\S/);
  if (state && (indent < 0 || indent > state.indent)) return [templates(line), state];
  if (line.length > LONGEST || indent < 0) return [[["", line]], null];
  const found = KEY.exec(line);
  const next = OPENS.test(line) ? { indent: found ? found[1].length : indent } : null;
  if (!found) return [values(line), next];
  const [all, blanks, key, colon] = found;
  return [[["mark", blanks], ["key", key], ["mark", colon], ...values(line.slice(all.length))], next];
}

function values(text) {
  return split(text, PART, (found) =>
    found[1] !== undefined ? "string" : found[2] !== undefined ? "comment" : found[3] !== undefined ? "template"
      : found[4] !== undefined ? "key" : "number");
}

function templates(text) {
  return text.length > LONGEST ? [["block", text]] : split(text, /\{\{.*?\}\}|\{%.*?%\}/g, () => "template", "block");
}

function split(text, pattern, kind, rest = "") {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > at) parts.push([rest, text.slice(at, found.index)]);
    parts.push([kind(found), found[0]]);
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push([rest, text.slice(at)]);
  return parts;
}
