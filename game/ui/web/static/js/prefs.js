// How this browser likes the page: theme, text size, typing speed, language, what the player is
// called in free talk. Nothing secret.

const KEY = "curtain.look";
const START = { theme: "auto", size: "medium", speed: "normal", lang: "", name: "" };

export const prefs = { ...START, ...read() };

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "{}");
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => name in START && typeof value === "string"));
  } catch {
    return {};
  }
}

export function prefer(name, value) {
  prefs[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // a browser that keeps nothing still shows the page
  }
}

export function wear(root) {
  const dark = prefs.theme === "dark" || (prefs.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.dataset.size = prefs.size;
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
}
