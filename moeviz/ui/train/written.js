// A text whose characters are coloured by the expert that read them. Colour is not alone: the line below a
// character is the expert's own, a switch writes the experts' numbers, and each character says its own.

import { button, element, tagged, themeOf } from "@dom";
import { looksOf } from "@tokens";

const TINT = 3; // Of those behind a letter, from the palest.

class Written {
  constructor(root) {
    this.root = root;
    this.title = element("p", "written-title");
    this.text = element("p", "written-text");
    this.said = element("p", "written-said");
    this.said.setAttribute("aria-live", "polite");
    this.legend = element("ul", "written-legend");
    this.numbers = button("Numbers", () => this.number(), { pressed: false, className: "written-numbers" });
    root.replaceChildren(this.title, this.text, this.said, this.legend, this.numbers);
    this.text.addEventListener("pointerover", (event) => this.say(event.target));
    this.text.addEventListener("click", (event) => this.say(event.target));
    this.text.addEventListener("pointerleave", () => this.say(null));
    this.text.tabIndex = 0;
    this.text.setAttribute("role", "group");
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("focusout", () => this.say(null));
  }

  take({ document: text, looks }) {
    const theme = themeOf(getComputedStyle(this.root).getPropertyValue("--st-background-color").trim());
    if (this.made === text && this.theme === theme) return;
    this.made = text;
    this.theme = theme;
    this.data = JSON.parse(text);
    this.looks = looks[theme];
    this.draw();
  }

  draw() {
    const { title, given, text, experts, layer } = this.data;
    this.title.textContent = title;
    const symbols = [...given, ...text];
    const asked = [...given].length;
    const made = symbols.map((symbol, at) => this.character(symbol, experts[at], at < asked));
    this.text.replaceChildren(...made);
    this.text.setAttribute("aria-label", `${given}${text}`);
    const shares = new Map();
    for (const expert of experts) shares.set(expert, (shares.get(expert) ?? 0) + 1);
    const rows = [...shares].sort((a, b) => a[0] - b[0]).map(([expert, count]) => {
      const row = tagged("li", {}, this.mark(expert), ` ${Math.round((100 * count) / experts.length)} %`);
      row.setAttribute("aria-label", `expert ${expert + 1}: ${count} of ${experts.length} characters`);
      return row;
    });
    this.legend.replaceChildren(...rows);
    this.legend.setAttribute("aria-label", `Experts of layer ${layer} and their shares of the characters`);
    this.legend.hidden = this.numbers.hidden = !experts.length;
    this.say(null);
  }

  style(node, expert) {
    const { colour, tints, mark } = looksOf(this.looks, expert);
    const stops = [...mark].map((bit, at) => `${bit === "1" ? colour : "transparent"} ${25 * at}% ${25 * (at + 1)}%`);
    node.style.setProperty("--tint", tints[TINT]);
    node.style.setProperty("--mark", `linear-gradient(to right, ${stops.join(", ")})`);
  }

  mark(expert) {
    const made = element("span", "written-mark", String(expert + 1));
    this.style(made, expert);
    return made;
  }

  character(symbol, expert, given) {
    const made = element("span", given ? "written-given" : "", symbol === "\n" ? "↵\n" : symbol);
    if (expert === undefined) return made;
    made.classList.add("written-token");
    made.dataset.expert = String(expert + 1);
    made.dataset.symbol = symbol === "\n" ? "A new line" : symbol === " " ? "A space" : `“${symbol}”`;
    this.style(made, expert);
    return made;
  }

  say(node) {
    const { expert, symbol } = node?.dataset ?? {};
    const { experts, layer } = this.data;
    for (const other of this.text.querySelectorAll(".written-now")) other.classList.remove("written-now");
    if (expert) node.classList.add("written-now");
    this.said.textContent = expert
      ? `${symbol} was read first by expert ${expert} of layer ${layer}.`
      : experts.length
        ? `Bold: what it was given. Colours: the first expert of layer ${layer}; point at a character for its own.`
        : "Bold: what it was given. A dense layer chooses nobody, so that nothing is coloured.";
  }

  // Arrows go from character to character.
  key(event) {
    const tokens = [...this.text.querySelectorAll(".written-token")];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !tokens.length) return;
    event.preventDefault();
    const now = tokens.findIndex((token) => token.classList.contains("written-now"));
    const to = Math.min(tokens.length - 1, Math.max(0, now < 0 ? 0 : now + step));
    this.say(tokens[to]);
    tokens[to].scrollIntoView({ block: "nearest" });
  }

  number() {
    const on = this.root.toggleAttribute("data-numbers");
    this.numbers.setAttribute("aria-pressed", String(on));
  }
}

const shown = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-written");
  if (!shown.has(root)) shown.set(root, new Written(root));
  shown.get(root).take(data);
}
