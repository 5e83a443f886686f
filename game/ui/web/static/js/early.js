// Asks for the words and the start page while Gradio is still setting up; used once.

import { prefs } from "./prefs.js";

const KNOWN = ["zh", "en"];

// The language of this browser's choice, or of its system; else the server's.
export function wanted(fallback) {
  const own = (navigator.language || "").slice(0, 2);
  return [prefs.lang, own, fallback, "en"].find((one) => KNOWN.includes(one));
}

async function fetched() {
  const address = new URL("play/start", document.baseURI);
  address.search = new URLSearchParams({ lang: wanted("") });
  const response = await fetch(address);
  const answer = response.ok ? await response.json() : null;
  return answer?.ok ? answer : null;
}

let first = fetched().catch(() => null);

// What was asked for early, if it is in this language and was not used yet.
export async function early(lang) {
  const answer = await first;
  first = null;
  return answer?.lang === lang ? answer : null;
}
