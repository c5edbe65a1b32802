// What a class predicted and what came out, drawn alike on phones and on the wall: a fan of lines on
// axes with logarithms, a histogram, or bars.

import { element, tagged } from "@dom";
import { FORMULA, formula, spelled } from "@roomtex";

const SVG = "http://www.w3.org/2000/svg";
const MINUS = "\u2212";

export function shape(name, attributes = {}, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

export function written(value, digits = 2) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", MINUS);
}

export function digitsOf(step) {
  return step.by >= 1 ? 0 : step.by >= 0.1 ? 1 : 2;
}

// Words with **bold** and *emphasised* parts and formulas, as nodes: nothing that somebody typed is
// taken for HTML.
export function worded(text) {
  return String(text).split(FORMULA).flatMap((part, at) => (at % 2 ? [formula(part)] : marked(part)));
}

function marked(text) {
  return text.split(/(\*\*[^*]+\*\*|\*[^*]+\*)/).filter(Boolean).map((part) => {
    if (/^\*\*[^*]+\*\*$/.test(part)) return element("strong", "", part.slice(2, -2));
    if (/^\*[^*]+\*$/.test(part)) return element("em", "", part.slice(1, -1));
    return part;
  });
}

export function paragraphs(text) {
  return String(text).split(/\n\s*\n/).filter((each) => each.trim()).map((each) => tagged("p", {}, ...worded(each)));
}

// Paragraphs of what is to be said, written anew only where it is another: what is typeset stays.
export function write(node, parts) {
  const text = parts.filter(Boolean).join("\n\n");
  if (node.dataset.of === text) return;
  node.dataset.of = text;
  node.replaceChildren(...paragraphs(text));
}

export const labelOf = (step, name) =>
  String(name).split(">").map((each) => step.options.find(([known]) => known === each)?.[1] ?? each).join(", then ");

export function contentWords(step, content) {
  if (typeof content === "number") return `${written(content, digitsOf(step))}${step.unit ? ` ${step.unit}` : ""}`;
  return labelOf(step, Array.isArray(content) ? content.join(">") : content);
}

// The curve of a study's news that a question is about, relative to its first mean: what was
// measured, and what the information predicts.
export function curveOf(screen, curve) {
  const found = { measured: [], predicted: [], name: screen?.curves?.[curve]?.label ?? "" };
  for (const trace of screen?.figure?.data ?? []) {
    const part = { mean: "measured", predicted: "predicted" }[trace.meta?.part];
    if (!part || trace.meta.curve !== curve) continue;
    found[part] = trace.x.map((x, at) => [Math.log10(x), Math.log10(trace.y[at])])
      .filter((point) => point.every(Number.isFinite));
  }
  const first = found.measured[0] ?? found.predicted[0];
  if (!first) return found;
  for (const part of ["measured", "predicted"]) {
    found[part] = found[part].map(([x, y]) => [x - first[0], y - first[1]]);
  }
  found.first = 10 ** first[0];
  const sizes = screen.figure.data.filter((trace) => trace.meta?.part === "predicted" || trace.meta?.part === "mean");
  const last = Math.max(...sizes.flatMap((trace) => trace.x.filter(Number.isFinite)));
  found.span = Math.max(1, Math.log10(last) - first[0]);
  return found;
}

const times = (decades) => (decades === 0 ? "×1" : decades > 0 ? `×${10 ** decades}` : `÷${10 ** -decades}`);

let axesMade = 0;

const heightsOf = (step) => (step.known ?? []).flatMap(({ points }) => points.map(([, y]) => y));

// What the lines of a plot are, with a piece of each.
export function keyTo(entries) {
  const list = element("ul", "room-key");
  list.setAttribute("aria-label", "Lines");
  for (const [className, words] of entries) {
    const piece = shape("svg", { viewBox: "0 0 34 12", class: "room-piece", "aria-hidden": "true" });
    piece.append(shape("line", { x1: 1, x2: 33, y1: 6, y2: 6, class: className, "stroke-width": 4 }));
    list.append(tagged("li", {}, piece, words));
  }
  return list;
}

export const keyToKnown = (step) => (step.known ?? []).map(({ words }) => ["room-known", words]);

export class Axes {
  // A plot of slopes: `scale` is how many pixels a CSS pixel of the page's font has.
  // `slopes` are those that have to be seen; else all that may be drawn.
  // `heights` are decades that have to be seen besides.
  constructor(step, width, height, { span, first, scale = 1, slopes, heights = [] } = {}) {
    const [from, to] = step.sizes ?? [];
    Object.assign(this, { step, width, height, scale });
    this.span = span ?? (from ? Math.log10(to / from) : 2);
    this.first = first ?? from ?? null;
    this.left = 64 * scale;
    this.right = 14 * scale;
    this.top = 26 * scale;
    this.foot = 46 * scale;
    const seen = slopes ?? [step.low, step.high];
    this.high = Math.max(0.1, ...heights, ...seen.map((slope) => slope * this.span)) + 0.15;
    this.low = Math.min(-1, ...heights, ...seen.map((slope) => slope * this.span)) - 0.15;
    this.root = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "room-axes" });
    // What runs out of the axes is cut there.
    this.inside = `room-inside-${(axesMade += 1)}`;
    const box = { x: this.left, y: this.top, width: width - this.left - this.right, height: height - this.top - this.foot };
    const clip = shape("clipPath", { id: this.inside });
    clip.append(shape("rect", box));
    this.root.append(clip);
    this.frame();
  }

  x(decades) {
    return this.left + (decades / this.span) * (this.width - this.left - this.right);
  }

  y(decades) {
    return this.top + ((this.high - decades) / (this.high - this.low)) * (this.height - this.top - this.foot);
  }

  slopeAt(px, py) {
    const across = Math.max((px - this.left) / (this.width - this.left - this.right), 0.08) * this.span;
    const up = this.high - ((py - this.top) / (this.height - this.top - this.foot)) * (this.high - this.low);
    return up / across;
  }

  frame() {
    const { root, scale } = this;
    const font = { "font-size": 15 * scale, class: "room-tick" };
    const bottom = this.height - this.foot;
    for (let decade = Math.ceil(this.low); decade <= Math.floor(this.high); decade += 1) {
      const y = this.y(decade);
      root.append(shape("line", { x1: this.left, x2: this.width - this.right, y1: y, y2: y, class: "room-grid" }));
      root.append(shape("text", { x: this.left - 8 * scale, y: y + 5 * scale, "text-anchor": "end", ...font }, times(decade)));
    }
    const last = Math.floor(this.span + 1e-6);
    const tight = (this.width - this.left - this.right) / this.span < 95 * scale;
    for (let decade = 0; decade <= last; decade += 1) {
      if (tight && decade % last) continue;
      const x = this.x(decade);
      const words = this.first ? Math.round(this.first * 10 ** decade).toLocaleString("en") : decade ? `${10 ** decade} n` : "n";
      const anchor = decade === 0 ? "start" : decade >= this.span ? "end" : "middle";
      root.append(shape("line", { x1: x, x2: x, y1: bottom, y2: bottom + 5 * scale, class: "room-axis" }));
      root.append(shape("text", { x, y: bottom + 21 * scale, "text-anchor": anchor, ...font }, words));
    }
    root.append(shape("path", {
      d: `M${this.left},${this.top}V${bottom}H${this.width - this.right}`, class: "room-axis", fill: "none",
    }));
    root.append(shape("text", {
      x: (this.left + this.width) / 2, y: this.height - 6 * scale, "text-anchor": "middle", ...font,
    }, this.first ? "samples n" : "more data"));
    root.append(shape("text", { x: this.left, y: 15 * scale, "text-anchor": "middle", ...font }, "error"));
  }

  line(slope, attributes) {
    const [x1, y1, x2, y2] = [this.x(0), this.y(0), this.x(this.span), this.y(slope * this.span)];
    const made = shape("line", { x1, y1, x2, y2, ...attributes });
    this.root.append(made);
    return made;
  }

  path(points, attributes) {
    const d = points.map(([x, y], at) => `${at ? "L" : "M"}${this.x(x).toFixed(1)},${this.y(y).toFixed(1)}`).join("");
    this.root.append(shape("path", { d, fill: "none", "clip-path": `url(#${this.inside})`, ...attributes }));
  }

  // What is known before, with a dot at each of its ends.
  known() {
    for (const { points } of this.step.known ?? []) {
      this.path(points, { class: "room-known", "stroke-width": 3 * this.scale });
      for (const [x, y] of points) {
        this.root.append(shape("circle", { cx: this.x(x), cy: this.y(y), r: 4 * this.scale, class: "room-known-dot" }));
      }
    }
  }
}

// All lines that were drawn, what came out over them, theory, the paper, and one's own.
export function fan(step, { together, outcome, own, curve, revealed, progress }, width, height, scale) {
  const span = curve?.span ?? undefined;
  const told = revealed ? outcome ?? {} : {};
  const slopes = [...(together?.fan ?? []).map(([slope]) => slope), ...(own === undefined ? [] : [own])];
  slopes.push(...[told.low, told.high, told.value, told.theory, told.paper].filter(Number.isFinite));
  const reached = [...(curve?.measured ?? []), ...(curve?.predicted ?? [])].map(([x, y]) => y / Math.max(x, span ?? 1));
  const heights = revealed ? [] : heightsOf(step);
  const axes = new Axes(step, width, height, { span, first: curve?.first, scale, slopes: [...slopes, ...reached], heights });
  const key = [];
  const most = Math.max(1, ...(together?.fan ?? []).map(([, count]) => count));
  for (const [slope, count] of together?.fan ?? []) {
    axes.line(slope, { class: "room-guess", "stroke-width": (1.5 + 4 * (count / most)) * scale });
  }
  if (together?.fan?.length) key.push(["room-guess", "what was predicted"]);
  if (!revealed) {
    axes.known();
    key.push(...keyToKnown(step));
  }
  if (Number.isFinite(told.low) && Number.isFinite(told.high)) {
    const ends = [told.low, told.high].map((slope) => [axes.span, slope * axes.span]);
    const corners = [[0, 0], ...ends].map(([x, y]) => `${axes.x(x).toFixed(1)},${axes.y(y).toFixed(1)}`);
    axes.root.append(shape("polygon", { points: corners.join(" "), class: "room-wedge" }));
  }
  for (const name of ["theory", "paper"]) {
    if (!Number.isFinite(told[name])) continue;
    axes.line(told[name], { class: `room-${name}`, "stroke-width": 2.5 * scale });
    key.push([`room-${name}`, `${name} ${written(told[name])}`]);
  }
  if (revealed && curve?.predicted.length) {
    axes.path(curve.predicted, { class: "room-predicted", "stroke-width": 2 * scale });
    key.push(["room-predicted", "expected of this much data"]);
  }
  if (own !== undefined) {
    axes.line(own, { class: "room-own", "stroke-width": 4 * scale });
    key.push(["room-own", `you ${written(own)}`]);
  }
  const value = Number.isFinite(told.value) ? ` ${written(told.value)}` : "";
  if (revealed && curve?.measured.length) {
    axes.path(curve.measured, { class: "room-measured", "stroke-width": 3.5 * scale });
    for (const [x, y] of curve.measured) {
      axes.root.append(shape("circle", { cx: axes.x(x), cy: axes.y(y), r: 6 * scale, class: "room-dot" }));
    }
    key.push(["room-measured", progress ? "arriving now" : `measured${value}`]);
  } else if (value) {
    axes.line(told.value, { class: "room-measured", "stroke-width": 3.5 * scale });
    key.push(["room-measured", `measured slope${value}`]);
  }
  return [axes.root, keyTo(key)];
}

export function histogram(step, { together, outcome, own, revealed }, width, height, scale) {
  const root = shape("svg", { viewBox: `0 0 ${width} ${height}`, class: "room-axes" });
  const bars = together?.bars ?? [];
  const [foot, top] = [40 * scale, (revealed ? 62 : 26) * scale];
  if (!bars.length) return root;
  const [from, to] = [bars[0][0], bars.at(-1)[1]];
  const most = Math.max(1, ...bars.map(([, , count]) => count));
  const x = (value) => ((value - from) / (to - from)) * (width - 16 * scale) + 8 * scale;
  const y = (count) => height - foot - (count / most) * (height - foot - top);
  for (const [low, high, count] of bars) {
    if (!count) continue;
    const within = revealed && outcome?.low <= (low + high) / 2 && (low + high) / 2 <= outcome?.high;
    root.append(shape("rect", {
      x: x(low) + scale, width: Math.max(1, x(high) - x(low) - 2 * scale), y: y(count), height: height - foot - y(count),
      class: within ? "room-bar room-right" : "room-bar",
    }));
    root.append(shape("text", {
      x: (x(low) + x(high)) / 2, y: y(count) - 6 * scale, "text-anchor": "middle", "font-size": 15 * scale, class: "room-tick",
    }, String(count)));
  }
  root.append(shape("line", { x1: 0, x2: width, y1: height - foot, y2: height - foot, class: "room-axis" }));
  for (const [place, anchor] of [[step.low, "start"], [(step.low + step.high) / 2, "middle"], [step.high, "end"]]) {
    root.append(shape("text", {
      x: x(place), y: height - foot + 20 * scale, "text-anchor": anchor, "font-size": 15 * scale, class: "room-tick",
    }, written(place, digitsOf(step))));
  }
  const mark = (value, className, words, row) => {
    root.append(shape("line", { x1: x(value), x2: x(value), y1: top - 18 * scale, y2: height - foot, class: className, "stroke-width": 3 * scale }));
    root.append(shape("text", {
      x: x(value), y: (17 + 20 * row) * scale, "text-anchor": value > (from + to) / 2 ? "end" : "start", "font-size": 16 * scale, class: `${className}-words`,
    }, words));
  };
  if (revealed && Number.isFinite(outcome?.value)) mark(outcome.value, "room-measured", `it is ${written(outcome.value, digitsOf(step))}`, 0);
  if (own !== undefined) mark(own, "room-own", `you: ${written(own, digitsOf(step))}`, 1);
  return root;
}

// Bars of a choice or of orders: labels, lengths, counts; what is right is said in words.
export function bars(step, { together, outcome, own, revealed }) {
  const root = element("ol", "room-bars");
  const right = Array.isArray(outcome?.right) ? outcome.right.join(">") : outcome?.right;
  const mine = Array.isArray(own) ? own.join(">") : own;
  const most = Math.max(1, ...(together?.bars ?? []).map(([, count]) => count));
  for (const [name, count] of together?.bars ?? []) {
    const is = revealed && name === right;
    const row = tagged("li", { class: is ? "room-right" : "" });
    const bar = element("span", "room-length");
    bar.style.setProperty("--share", String(count / most));
    const marks = [is && "✓ right", name === mine && "your answer"].filter(Boolean).join(" · ");
    row.append(tagged("span", { class: "room-label" }, ...worded(labelOf(step, name))), bar, element("span", "room-count", String(count)));
    if (marks) row.append(element("span", "room-mark", marks));
    root.append(row);
  }
  return root;
}

// All of it in one sentence, for who cannot see the picture, and for the last row.
export function inWords(step, { together, outcome, revealed }) {
  if (!together) return "";
  const { count, right } = together;
  const said = [];
  if (!count) said.push("Nobody has answered.");
  else if (together.fan) {
    const [often, most] = together.fan.reduce((a, b) => (b[1] > a[1] ? b : a));
    const [low, high] = [together.fan[0][0], together.fan.at(-1)[0]];
    said.push(count === 1 ? `One line: ${written(low)}.` : `${count} lines, from ${written(low)} to ${written(high)}${most > 1 ? `; most often ${written(often)} (${most} times)` : ""}.`);
  } else {
    const [name, ...rest] = together.bars.reduce((a, b) => (b.at(-1) > a.at(-1) ? b : a));
    const words = step.kind === "number" ? `near ${written((name + rest[0]) / 2, digitsOf(step))}` : `“${labelOf(step, name)}”`;
    said.push(count === 1 ? `One answer: ${words}.` : `${count} answers${rest.at(-1) > 1 ? `; most often ${words} (${rest.at(-1)} times)` : ""}.`);
  }
  if (revealed && right !== null && right !== undefined && count) {
    const near = together.near ? `, ${together.near} nearly` : "";
    said.push(`${right} of ${count} were right (${Math.round((100 * right) / count)} %)${near}.`, outcome?.counts);
  }
  return said.filter(Boolean).join(" ");
}

// What stands above a picture of answers, that it be seen with it, and what there is to read below.
export function aboveAndBelow({ outcome, revealed }) {
  const words = (revealed && outcome?.words) || "";
  if (revealed && outcome?.answer) return [outcome.answer, words];
  const [first, ...rest] = words.split(/\n\s*\n/);
  return [first, rest.join("\n\n")];
}

// How near an answer came, as the server judged it: undefined where that is not known.
export function verdictOf(together, own) {
  const judged = together?.judged;
  if (own === undefined || !judged) return undefined;
  const text = JSON.stringify(own);
  return ["right", "near"].find((name) => judged[name].some((each) => JSON.stringify(each) === text)) ?? "wrong";
}

export function drawn(step, told, width, height, scale = 1) {
  const figure = element("figure", "room-figure");
  const draw = { slope: fan, number: histogram, choice: bars, order: bars }[step.kind];
  if (!draw) return figure;
  const [made, ...below] = [draw(step, told, width, height, scale)].flat();
  if (made.tagName === "svg") {
    made.setAttribute("role", "img");
    made.setAttribute("aria-label", spelled(inWords(step, told) || step.title));
  }
  figure.append(made, ...below);
  return figure;
}
