// What the authors' corner asks the server, and what it keeps in the browser: texts not saved yet.

import { lang, word } from "./words.js";

// Asks the corner; null when it could not, which has then been said.
export async function post(page, action, fields = {}) {
  let answer;
  try {
    const response = await fetch(new URL("play/corner", document.baseURI), {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ do: action, lang, ...fields }),
    });
    answer = response.status === 413 ? { error: word("web.corner.faults.too_long", { most: 256 }) } : await response.json();
  } catch {
    answer = { error: word("web.lost") };
  }
  if (answer?.ok) return answer;
  page.say(answer?.error || word("web.bad_request"));
  return null;
}

export const nameOf = ({ folder, id, language }) => ({ folder, id, language });
export const same = (one, other) => one && other && key(one) === key(other);
const key = ({ folder, id, language }) => `${folder}/${id}.${language}`;

// --- what is not saved yet -----------------------------------------------------------------------

const DRAFT = "curtain.draft.";

export const drafts = {
  read(file) {
    try {
      const kept = JSON.parse(localStorage.getItem(DRAFT + key(file)));
      return kept && typeof kept.text === "string" && typeof kept.base === "string" ? kept : null;
    } catch {
      return null;
    }
  },
  // Whether the browser has kept it.
  keep(file, text, base) {
    try {
      localStorage.setItem(DRAFT + key(file), JSON.stringify({ text, base, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  },
  drop(file) {
    try {
      localStorage.removeItem(DRAFT + key(file));
    } catch {
      // a browser that keeps nothing has nothing to forget
    }
  },
};

// --- addresses -----------------------------------------------------------------------------------

const PLACE = /^#write=(scenarios|characters)\/([^/]{1,240})\.(zh|en|)$/;

export const address = (file) => `#write=${file.folder}/${encodeURIComponent(file.id)}.${file.language}`;

export function addressed(hash) {
  const found = PLACE.exec(hash);
  if (!found) return null;
  try {
    return { folder: found[1], id: decodeURIComponent(found[2]), language: found[3] };
  } catch {
    return null;
  }
}

// A finding's file, `characters/ann.en.yaml`, as a name.
export function placed(file) {
  const found = /^(scenarios|characters)\/(.+?)\.(?:(zh|en)\.)?yaml$/.exec(file);
  return found ? { folder: found[1], id: found[2], language: found[3] || "" } : null;
}

// Has the browser save a text as a file.
export function take(text, name) {
  const made = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  Object.assign(link, { href: made, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(made), 60_000);
}
