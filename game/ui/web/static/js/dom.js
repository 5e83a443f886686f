// Makes elements. Text only ever becomes a text node: nothing that is said can be markup.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) made.style.setProperty(key, one);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// Icons are strokes of one brush: a few paths in a 24-unit square.
const PATHS = {
  home: "M4 11.5 12 4l8 7.5M6.5 10v9.5h11V10",
  panel: "M4 5.5h16M4 12h10M4 18.5h13",
  hint: "M9.5 18h5M10 21h4M12 3a6 6 0 0 0-3.4 10.9c.7.5.9 1.2.9 2.1h5c0-.9.2-1.6.9-2.1A6 6 0 0 0 12 3Z",
  undo: "M9 6 4.5 10.500 9 15M5 10.500h8.500a6 5 0 0 1 0 10H11",
  redo: "M15 6l4.500 4.500L15 15M19 10.500h-8.500a6 5 0 0 0 0 10H13",
  again: "M19 12a7 7 0 1 1-2.200-5.100M17 3v4.200h-4.200",
  menu: "M5 7h14M5 12h14M5 17h14",
  close: "M6 6l12 12M18 6 6 18",
  edit: "M5 19l1-4L16 5l3 3L9 18l-4 1Z",
  send: "M5 12h13M13 6.500 18.500 12 13 17.500",
  stop: "M7 7h10v10H7z",
  look: "M12 5.500v-2M12 20.500v-2M5.500 12h-2M20.500 12h-2M7.400 7.400 6 6M18 18l-1.400-1.400M16.600 7.400 18 6M6 18l1.400-1.400M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7Z",
  saves: "M6 4h12v16l-6-4-6 4z",
  bring: "M12 3.500v10.500M7.500 10l4.500 4.500 4.500-4.500M4.500 15v5h15v-5",
  why: "M9 9.500a3 3 0 1 1 4.200 2.700c-.8.4-1.200 1-1.200 1.800v.5M12 17.500h.01M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17Z",
  more: "M12 5.500h.01M12 12h.01M12 18.500h.01",
};

export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

// A button with words, or with a picture and the words for who can't see it.
export function button(label, press, options = {}) {
  const { picture, shown = !picture, ...attributes } = options;
  const inside = [picture && icon(picture), shown && el("span", {}, label)];
  const named = shown ? {} : { "aria-label": label, title: label };
  return el("button", { type: "button", onclick: press, ...named, ...attributes }, inside);
}

// The parts of a line: what is said, and what is done.
export function spoken(parts, most = Infinity) {
  const nodes = [];
  for (const [style, text] of parts) {
    if (most <= 0) break;
    const chars = Array.from(text);
    const cut = chars.length > most ? chars.slice(0, most).join("") : text;
    most -= chars.length;
    nodes.push(style === "action" ? el("em", {}, cut) : document.createTextNode(cut));
  }
  return nodes;
}

export const plain = (parts) => parts.map(([, text]) => text).join("");

// Whoever has no portrait is cut out of paper: a silhouette with their sign for a seal.
export function cutout(name, hue, mood) {
  const sign = Array.from(name.trim())[0] || "·";
  const tilt = { warm: 3, cold: -3 }[mood] || 0;
  return svg("svg", { viewBox: "0 0 200 300", class: "cutout", style: `--hue:${hue}`, "aria-hidden": "true" },
    svg("circle", { class: "halo", cx: 100, cy: 92, r: 78 }),
    svg("g", { class: "figure-cut", transform: `rotate(${tilt} 100 160)` },
      svg("path", { d: "M100 26c-30 0-48 23-46 52 1 24 13 45 28 53l-2 17c-34 8-58 32-66 152h172c-8-120-32-144-66-152l-2-17c15-8 27-29 28-53 2-29-16-52-46-52Z" })),
    svg("path", { class: "fold", d: "M80 150c4 24 12 36 20 42 8-6 16-18 20-42M100 192v108" }),
    svg("rect", { class: "seal", x: 76, y: 208, width: 48, height: 48, rx: 5 }),
    Object.assign(svg("text", { x: 100, y: 244, "text-anchor": "middle", class: "sign" }), { textContent: sign }));
}
