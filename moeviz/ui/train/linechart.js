// Curves over the steps of training, with named ends, bands, guides and a mark at one step.

import { element } from "@dom";
import { shape } from "@drawing";
import { formed } from "@noticing";
import { Places, spread, widthOf } from "@placing";

const LATE = 0.2; // Share of the steps after which values decide how far their axis goes.
const FONT = 14.5, MOST_TICKS = 6, STEPS = [1, 2, 2.5, 5, 10];
const SMALL = 480; // Pixels below which ends have their mark in place of their name.
const ACROSS = 10; // What it costs a name to stand across a curve, in places farther down its list.

export function ticks(low, high, most = MOST_TICKS) {
  const raw = (high - low) / most || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * STEPS.find((each) => each * power >= raw - 1e-12);
  const found = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + 1e-9 * step; at += 1) found.push(at * step + 0);
  return found;
}

export function tickText(value, step, form) {
  if (form === "percent") return `${Math.round(100 * value)} %`;
  if (form === "thousands") return value >= 1000 ? `${Number((value / 1000).toFixed(1))}k` : String(value);
  const digits = Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9)));
  const quarter = Math.abs(step * 10 ** digits - 2.5) < 1e-6; // Ticks differ by 2.5 of the last place.
  return value.toFixed(quarter ? digits + 1 : digits).replace("-", "−");
}

// Pieces of a line without its missing points.
function pieces(xs, ys) {
  const found = [[]];
  xs.forEach((x, at) => {
    if (ys[at] === null || ys[at] === undefined) {
      if (found.at(-1).length) found.push([]);
    } else found.at(-1).push([x, ys[at]]);
  });
  return found.filter((piece) => piece.length);
}

export class LineChart {
  // `onStep(step)` is told of the step that is pointed at; null for none.
  constructor(root, { onStep } = {}) {
    this.root = root;
    this.readout = element("p", "chart-readout");
    this.stage = element("div", "chart-stage");
    this.root.replaceChildren(this.stage, this.readout);
    this.stage.addEventListener("pointermove", (event) => this.hover(event));
    this.stage.addEventListener("pointerleave", () => {
      this.at = null;
      this.tell();
      this.cross();
      onStep?.(null);
    });
  }

  // `data`: lines { name, end, short, colour, dash, x, mean, low, high, faint }, guides { at, name },
  // xname, yname, form, xmax, mark (a step), height, title, colours { text, quiet, grid, ground }.
  show(data) {
    this.data = data;
    const wide = this.stage.clientWidth;
    if (!wide) return;
    this.stage.replaceChildren(this.drawn(wide));
    this.tell();
    this.cross();
  }

  // The axis of values: what begins far above does not press the rest together.
  range() {
    const { lines, guides, xmax, ymin, ymax, late } = this.data;
    const values = [];
    for (const line of lines) {
      const each = [line.low ?? line.mean, line.mean, line.high ?? line.mean];
      const few = line.mean.filter((value) => value !== null).length < 4;
      line.x.forEach((x, at) => {
        if (late && !few && x < LATE * xmax) return;
        for (const ys of each) if (ys[at] !== null && ys[at] !== undefined) values.push(ys[at]);
      });
    }
    if (!values.length) for (const line of lines) values.push(...line.mean.filter((value) => value !== null));
    for (const guide of guides ?? []) values.push(guide.at);
    if (!values.length) return [0, 1];
    let [low, high] = [ymin ?? Math.min(...values), ymax ?? Math.max(...values)];
    const air = 0.06 * (high - low) || 0.1 * Math.abs(high) || 0.1;
    if (ymin === undefined) low -= air;
    if (ymax === undefined) high += air;
    return [low, high];
  }

  drawn(width) {
    const { lines, guides = [], xname, yname, form, xmax, mark, height, colours, title } = this.data;
    const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 18 || 1;
    const font = FONT * unit;
    const [low, high] = this.range();
    const endOf = (line) => (width < SMALL * unit ? line.short : line.end);
    const names = lines.map(endOf);
    const most = Math.max(0, ...names.map((name) => widthOf(name, font, true)));
    const right = lines.length ? Math.min(most + 12 * unit, 0.42 * width) : 8 * unit;
    const levels = ticks(low, high, Math.max(2, Math.min(MOST_TICKS, Math.floor(height / (38 * unit)))));
    const gap = levels.length > 1 ? levels[1] - levels[0] : 1;
    const texts = levels.map((value) => tickText(value, gap, form));
    const left = Math.max(...texts.map((text) => widthOf(text, font))) + 10 * unit;
    const [top, bottom] = [2 * font, 2.5 * font];
    const inner = { width: width - left - right, height: height - top - bottom };
    const px = (x) => left + (x / xmax) * inner.width;
    const py = (y) => top + ((high - y) / (high - low)) * inner.height;
    this.scale = { px, left, inner, top, height };
    const svg = shape("svg", { width, height, role: "img", "aria-label": title, viewBox: `0 0 ${width} ${height}` });
    const say = (text, attributes) => shape("text", { "font-size": font, fill: colours.text, ...attributes }, text);
    const clip = `chart-clip-${(LineChart.made = (LineChart.made ?? 0) + 1)}`;
    const cut = shape("clipPath", { id: clip });
    cut.append(shape("rect", { x: left - 4, y: top - 2, width: inner.width + 8, height: inner.height + 4 }));
    const defs = shape("defs");
    defs.append(cut);
    svg.append(defs);
    levels.forEach((value, at) => {
      svg.append(shape("line", { x1: left, x2: left + inner.width, y1: py(value), y2: py(value), stroke: colours.grid }));
      svg.append(say(texts[at], { x: left - 6 * unit, y: py(value) + 0.35 * font, "text-anchor": "end" }));
    });
    svg.append(shape("path", { d: `M${left} ${top}V${top + inner.height}H${left + inner.width}`, fill: "none", stroke: colours.quiet }));
    for (const step of ticks(0, xmax, Math.max(2, Math.min(5, Math.floor(inner.width / (70 * unit)))))) {
      svg.append(say(step.toLocaleString("en-US"), { x: px(step), y: top + inner.height + 1.1 * font, "text-anchor": "middle" }));
    }
    svg.append(say(xname, { x: left + inner.width / 2, y: height - 0.25 * font, "text-anchor": "middle" }));
    svg.append(say(yname, { x: 2, y: font, "text-anchor": "start" }));
    const drawing = shape("g", { "clip-path": `url(#${clip})` });
    svg.append(drawing);
    for (const guide of guides) {
      const y = py(guide.at);
      drawing.append(shape("line", { x1: left, x2: left + inner.width, y1: y, y2: y, stroke: colours.quiet, "stroke-dasharray": "2 4", "stroke-width": 1.5 * unit }));
    }
    const path = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join("");
    for (const line of lines) {
      if (line.low && line.high) {
        const up = pieces(line.x, line.high), down = pieces(line.x, line.low);
        up.forEach((piece, at) => {
          if (!down[at]) return;
          const around = [...piece, ...down[at].toReversed()];
          drawing.append(shape("path", { d: `${path(around)}Z`, fill: line.colour, "fill-opacity": 0.15 }));
        });
      }
      for (const faint of line.faint ?? []) {
        for (const piece of pieces(line.x, faint)) {
          drawing.append(shape("path", { d: path(piece), fill: "none", stroke: line.colour, "stroke-opacity": 0.4, "stroke-width": unit }));
        }
      }
    }
    const ends = [];
    for (const line of lines) {
      for (const piece of pieces(line.x, line.mean)) {
        if (piece.length === 1) {
          drawing.append(shape("circle", { cx: px(piece[0][0]), cy: py(piece[0][1]), r: 4 * unit, fill: line.colour }));
        }
        const dash = line.dash && line.dash.split(",").map((each) => 0.6 * unit * Number(each)).join(" ");
        drawing.append(shape("path", { d: path(piece), fill: "none", stroke: line.colour, "stroke-width": 2.6 * unit, "stroke-linejoin": "round", "stroke-dasharray": dash || undefined }));
      }
      const last = pieces(line.x, line.mean).at(-1)?.at(-1);
      if (last) ends.push({ line, x: px(last[0]), y: Math.max(top, Math.min(top + inner.height, py(last[1]))) });
    }
    const room = spread(ends.map((end) => end.y), 1.15 * font, top, height - 0.4 * font);
    ends.forEach(({ line, x, y }, at) => {
      svg.append(say(fitting([endOf(line), line.short], width - Math.min(x, left + inner.width) - 8 * unit, font), {
        x: x + 7 * unit, y: room[at] + 0.32 * font, fill: line.colour, "font-weight": 700,
        "paint-order": "stroke", stroke: colours.ground, "stroke-width": 3,
      }));
      svg.append(shape("circle", { cx: x, cy: y, r: 3.2 * unit, fill: line.colour }));
    });
    // Names of guides, at that end and side of them where no curve and no other name is.
    const frame = [left, top, left + inner.width, top + inner.height];
    const places = new Places(frame, (this.named ??= new Map()));
    for (const line of lines) {
      const points = pieces(line.x, line.mean).flatMap((piece) => piece.map(([x, y]) => [px(x), py(y)]));
      places.avoid(points.slice(1).map((point, at) => [...points[at], ...point]), ACROSS);
    }
    ends.forEach(({ line, x }, at) => {
      places.take([x, room[at] - 0.7 * font, x + 7 * unit + widthOf(endOf(line), font, true), room[at] + 0.5 * font]);
    });
    for (const guide of guides) {
      const sides = [py(guide.at) - 5 * unit, py(guide.at) + 0.8 * font + 4 * unit];
      const wishes = sides.flatMap((y) => [
        { x: left + inner.width - 4, y, anchor: "end" }, { x: left + 4, y, anchor: "start" },
      ]);
      const { x, y, anchor } = places.find(guide.name, guide.name, font, wishes);
      svg.append(say(guide.name, { x, y, "text-anchor": anchor, fill: colours.quiet, "paint-order": "stroke", stroke: colours.ground, "stroke-width": 3 }));
    }
    if (mark !== null && mark !== undefined) {
      svg.append(shape("line", { x1: px(mark), x2: px(mark), y1: top, y2: top + inner.height, stroke: colours.text, "stroke-width": 1.5 * unit }));
      svg.append(shape("path", { d: `M${px(mark)} ${top + inner.height}l${5 * unit} ${8 * unit}h${-10 * unit}Z`, fill: colours.text }));
    }
    this.pointer = shape("line", { y1: top, y2: top + inner.height, stroke: colours.quiet, visibility: "hidden" });
    svg.append(this.pointer);
    return svg;
  }

  hover(event) {
    if (!this.scale || !this.data.lines.length) return;
    const x = event.clientX - this.stage.getBoundingClientRect().left;
    const xs = this.data.lines[0].x;
    const near = xs.reduce((best, step) =>
      (Math.abs(this.scale.px(step) - x) < Math.abs(this.scale.px(best) - x) ? step : best), xs[0]);
    this.at = near;
    this.tell();
    this.cross();
  }

  cross() {
    if (!this.pointer) return;
    this.pointer.setAttribute("visibility", this.at === null || this.at === undefined ? "hidden" : "visible");
    if (this.at !== null && this.at !== undefined) {
      this.pointer.setAttribute("x1", this.scale.px(this.at));
      this.pointer.setAttribute("x2", this.scale.px(this.at));
    }
  }

  // The values at the step that is pointed at, or at the mark.
  tell() {
    const { lines, mark, form } = this.data;
    const step = this.at ?? mark;
    const said = lines.flatMap((line) => {
      const at = line.x.indexOf(step);
      const value = at < 0 ? null : line.mean[at];
      return value === null ? [] : [`${line.name} ${formed(value, form)}`];
    });
    const text = said.length ? `Step ${step.toLocaleString("en-US")}: ${said.join(", ")}` : "";
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }
}

// The first of some texts that has room, or the last cut short.
function fitting(texts, room, font) {
  const fits = texts.find((text) => widthOf(text, font, true) <= room);
  if (fits !== undefined) return fits;
  let short = texts.at(-1);
  while (short.length > 3 && widthOf(`${short}…`, font, true) > room) short = short.slice(0, -1);
  return `${short.trimEnd()}…`;
}
