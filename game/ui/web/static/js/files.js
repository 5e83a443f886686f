// Files over the page: dropped or pasted on the start page they come in, elsewhere they are told where to go.

import { el, icon } from "./dom.js";
import { word } from "./words.js";

const bring = async (...about) => (await import("./bring.js")).bring(...about);
const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
const typing = (target) => target instanceof Element && target.closest("input, textarea, [contenteditable]");

export function watch(page) {
  const veil = el("div", { class: "veil", "aria-hidden": "true", hidden: true });
  page.root.append(veil);
  const show = (wanted) => {
    if (wanted && veil.hidden) veil.replaceChildren(el("div", {}, icon("bring"), el("strong", {}, word("web.bring.drop")), el("span", {}, word("web.bring.drop_about"))));
    veil.hidden = !wanted;
  };
  const away = () => page.stage || page.corner;
  const take = (files) => {
    if (!files.length) return;
    if (away()) page.say(word("web.bring.only_home"));
    else if (!page.shelf?.bring) page.say(word("web.bring.off"));
    else bring(page, files);
  };
  const over = (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // or the browser would leave the page for the file
    show(!away() && Boolean(page.shelf?.bring));
  };
  window.addEventListener("dragenter", over);
  window.addEventListener("dragover", over);
  window.addEventListener("dragleave", (event) => event.relatedTarget || show(false));
  window.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    show(false);
    take(dropped(event.dataTransfer));
  });
  window.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    if (!files.length || typing(event.target)) return;
    event.preventDefault();
    take(files);
  });
}

// What was dropped, without folders, which are no files to read.
function dropped(transfer) {
  const items = [...transfer.items].filter((one) => one.kind === "file" && !one.webkitGetAsEntry?.()?.isDirectory);
  return items.map((one) => one.getAsFile()).filter(Boolean);
}
