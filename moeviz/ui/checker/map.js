// The map of claims: a column of tiles for each paper, and in its place a list of what was sought.
// The map is fetched once; the server is asked again when something is sought, and when a tile is
// opened.

import { element } from "@dom";

const GLYPHS = { holds: "✔", fails: "✘", condition: "◐", mixed: "✔✘", undecided: "?" };
const WORDS = {
  holds: "holds",
  fails: "fails",
  condition: "holds under a condition",
  mixed: "differs from case to case",
  undecided: "undecided",
};
const MARKS = {
  no: ["≠", "the paper says otherwise"],
  partly: ["≈", "the paper says otherwise of some cases"],
};
const LEGEND = [
  "✔ holds", "✘ fails", "◐ holds under a condition", "✔✘ differs from case to case",
  "≠ the paper says otherwise", "≈ it does so of some cases",
].join(" · ");
// What a filter keeps: of a tile's claims, by their number, those that are so.
const ONLY = {
  fails: ["✘ fails", (tile, i) => tile.verdicts[i] === "fails"],
  condition: ["◐ under a condition", (tile, i) => tile.verdicts[i] === "condition"],
  differs: ["≠ paper differs", (tile, i) => tile.differs[i]],
};
const WAIT = 60; // Milliseconds after a key before the server is asked.

const files = new Map();

function load(path) {
  if (!files.has(path)) {
    const answer = fetch(new URL(path, document.baseURI)).then((found) => {
      if (!found.ok) throw new Error("The map did not load from this server; reload the page.");
      return found.json();
    });
    answer.catch(() => files.delete(path));
    files.set(path, answer);
  }
  return files.get(path);
}

// The case to open: one of which the paper says otherwise, if there is one.
function firstCase(tile, kept = tile.claims) {
  return kept.find((claim) => tile.differs[tile.claims.indexOf(claim)]) ?? kept[0];
}

// What repairs some of a tile's claims, or was tried: a sentence for each repair and its verdict.
function repairs(tile, kept) {
  const groups = new Map();
  for (const claim of kept) {
    const i = tile.claims.indexOf(claim);
    if (!tile.repaired[i]) continue;
    const key = JSON.stringify([tile.repair[i], tile.repaired[i]]);
    groups.set(key, [...(groups.get(key) ?? []), claim]);
  }
  const sound = (key) => JSON.parse(key)[1].startsWith("holds");
  const said = new Set();
  return [...groups].sort(([a], [b]) => sound(b) - sound(a)).map(([key, claims]) => {
    const [repair, verdict] = JSON.parse(key);
    const fails = verdict === "fails" ? "fails too" : `is ${verdict}`;
    const begin = sound(key) ? `Repaired, it ${verdict}` : `A repair was tried, and ${fails}`;
    const names = claims.map((claim) => claim.slice(tile.id.length + 1)).join(", ");
    const cases = claims.length < kept.length ? ` (${names})` : "";
    const again = said.has(repair);
    said.add(repair);
    return again ? `For others it ${fails}${cases}.` : `${begin}${cases}: ${repair}`;
  });
}

class ClaimMap {
  constructor(root) {
    this.field = element("input");
    this.field.type = "search";
    this.field.placeholder = 'Search: "reflection", β₁, Theorem 4 …';
    this.field.setAttribute("aria-label", "Search the claims in words or by symbol");
    this.field.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.seek(), WAIT);
    });
    this.field.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter") return;
      // What was typed last may not be sought yet: never open what an earlier text found.
      clearTimeout(this.timer);
      if (await this.seek()) this.body.querySelector(".moeviz-list .moeviz-tile")?.click();
    });
    this.filters = element("div", "moeviz-only");
    this.filters.setAttribute("role", "group");
    this.filters.setAttribute("aria-label", "Show only");
    for (const [name, [words]] of Object.entries(ONLY)) {
      const made = element("button", "", words);
      made.type = "button";
      made.setAttribute("aria-pressed", "false");
      made.onclick = () => {
        this.only = this.only === name ? null : name;
        for (const each of this.filters.children) each.setAttribute("aria-pressed", "false");
        made.setAttribute("aria-pressed", String(this.only === name));
        this.draw();
      };
      this.filters.append(made);
    }
    this.body = element("div");
    this.body.addEventListener("pointerover", (event) => this.about(event.target));
    this.body.addEventListener("pointerleave", () => this.about(null));
    this.body.addEventListener("focusin", (event) => this.about(event.target));
    this.body.addEventListener("keydown", (event) => this.move(event));
    this.words = element("p", "moeviz-about");
    this.legend = element("p", "moeviz-legend", LEGEND);
    this.count = element("p", "moeviz-legend");
    this.count.setAttribute("role", "status");
    root.replaceChildren(this.field, this.filters, this.count, this.body, this.words, this.legend);
    this.found = null;
    this.only = null;
    this.paper = null;
  }

  async show({ map, find, open }, pick) {
    this.pick = pick;
    this.find = find;
    const again = this.path !== map || this.open !== open;
    [this.path, this.open] = [map, open];
    if (!again) return;
    try {
      this.papers = (await load(map)).papers;
    } catch (error) {
      this.count.textContent = error.message;
      return;
    }
    this.draw();
  }

  // Returns whether the list shows what the field says.
  async seek() {
    const text = this.field.value.trim();
    const asked = (this.asked = text);
    let found = null;
    if (text) {
      const address = new URL(this.find, document.baseURI);
      address.searchParams.set("text", text);
      try {
        found = (await (await fetch(address)).json()).claims;
      } catch {
        found = [];
      }
    }
    if (this.asked !== asked) return false;
    this.found = found;
    this.draw();
    return true;
  }

  draw() {
    if (!this.papers) return;
    const focus = this.body.contains(document.activeElement) && document.activeElement.dataset.tile;
    if (this.found || this.only || this.paper) this.list();
    else this.columns();
    if (focus) [...this.buttons()].find((each) => each.dataset.tile === focus)?.focus();
    this.about(null);
  }

  columns() {
    const grid = element("div", "moeviz-papers");
    for (const { title, tiles } of this.papers) {
      const column = element("div", "moeviz-tiles");
      column.setAttribute("role", "group");
      column.setAttribute("aria-label", title);
      const heading = this.heading(title, title.replace(/ paper$/, ""));
      column.append(heading, ...tiles.map((tile) => this.tile(tile, firstCase(tile))));
      grid.append(column);
    }
    this.count.textContent = "";
    this.body.replaceChildren(grid);
  }

  // A paper's name, which shows its claims alone, or all again.
  heading(paper, words) {
    const made = element("h3");
    const button = element("button", "moeviz-paper", words);
    button.type = "button";
    button.dataset.tile = paper;
    button.setAttribute("aria-pressed", String(this.paper === paper));
    button.setAttribute("aria-label", `${words}: this paper alone`);
    button.onclick = () => {
      this.paper = this.paper === paper ? null : paper;
      this.draw();
    };
    made.append(button);
    return made;
  }

  // Each tile with the first of its claims that is sought; the best find stands first.
  list() {
    const keeps = this.only ? ONLY[this.only][1] : () => true;
    const place = this.found && new Map(this.found.map((claim, i) => [claim, i]));
    const shown = [];
    for (const { title, tiles } of this.papers) {
      for (const tile of this.paper && this.paper !== title ? [] : tiles) {
        const kept = tile.claims.filter((claim, i) => keeps(tile, i) && (!place || place.has(claim)));
        if (place) kept.sort((a, b) => place.get(a) - place.get(b));
        const best = place ? kept[0] : firstCase(tile, kept);
        if (kept.length) shown.push({ tile, claim: best, kept, paper: title });
      }
    }
    if (place) shown.sort((a, b) => place.get(a.claim) - place.get(b.claim));
    const list = element("div", "moeviz-list");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", "Claims found");
    let before;
    for (const { tile, claim, kept, paper } of shown) {
      if (!place && paper !== before) list.append(this.heading(paper, paper));
      before = paper;
      list.append(this.tile(tile, claim, paper, kept));
    }
    const what = shown.length === 1 ? "1 group of claims" : `${shown.length} groups of claims`;
    this.count.textContent = shown.length ? what : "No claim has these words; try fewer of them.";
    this.body.replaceChildren(list);
  }

  tile(tile, claim, paper, kept = []) {
    const made = element("button", `moeviz-tile ${tile.verdict}${paper ? " whole" : ""}`);
    made.type = "button";
    made.dataset.tile = tile.id;
    made.dataset.words = tile.words;
    const [mark, differs] = MARKS[tile.agrees] ?? ["", ""];
    const said = [`${tile.id}: ${tile.title}`, paper, tile.words, WORDS[tile.verdict], differs].filter(Boolean).join(", ");
    made.setAttribute("aria-label", said);
    if (tile.claims.includes(this.open)) made.setAttribute("aria-current", "true");
    const alone = kept.length === 1 && tile.claims.length > 1;
    const whole = [`${tile.title}. ${tile.words}`, ...repairs(tile, kept)].join(" ");
    made.append(
      element("span", "", GLYPHS[tile.verdict] ?? "?"),
      element("span", "", alone ? claim : tile.id),
      element("span", "title", paper ? whole : tile.title),
      element("span", "mark", mark),
    );
    made.onclick = () => this.pick(claim);
    return made;
  }

  buttons() {
    return this.body.querySelectorAll("button");
  }

  // Says what a tile is while it is pointed at or has the focus; else the one that is open.
  about(target) {
    const asked = target?.closest?.(".moeviz-tile");
    const tile = asked ?? this.body.querySelector('[aria-current="true"]');
    this.words.textContent = tile ? `${tile.dataset.tile}: ${tile.dataset.words}` : "";
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const all = [...this.buttons()];
    const now = all.indexOf(document.activeElement);
    if (now < 0) return;
    let to = step ? all[now + step] : null;
    const column = document.activeElement.closest(".moeviz-tiles");
    const side = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    if (column && side) {
      const place = [...column.querySelectorAll("button")].indexOf(document.activeElement);
      const beside = [...(column[side]?.querySelectorAll("button") ?? [])];
      to = beside[Math.min(place, beside.length - 1)];
    }
    if (!to) return;
    event.preventDefault();
    to.focus();
  }
}

const maps = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-map");
  if (!maps.has(root)) maps.set(root, new ClaimMap(root));
  maps.get(root).show(data, (claim) => setTriggerValue("picked", claim));
}
