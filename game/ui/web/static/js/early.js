// Asks for the words and the start page while Gradio is still setting up; used once.

import { prefs } from "./prefs.js";

const KNOWN = ["zh", "en"];

// The language chosen on this page, else the one the server was started in by name (web_demo_zh.py),
// else that of the browser, else the server's own.
export function wanted() {
  const server = document.querySelector("meta[name=game-language]");
  const own = (navigator.language || "").slice(0, 2);
  const named = server?.dataset.named && server.content;
  return [prefs.lang, named, own, server?.content, "en"].find((one) => KNOWN.includes(one));
}

async function fetched() {
  const address = new URL("play/start", document.baseURI);
  address.search = new URLSearchParams({ lang: wanted() });
  const response = await fetch(address);
  const answer = response.ok ? await response.json() : null;
  return answer?.ok ? answer : null;
}

// The component's server function, as Gradio will call it once it has set up.
const session_hash = crypto.getRandomValues(new Uint32Array(2)).join("");

export const server = {
  async ask(data) {
    const part = window.gradio_config.components.find((one) => one.type === "html");
    const body = JSON.stringify({ data, component_id: part.id, fn_name: "ask", session_hash });
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(new URL("gradio_api/component_server", document.baseURI), { method: "POST", headers, body });
    if (!response.ok) throw new Error(response.statusText);
    return response.json();
  },
};

let first = fetched().catch(() => null);

// What was asked for early, if it is in this language and was not used yet.
export async function early(lang) {
  const answer = await first;
  first = null;
  return answer?.lang === lang ? answer : null;
}
