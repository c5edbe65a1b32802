// Slope meters: number lines from 0 to −0.6 with theory, paper, prediction and what was measured.

import { element } from "@dom";

const STEEPEST = -0.6;
const MARKS = {
  yes: ["✓", "agrees with theory"],
  no: ["✗", "does not agree with theory"],
  unknown: ["?", "cannot tell"],
  waiting: ["…", "still to come"],
};
const ROOM = 32; // Per cent of the line that a flag's text takes.

export function signed(value) {
  const text = value.toFixed(2);
  return (/^-0\.00$/.test(text) ? "0.00" : text).replace("-", "−");
}

const share = (slope) => (100 * slope) / STEEPEST;
const inside = (slope) => Math.min(100, Math.max(0, share(slope)));

function at(node, slope) {
  node.style.setProperty("--at", `${inside(slope)}%`);
  return node;
}

// What stands above the line: {kind, words, slope}; the same number twice shares a flag.
function flags(meter, guess) {
  const named = [];
  const add = (kind, words, slope) => {
    if (slope === null || slope === undefined) return;
    const same = named.find((flag) => signed(flag.slope) === signed(slope));
    if (same) same.words += `, ${words}`;
    else named.push({ kind, words, slope });
  };
  add("theory", "theory", meter.theory);
  add("paper", "paper", meter.paper);
  add("you", "you", guess);
  const { estimate } = meter;
  if (estimate !== null && (share(estimate) < 0 || share(estimate) > 100)) {
    named.push({ kind: "ours", words: "measured", slope: estimate });
  }
  const taken = [];
  for (const flag of named.sort((a, b) => share(a.slope) - share(b.slope))) {
    const where = inside(flag.slope);
    const left = Math.min(Math.max(where - ROOM / 2, 0), 100 - ROOM);
    flag.row = taken.findIndex((end) => end <= left);
    if (flag.row < 0) flag.row = taken.push(0) - 1;
    taken[flag.row] = left + ROOM;
  }
  return { named, rows: Math.max(1, taken.length) };
}

function flagNode(flag) {
  const where = share(flag.slope);
  const number = signed(flag.slope);
  const words = `${flag.words} ${number}`;
  const text = where < 0 ? `◂ ${words}` : where > 100 ? `${words} ▸` : `${words} ▾`;
  const node = at(element("span", `flag ${flag.kind}`, text), flag.slope);
  node.dataset.side = inside(flag.slope) < ROOM / 2 ? "left" : "";
  if (inside(flag.slope) > 100 - ROOM / 2) node.dataset.side = "right";
  node.style.setProperty("--row", flag.row);
  return node;
}

function line(meter, guess) {
  const { named, rows } = flags(meter, guess);
  const node = element("div", "line");
  node.setAttribute("role", "img");
  node.style.setProperty("--rows", rows);
  const axis = element("div", "axis");
  if (meter.low !== null && meter.high !== null) {
    const band = element("span", "band");
    const [from, to] = [inside(meter.high), inside(meter.low)];
    band.style.setProperty("--from", `${from}%`);
    band.style.setProperty("--wide", `${Math.max(to - from, 0.8)}%`);
    axis.append(band);
  }
  for (let tenth = 0; tenth <= 6; tenth += 1) {
    axis.append(at(element("i", "tick"), -tenth / 10));
    const number = tenth ? `−0.${tenth}` : "0";
    axis.append(at(element("b", "number", number), -tenth / 10));
  }
  for (const flag of named) if (flag.kind !== "ours") axis.append(
    at(element("span", `stem ${flag.kind}`), flag.slope));
  if (meter.estimate !== null) {
    const beyond = share(meter.estimate) < 0 ? "low" : share(meter.estimate) > 100 ? "high" : "";
    const dot = at(element("span", "dot"), meter.estimate);
    dot.dataset.beyond = beyond;
    axis.append(dot);
  }
  const said = named.filter((flag) => flag.kind !== "ours");
  const parts = said.map((flag) => `${flag.words} ${signed(flag.slope)}`);
  const measured =
    meter.estimate === null
      ? "no slope"
      : `measured ${signed(meter.estimate)}, interval ${signed(meter.low)} to ${signed(meter.high)}`;
  node.setAttribute("aria-label", [measured, ...parts].join("; "));
  node.append(...named.map(flagNode), axis);
  return node;
}

// One meter as a list item; `guess` is the visitor's prediction, or null.
export function meterNode(meter, guess) {
  const item = element("li", "meter");
  item.style.setProperty("--curve", meter.colour);
  item.dataset.mark = meter.mark;
  const head = element("div", "head");
  const [glyph, means] = MARKS[meter.mark];
  const mark = element("span", "mark", glyph);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", means);
  mark.title = means;
  head.append(element("span", "name", `${meter.glyph} ${meter.name}`), mark);
  item.append(head, line(meter, guess ?? null), element("p", "words", meter.words));
  return item;
}
