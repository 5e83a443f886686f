// The line the player writes: Enter sends, Shift+Enter breaks, an input method's Enter never sends.

import { button, el } from "./dom.js";
import { word } from "./words.js";

export class Input {
  constructor({ send, stop }) {
    this.said = [];
    this.at = 0;
    this.text = el("textarea", { id: "line", rows: 1, maxlength: 2000, "aria-label": word("web.say_label"), enterkeyhint: "send",
      autocomplete: "off", onkeydown: (event) => this.key(event), oninput: () => this.grow() });
    this.send = button(word("web.say"), () => this.submit(), { picture: "send", class: "send" });
    this.stop = button(word("web.stop"), stop, { picture: "stop", shown: true, class: "stop", hidden: true });
    this.give = send;
    this.root = el("form", { class: "input", onsubmit: (event) => (event.preventDefault(), this.submit()) }, this.text, this.stop, this.send);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the Enter belongs to the input method
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && (!this.text.value || this.at < this.said.length)) {
      this.recall(-1, event);
    } else if (event.key === "ArrowDown" && this.at < this.said.length) {
      this.recall(1, event);
    }
  }

  recall(step, event) {
    const to = this.at + step;
    if (to < 0 || to > this.said.length) return;
    event.preventDefault();
    this.at = to;
    this.text.value = this.said[to] || "";
    this.grow();
  }

  async submit() {
    const line = this.text.value.trim();
    if (!line) return this.text.focus();
    this.text.value = "";
    this.grow();
    this.text.focus();
    if (await this.give(line)) {
      this.said.push(line);
      this.at = this.said.length;
    } else if (!this.text.value) {
      this.text.value = line; // nothing that was typed is ever lost
      this.grow();
    }
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, 160)}px`;
  }

  busy(speaking) {
    this.stop.hidden = !speaking;
  }

  hint(text) {
    this.text.placeholder = text;
  }
}
