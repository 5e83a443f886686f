// The line to the server: requests, and the stream of a game.

import { lang } from "./words.js";

let server = null;
let failed = () => {};

export function connect(functions, onFailure) {
  server = functions;
  failed = onFailure || failed;
}

// Asks the server to do something; null when it could not, which has then been said.
export async function ask(action, fields = {}) {
  let answer;
  try {
    answer = await server.ask({ do: action, lang, ...fields });
  } catch {
    answer = { ok: false, lost: true };
  }
  if (answer && answer.ok) return answer;
  failed(answer?.error || "", !answer || answer.lost);
  return null;
}

// Looks on at a game until `close` is called; comes back by itself after a lost connection.
export class Look {
  constructor(game, got, state) {
    Object.assign(this, { game, got, state, source: null, closed: false, last: "", waits: 0 });
    this.shown = () => (document.hidden ? this.pause() : this.open());
    document.addEventListener("visibilitychange", this.shown);
    this.open();
  }

  open() {
    if (this.source || this.closed) return;
    const address = new URL("play/tail", document.baseURI);
    address.search = new URLSearchParams({ game: this.game, lang });
    this.source = new EventSource(address);
    this.source.onopen = () => ((this.waits = 0), this.state("open"));
    this.source.onmessage = (message) => this.got(JSON.parse(message.data));
    this.source.onerror = () => this.broken();
  }

  // The browser tries again by itself, unless the answer was no: then we ask once more, later.
  broken() {
    this.state("lost");
    if (this.source?.readyState === EventSource.CLOSED) {
      this.pause();
      this.waits += 1;
      if (this.waits > 4) return this.state("gone");
      setTimeout(() => document.hidden || this.open(), 700 * this.waits);
    }
  }

  // A hidden page needs no stream; shown again, it is sent everything anew.
  pause() {
    this.source?.close();
    this.source = null;
  }

  close() {
    this.closed = true;
    this.pause();
    document.removeEventListener("visibilitychange", this.shown);
  }
}
