// Tokens of one network, each on the colour of its first expert: characters of a text, pieces of
// images, or points of a plane. The arrow keys go from token to token.

import { element, tagged } from "@dom";
import { column } from "@routing";

const LEVELS = 6; // Of a tint, as charts/training_experts.py makes them.
const LETTER = 0.605; // Width of a letter, of its size.
const SMALLEST = 0.7, LARGEST = 0.95; // Sizes of letters, of the page's.
const LOWEST = 7, HIGHEST = 18; // Heights of a plane, in sizes of the page's letters.
const SIGNS = { "\n": "⏎", "\t": "⇥", " ": "\u00a0" };

// The rules by which a token's class decides its colour and its mark, for so many experts.
export function tints(looks, experts) {
  const { colours, tints: behind, marks } = looks;
  const rules = [];
  for (let expert = 0; expert < experts; expert += 1) {
    const colour = colours[expert % colours.length];
    const mark = marks[expert % marks.length];
    const stops = [...mark].map((bit, at) =>
      `${bit === "1" ? colour : "transparent"} ${25 * at}% ${25 * (at + 1)}%`);
    const line = `--mark: linear-gradient(to right, ${stops.join(", ")}); --colour: ${colour};`;
    behind[expert % behind.length].forEach((tint, level) => {
      rules.push(`.moeviz-training .e${expert}-${level} { background-color: ${tint}; ${line} }`);
    });
    const other = `.moeviz-training [data-only="${expert}"] .token:not([class*=" e${expert}-"])`;
    rules.push(`${other} { background-color: transparent; --mark: none; opacity: 0.62; }`);
  }
  return rules.join("\n");
}

export const looksOf = (looks, expert) => ({
  colour: looks.colours[expert % looks.colours.length],
  tints: looks.tints[expert % looks.tints.length],
  mark: looks.marks[expert % looks.marks.length],
});

// The place of a weight among the tints, of a token's weights.
function level(weights, top) {
  if (!weights) return 3;
  const sum = weights.reduce((all, weight) => all + Math.max(0, weight), 0) || 1;
  const share = Math.max(0, weights[0]) / sum;
  const least = 1 / top;
  const part = top > 1 ? (share - least) / (1 - least) : 1;
  return Math.max(0, Math.min(LEVELS - 1, Math.round(part * (LEVELS - 1))));
}

// What stands at each token: its first expert and the place of its tint.
export function painted(layer) {
  if (!layer?.chosen) return null;
  const [top, count] = layer.chosen.shape;
  return Array.from({ length: count }, (_, token) => {
    const expert = layer.chosen.data[token];
    return expert < 0 ? null : { expert, level: level(column(layer.weights, token), top) };
  });
}

let made = 0; // Panels of this document: names of their tokens.

export class Tokens {
  // `onPoint(token, node)` is told of the token under the pointer or the keys; null for none.
  constructor({ onPoint }) {
    this.onPoint = onPoint;
    this.nodes = [];
    made += 1;
    this.name = `moeviz-token-${made}`;
    this.root = tagged("div", { class: "tokens", role: "listbox", tabIndex: 0 });
    const at = (event) => {
      const node = event.target.closest?.(".token");
      return node ? Number(node.dataset.at) : null;
    };
    this.root.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") this.point(at(event));
    });
    this.root.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch" && document.activeElement !== this.root) this.point(null);
    });
    this.root.addEventListener("click", (event) => this.point(at(event)));
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.root.addEventListener("focus", () => {
      if (this.root.matches(":focus-visible")) this.point(this.active ?? 0);
    });
    this.root.addEventListener("blur", () => this.point(null));
  }

  // The tokens as the server tells them.
  open(shown) {
    if (shown === this.shown) return;
    this.shown = shown;
    this.nodes = [];
    this.classes = [];
    this.root.dataset.kind = shown.kind;
    const made = { text: () => this.text(), digits: () => this.digits(), plane: () => this.plane() };
    this.rows = made[shown.kind]();
    for (const row of this.rows) row.setAttribute("role", "presentation");
    this.root.replaceChildren(...this.rows);
  }

  token(text = "", style = {}) {
    const node = element("span", "token", text);
    node.dataset.at = String(this.nodes.length);
    node.id = `${this.name}-${this.nodes.length}`;
    node.setAttribute("role", "option");
    // What is blank to the eye needs a name.
    if (!text.trim()) node.setAttribute("aria-label", text ? "space" : `token ${this.nodes.length + 1}`);
    for (const [name, value] of Object.entries(style)) node.style.setProperty(name, value);
    this.nodes.push(node);
    return node;
  }

  text() {
    return this.shown.rows.map((row) =>
      tagged("div", { class: "token-row" }, ...[...row].map((sign) => this.token(SIGNS[sign] ?? sign))));
  }

  digits() {
    const { side, patch, images } = this.shown;
    const across = side / patch;
    return images.map((image) => {
      const tokens = Array.from({ length: across * across }, (_, at) => {
        const [x, y] = [(at % across) * patch, Math.floor(at / across) * patch];
        // Four pixels of a piece, clockwise from the upper right one.
        const far = patch - 1;
        const pixels = [[far, 0], [far, far], [0, far], [0, 0]].map(
          ([right, down]) => image[(y + down) * side + x + right]);
        const stops = pixels.map((ink, turn) =>
          `color-mix(in srgb, var(--st-text-color) ${Math.round(85 * ink)}%, transparent) ${25 * turn}% ${25 * (turn + 1)}%`);
        return this.token("", { "--pixels": `conic-gradient(${stops.join(", ")})` });
      });
      const made = tagged("div", { class: "token-image" }, ...tokens);
      made.style.setProperty("--across", String(across));
      return made;
    });
  }

  plane() {
    const { points } = this.shown;
    const of = (axis) => points.map((point) => point[axis]);
    const place = (axis) => {
      const [low, high] = [Math.min(...of(axis)), Math.max(...of(axis))];
      return (value) => 3 + (94 * (value - low)) / (high - low || 1);
    };
    const [across, up] = [place(0), place(1)];
    const field = tagged("div", { class: "token-field" }, ...points.map((point) =>
      this.token("", { left: `${across(point[0]).toFixed(2)}%`, bottom: `${up(point[1]).toFixed(2)}%` })));
    return [field];
  }

  // Colours them; without a layer all stand uncoloured.
  paint(layer) {
    const found = painted(layer);
    const field = this.shown?.kind === "plane";
    this.nodes.forEach((node, at) => {
      const each = found?.[at];
      const name = each ? `token e${each.expert}-${each.level}` : "token";
      if (this.classes[at] === name) return;
      this.classes[at] = name;
      node.className = name;
      if (field) node.textContent = each ? String(each.expert + 1) : "";
    });
    if (this.marked !== undefined) this.mark(this.marked);
  }

  // One expert's tokens alone; null for all.
  only(expert) {
    if (expert === null) delete this.root.dataset.only;
    else this.root.dataset.only = String(expert);
  }

  // What an expert answers most, as [name, share]: characters, or places in an image.
  most(layer, expert) {
    const found = painted(layer) ?? [];
    const each = this.nodes.length / this.rows.length;
    const across = Math.sqrt(each); // Of an image.
    const names = {
      text: (at) => this.nodes[at].textContent.replace("\u00a0", "␣"),
      digits: (at) => `row ${Math.floor((at % each) / across) + 1}, column ${((at % each) % across) + 1}:`,
      plane: () => "",
    }[this.shown.kind];
    const counts = new Map();
    found.forEach((one, at) => {
      if (one?.expert === expert) counts.set(names(at), (counts.get(names(at)) ?? 0) + 1);
    });
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => [name, count / all]);
  }

  // How many tokens are seen: rows beyond a height are cut off. At least `least` rows are shown.
  fit(height, least) {
    if (!this.rows?.length) return;
    if (this.shown.kind === "plane") {
      const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.rows[0].style.height = `${Math.max(LOWEST * unit, Math.min(HIGHEST * unit, height))}px`;
      this.whole = true;
      return;
    }
    if (this.shown.kind === "text") this.size();
    const gap = 4;
    const box = this.rows[0].getBoundingClientRect();
    const across = this.shown.kind === "digits"
      ? Math.max(1, Math.floor((this.root.clientWidth + gap) / (box.width + gap))) : 1;
    const lines = Math.max(least, Math.floor((height + gap) / (box.height + gap)));
    const count = Math.min(this.rows.length, lines * across);
    this.rows.forEach((row, at) => row.toggleAttribute("hidden", at >= count));
    this.seen = (count * this.nodes.length) / this.rows.length;
    this.whole = count === this.rows.length;
  }

  // The largest letters with which a window of the text stands on one line, or on as few as can be.
  size() {
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const long = [...this.shown.rows[0]].length;
    const width = this.root.clientWidth;
    let [pieces, each] = [0, 0];
    while (each < SMALLEST * unit && pieces < long) {
      pieces += 1;
      each = width / (Math.ceil(long / pieces) * LETTER);
    }
    this.root.style.setProperty("--token-size", `${Math.min(LARGEST * unit, each).toFixed(2)}px`);
    this.root.style.setProperty("--letters", String(Math.ceil(long / pieces)));
  }

  // Frames a token; undefined for none.
  mark(token) {
    if (this.marked !== undefined) this.nodes[this.marked]?.classList.remove("pointed");
    this.marked = token ?? undefined;
    if (this.marked === undefined) return this.root.removeAttribute("aria-activedescendant");
    this.nodes[this.marked]?.classList.add("pointed");
    this.root.setAttribute("aria-activedescendant", `${this.name}-${this.marked}`);
  }

  point(token) {
    if (token === null && this.active === undefined) return;
    if (token === this.active) return;
    this.active = token ?? undefined;
    this.onPoint(token, token === null ? null : this.nodes[token]);
  }

  key(event) {
    const row = this.nodes.length / (this.shown?.kind === "plane" ? 1 : this.rows.length);
    const far = this.shown?.kind === "text" ? this.lineLength() : row;
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -far, ArrowDown: far }[event.key];
    const ends = { Home: 0, End: (this.seen ?? this.nodes.length) - 1 }[event.key];
    if (event.key === "Escape") return this.point(null);
    if (by === undefined && ends === undefined) return;
    event.preventDefault();
    const last = (this.seen ?? this.nodes.length) - 1;
    const to = ends ?? (this.active ?? 0) + by;
    if (to >= 0 && to <= last) this.point(to);
  }

  // Characters that stand on one line of the screen.
  lineLength() {
    const top = this.nodes[0].offsetTop;
    const next = this.nodes.findIndex((node) => node.offsetTop > top + 2);
    return next > 0 ? next : this.nodes.length;
  }

  // What a token is, in words and among its neighbours.
  named(token) {
    const { kind } = this.shown;
    if (kind === "text") {
      const long = [...this.shown.rows[0]].length;
      const row = [...this.shown.rows[Math.floor(token / long)]];
      const at = token % long;
      const show = (signs) => signs.map((sign) => SIGNS[sign] ?? sign).join("");
      return {
        title: `“${{ "\n": "line end", "\t": "tab", " ": "space" }[row[at]] ?? row[at]}”`,
        before: show(row.slice(Math.max(0, at - 12), at)), sign: show([row[at]]),
        after: show(row.slice(at + 1, at + 9)),
      };
    }
    if (kind === "digits") {
      const each = this.nodes.length / this.rows.length;
      const across = Math.sqrt(each);
      const at = token % each;
      return { title: `A ${this.shown.labels[Math.floor(token / each)]}, row ${Math.floor(at / across) + 1}, column ${(at % across) + 1}` };
    }
    const point = this.shown.points[token].map((value) => value.toFixed(2).replace("-", "−"));
    const truth = this.shown.truth?.[token];
    return { title: `Point (${point.join(", ")})${truth === undefined ? "" : `, true expert ${truth + 1}`}` };
  }
}
