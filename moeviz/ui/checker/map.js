// The map of claims: a column of tiles for each paper, and in its place a list of what was sought.
// The map is fetched once; the server is asked again when something is sought, and when a tile is
// opened, and hears what is shown alone, for the address.

import { button, element } from "@dom";
import { load, NARROW, SHOW } from "@claims";

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
// What a filter keeps: of a tile's claims, by their number, those that are so. And how it is said on
// its button, and after the number of them on a paper's.
const ONLY = {
  fails: ["✘ fails", "fail", (tile, i) => tile.verdicts[i] === "fails"],
  condition: ["◐ under a condition", "◐", (tile, i) => tile.verdicts[i] === "condition"],
  differs: ["≠ paper differs", "≠", (tile, i) => tile.differs[i]],
};
const WAIT = 60; // Milliseconds after a key before the server is asked.

// The case to open: one of which the paper says otherwise, if there is one.
function firstCase(tile, kept = tile.claims) {
  return kept.find((claim) => tile.differs[tile.claims.indexOf(claim)]) ?? kept[0];
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
    const row = (name) => {
      const made = element("div", "moeviz-only");
      made.setAttribute("role", "group");
      made.setAttribute("aria-label", name);
      return made;
    };
    [this.chips, this.filters] = [row("Paper"), row("Show only")];
    this.bar = element("div", "moeviz-bar");
    this.bar.append(this.chips, this.filters);
    this.body = element("div");
    this.body.addEventListener("pointerover", (event) => this.about(event.target));
    this.body.addEventListener("pointerleave", () => this.about(null));
    this.body.addEventListener("focusin", (event) => this.about(event.target));
    this.body.addEventListener("keydown", (event) => this.move(event));
    this.words = element("p", "moeviz-about");
    this.legend = element("p", "moeviz-legend", LEGEND);
    this.count = element("p", "moeviz-legend");
    this.count.setAttribute("role", "status");
    root.replaceChildren(this.field, this.bar, this.count, this.body, this.words, this.legend);
    this.root = root;
    this.found = null;
    [this.paper, this.only, this.wanted] = [null, null, null];
    NARROW.addEventListener("change", () => this.draw());
    document.addEventListener(SHOW, ({ detail }) => {
      if (!root.isConnected) return;
      this.field.value = "";
      this.found = null;
      this.set(detail.paper, detail.only);
      root.scrollIntoView({ block: "start" });
    });
  }

  async show({ map, find, open, paper, only, set }, tell) {
    [this.tell, this.find] = [tell, find];
    if (this.wanted === open) this.wanted = null;
    const asked = JSON.stringify([map, open, set]);
    if (this.shown === asked) return;
    this.shown = asked;
    this.open = open;
    // The page was set anew, by the address or by a choice.
    if (this.generation !== set) [this.paper, this.only] = [paper, only];
    this.generation = set;
    try {
      this.whole = await load(map);
    } catch (error) {
      this.count.textContent = error.message;
      return;
    }
    this.draw();
  }

  // What the visitor wants to see of the map; the address keeps it.
  set(paper, only) {
    [this.paper, this.only] = [paper, only];
    this.draw();
    this.say();
  }

  // A claim to open. It is told with what is shown until it is open: while the server is busy, the
  // newest that is told replaces what was told before.
  pick(claim) {
    this.wanted = claim;
    this.say();
  }

  say() {
    this.tell("told", { open: this.wanted, paper: this.paper, only: this.only });
  }

  // The paper that is shown alone, or null: a phone has room for one, unless something is sought.
  alone() {
    if (this.paper || !NARROW.matches || this.found) return this.paper;
    const has = (paper) => paper.tiles.some((tile) => tile.claims.includes(this.open));
    return (this.whole.papers.find(has) ?? this.whole.papers[0]).paper;
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
    if (!this.whole) return;
    const place = (all) => [...all].indexOf(document.activeElement);
    const focus = this.body.contains(document.activeElement) && document.activeElement.dataset.tile;
    const bar = place(this.bar.querySelectorAll("button"));
    // Another claim is open, and the list is as it was: it stays where it was scrolled to.
    const row = JSON.stringify([this.found, this.only, this.paper]);
    const top = this.row === row ? this.body.firstElementChild?.scrollTop : 0;
    this.row = row;
    this.choices();
    if (this.found || this.only || (this.paper && !NARROW.matches)) this.list();
    else this.columns();
    if (top) this.body.firstElementChild.scrollTop = top;
    const still = { preventScroll: true };
    if (focus) [...this.buttons()].find((each) => each.dataset.tile === focus)?.focus(still);
    if (bar >= 0) this.bar.querySelectorAll("button")[bar]?.focus(still);
    this.about(null);
  }

  // Papers with how many of their claims are so, and filters.
  choices() {
    const alone = this.alone();
    const [, after] = ONLY[this.only] ?? ONLY.fails;
    const kind = this.only ?? "fails";
    const all = { paper: null, title: "All", counts: this.whole.counts };
    this.chips.replaceChildren(...[all, ...this.whole.papers].map(({ paper, title, counts }) => {
      const words = `${title.replace(/ paper$/, "")} · ${counts[kind]} ${after}`;
      const act = () => this.set(this.paper === paper ? null : paper, this.only);
      const made = button(words, act, { pressed: alone === paper });
      made.dataset.paper = paper ?? "";
      return made;
    }));
    this.filters.replaceChildren(...Object.entries(ONLY).map(([name, [words]]) => {
      const act = () => this.set(this.paper, this.only === name ? null : name);
      return button(words, act, { pressed: this.only === name });
    }));
  }

  columns() {
    const grid = element("div", "moeviz-papers");
    const alone = this.alone();
    for (const { paper, title, tiles } of this.whole.papers) {
      if (alone && alone !== paper) continue;
      const column = element("div", "moeviz-tiles");
      column.setAttribute("role", "group");
      column.setAttribute("aria-label", title);
      const heading = element("h3", "", title.replace(/ paper$/, ""));
      column.append(heading, ...tiles.map((tile) => this.tile(tile, firstCase(tile))));
      grid.append(column);
    }
    this.count.textContent = "";
    this.body.replaceChildren(grid);
  }

  // Each tile with the first of its claims that is sought; the best find stands first.
  list() {
    const keeps = this.only ? ONLY[this.only][2] : () => true;
    const place = this.found && new Map(this.found.map((claim, i) => [claim, i]));
    const alone = this.alone();
    const shown = [];
    for (const { paper, title, tiles } of this.whole.papers) {
      for (const tile of alone && alone !== paper ? [] : tiles) {
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
      if (!place && !alone && paper !== before) list.append(element("h3", "", paper));
      before = paper;
      list.append(this.tile(tile, claim, paper, kept));
    }
    this.count.textContent = this.told(shown.length, alone);
    this.body.replaceChildren(list);
  }

  // What the list amounts to: the answer, where a paper or a filter alone asks for it; a paper's button
  // promises those that fail.
  told(groups, alone) {
    if (!groups && this.found?.length) return "No claim shown has these words; others have them.";
    if (!groups) return "No claim has these words; try fewer of them.";
    const of = alone ? this.whole.papers.find(({ paper }) => paper === alone) : this.whole;
    if (!this.found && (this.only || alone)) return of.said[this.only ?? "fails"];
    return groups === 1 ? "1 group of claims" : `${groups} groups of claims`;
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
    if (paper) {
      const lines = this.lines(tile, kept);
      made.setAttribute("aria-label", [said, ...lines.map((line) => line.join(" ").trim())].join(". "));
      const text = element("span", "title");
      text.append(element("strong", "", tile.title), element("span", "", `. ${tile.words}`));
      for (const [cases, begin, rest] of lines) {
        const line = element("span", "line", cases && `${cases}: `);
        line.append(element("strong", "", begin), ` ${rest}`);
        text.append(line);
      }
      made.append(
        element("span", "", GLYPHS[tile.verdict] ?? "?"),
        element("span", "", tile.id),
        text,
        element("span", "mark", mark),
      );
    } else {
      made.append(
        element("span", "", GLYPHS[tile.verdict] ?? "?"),
        element("span", "", tile.id),
        element("span", "title", tile.title),
        element("span", "mark", mark),
      );
    }
    made.onclick = () => this.pick(claim);
    return made;
  }

  // What is known of a tile's cases: which of them are shown, and what repairs those that fail.
  lines(tile, kept) {
    if (this.only === "fails" || kept.length === tile.claims.length) return tile.repairs;
    const cases = kept.map((claim) => tile.cases[tile.claims.indexOf(claim)]).join("; ");
    return [["", "Shown:", `${cases}.`], ...tile.repairs];
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
  maps.get(root).show(data, setTriggerValue);
}
