// Planes with axes: a heat layer, lines, regions and dots, and handles that are dragged by mouse or
// touch and moved by the arrow keys. What is drawn comes from a scene, in the plane's coordinates.

import { tagged } from "@dom";
import { redrawn, shape } from "@drawing";
import { Places, around, near, spread, widthOf } from "@placing";

const ROOT = 18; // The font size in pixels for which sizes are given here.

const magnified = () => (parseFloat(getComputedStyle(document.documentElement).fontSize) || ROOT) / ROOT;

// The scene of a picture that is as it was made, with the handles where the hand has them.
export const still = ({ panels, sentence, tables }) => ({ picture: () => ({ panels, sentence, tables }) });

// A sentence whose numbers stand between stars.
const emphasised = (sentence = "") =>
  sentence.split("*").map((part, at) => (at % 2 ? tagged("strong", {}, part) : part));
const FONT = 15;
const NARROW = 480; // Pixels, at the usual font size, below which a panel has its narrow shape.
const REACH = 30; // Pixels around a handle in which a press takes hold of it.
const RESTED = 300, CHOSEN = 80; // Milliseconds after a key: a handle rests; one that stands in cells.
const SPOT = 6; // Pixels within which handles stand on one spot.
const PHONE = "(max-width: 640px)"; // As in plane.css.
const SCREEN = { phone: 0.55, desk: 0.66 }; // Of its height that pictures take at most,
const LEAST = 0.5; // and how far they shrink for it.
const AXIS = 6, CURVE = 3, ARROW = 8; // What it costs words to stand across a line.
const NOTHING = 255; // In a heat layer: no number here.
const NEUTRAL = 254; // In a heat layer: no curve's colour.
const PALE = 0.1, FULL = 0.85; // Shares of colour at strength 0 and 1.

export function written(value, digits = 2) {
  if (value === null || !Number.isFinite(value)) return "not a number";
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

// A number with a power of ten, as 2.4·10⁻⁵; charts/walks.py writes it so too.
export function powerOfTen(value, digits = 2) {
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const raised = [...String(Number(power))].map((letter) => RAISED[letter]).join("");
  return `${mantissa.replace("-", "−")}·10${raised}`;
}

export const pair = ([x, y], digits = 2) => `(${written(x, digits)}, ${written(y, digits)})`;

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

// A lattice of the middles of nx by ny cells; points go row by row, from below.
export function lattice({ x, y }, nx, ny) {
  const xs = Float64Array.from({ length: nx }, (_, i) => x[0] + ((i + 0.5) * (x[1] - x[0])) / nx);
  const ys = Float64Array.from({ length: ny }, (_, j) => y[0] + ((j + 0.5) * (y[1] - y[0])) / ny);
  const x1 = new Float64Array(nx * ny);
  const x2 = new Float64Array(nx * ny);
  for (let at = 0; at < x1.length; at += 1) {
    x1[at] = xs[at % nx];
    x2[at] = ys[Math.floor(at / nx)];
  }
  return { nx, ny, xs, ys, x1, x2 };
}

// Pieces of the line along which a field on a lattice has a level: [x, y, x, y] each. Cells of which
// `skip` says so are left out.
export function contour({ nx, ny, xs, ys }, field, level, skip) {
  const found = [];
  for (let j = 0; j + 1 < ny; j += 1) {
    for (let i = 0; i + 1 < nx; i += 1) {
      const at = j * nx + i;
      const a = field[at] - level;
      const b = field[at + 1] - level;
      const c = field[at + nx + 1] - level;
      const d = field[at + nx] - level;
      const first = a > 0;
      // Most cells: all four corners on one side. Nothing is made for these.
      if (b > 0 === first && c > 0 === first && d > 0 === first) continue;
      if (!Number.isFinite(a + b + c + d)) continue;
      if (skip?.([at, at + 1, at + nx + 1, at + nx])) continue;
      const points = [];
      const cross = (p, q, px, py, qx, qy) => {
        if (p > 0 === q > 0) return;
        const share = p / (p - q);
        points.push(px + share * (qx - px), py + share * (qy - py));
      };
      const [l, r, s, t] = [xs[i], xs[i + 1], ys[j], ys[j + 1]];
      cross(a, b, l, s, r, s);
      cross(b, c, r, s, r, t);
      cross(d, c, l, t, r, t);
      cross(a, d, l, s, l, t);
      found.push(points.slice(0, 4));
      if (points.length === 8) found.push(points.slice(4));
    }
  }
  return found;
}

// Pieces of lines put together where their ends meet, so that a dash runs on from one to the next.
export function chained(segments) {
  const key = (x, y) => `${x.toFixed(7)},${y.toFixed(7)}`;
  const ends = new Map();
  const note = (at, which) => ends.set(at, [...(ends.get(at) ?? []), which]);
  segments.forEach(([a, b, c, d], which) => {
    note(key(a, b), which);
    note(key(c, d), which);
  });
  const used = new Set();
  const walk = (which, [x, y], line) => {
    for (let next = which; next !== undefined; ) {
      used.add(next);
      const [a, b, c, d] = segments[next];
      [x, y] = key(a, b) === key(x, y) ? [c, d] : [a, b];
      line.push([x, y]);
      next = ends.get(key(x, y)).find((each) => !used.has(each));
    }
  };
  return segments.flatMap(([a, b, c, d], which) => {
    if (used.has(which)) return [];
    const line = [[a, b]];
    walk(which, [a, b], line);
    const back = ends.get(key(a, b)).find((each) => !used.has(each));
    if (back !== undefined) {
      line.reverse();
      walk(back, [a, b], line);
    }
    return [line];
  });
}

// What has words at places of its own keeps its size.
const stiff = ({ bare, tall }) => bare && tall !== undefined;

// An attribute that is set anew has the browser lay things out again, also where it says the same.
const changed = (node, name, value) => node.getAttribute(name) !== value && node.setAttribute(name, value);

let made = 0; // Panels of this document: names of what is cut off at their frames.

class Panel {
  constructor(surface) {
    this.surface = surface;
    made += 1;
    this.frame = `moeviz-plane-frame-${made}`;
    this.title = tagged("strong");
    this.note = tagged("span", { class: "plane-note" });
    this.canvas = tagged("canvas");
    this.svg = shape("svg", { role: "img" });
    this.stage = tagged("div", { class: "plane-stage" }, this.canvas, this.svg);
    this.handles = new Map();
    this.before = new Map(); // Where words stood in the last picture.
    this.share = 1; // Of its usual height, where the screen is low.
    this.root = tagged(
      "figure", { class: "plane-panel" }, tagged("figcaption", {}, this.title, this.note), this.stage,
    );
    this.stage.addEventListener("pointerdown", (event) => surface.press(this, event));
    this.stage.addEventListener("pointermove", (event) => surface.glance(this, event));
    this.stage.addEventListener("pointerleave", () => surface.glance(this, null));
  }

  // What a picture asks for: margins, and the shape of the plane.
  asked(data, unit, width = this.stage.clientWidth) {
    const [top, right, bottom, left] = data.bare ? [6, 6, 6, 6] : [8 * unit, 10 * unit, 24 * unit, 34 * unit];
    const inner = width - left - right;
    const own = (width < NARROW * unit ? data.narrow : null) ?? data.tall;
    const tall = own ?? (data.y[1] - data.y[0]) / (data.x[1] - data.x[0]);
    const scaled = !own; // Both axes have one scale.
    return { top, bottom, left, width, inner, tall: inner * tall, scaled };
  }

  measure(data, unit) {
    const { top, bottom, left: margin, width, inner: room, tall, scaled } = this.asked(data, unit, this.wide);
    const height = this.share * tall;
    const inner = scaled ? this.share * room : room;
    const left = margin + (room - inner) / 2;
    Object.assign(this, { width, unit, left, top, inner, tallness: height });
    this.height = height + top + bottom;
    this.px = (x) => left + ((x - data.x[0]) / (data.x[1] - data.x[0])) * inner;
    this.py = (y) => top + height - ((y - data.y[0]) / (data.y[1] - data.y[0])) * height;
    this.back = (px, py) => [
      data.x[0] + ((px - left) / inner) * (data.x[1] - data.x[0]),
      data.y[0] + ((top + height - py) / height) * (data.y[1] - data.y[0]),
    ];
  }

  // Says what it is; before anything is measured, for words may take several lines.
  name(data) {
    const set = (node, text) => node.textContent !== text && (node.textContent = text);
    set(this.title, data.title ?? "");
    set(this.note, data.note ?? "");
  }

  draw(data, handles, description) {
    const { theme, unit, panels } = this.surface;
    const now = JSON.stringify([handles, theme.ground, unit, this.wide, this.share, panels.length]);
    if (data === this.data && now === this.drawn) return; // The hand moves something elsewhere.
    this.data = data;
    this.drawn = now;
    this.measure(data, unit);
    if (!(this.inner > 0)) return;
    this.stage.style.height = `${this.height}px`;
    this.svg.setAttribute("aria-label", `${data.title ?? "Picture"}. ${description}`);
    this.paint(data.heat, theme);
    Object.assign(this.canvas.style, {
      left: `${this.left}px`, top: `${this.top}px`, width: `${this.inner}px`, height: `${this.tallness}px`,
    });
    const size = { viewBox: `0 0 ${this.width} ${this.height}`, width: this.width, height: this.height };
    for (const [name, value] of Object.entries(size)) changed(this.svg, name, String(value));
    redrawn(this.svg, [...this.shapes(data, handles, theme)]);
    this.stage.toggleAttribute("data-slides", handles.some(({ slides }) => slides));
    this.stage.toggleAttribute("data-cells", handles.some(({ cells }) => cells));
    this.place(handles);
  }

  // A frame around the cell that is looked at; none without one.
  look(at) {
    this.looked?.remove();
    this.looked = null;
    if (!at || !this.data) return;
    const [left, right, low, high] = [this.px(at[0] - 0.5), this.px(at[0] + 0.5), this.py(at[1] - 0.5), this.py(at[1] + 0.5)];
    this.looked = tagged("div", { class: "plane-looked", "aria-hidden": "true" });
    Object.assign(this.looked.style, { left: `${left}px`, top: `${high}px`, width: `${right - left}px`, height: `${low - high}px` });
    this.stage.append(this.looked);
  }

  paint(heat, theme) {
    this.canvas.hidden = !heat;
    if (!heat) return;
    const { nx, ny, index, strength } = heat;
    this.canvas.width = nx;
    this.canvas.height = ny;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(nx, ny);
    const ground = channels(theme.ground);
    const colours = theme.experts.map(channels);
    const neutral = channels(theme.quiet);
    for (let at = 0; at < nx * ny; at += 1) {
      const to = 4 * ((ny - 1 - Math.floor(at / nx)) * nx + (at % nx));
      const which = index[at];
      if (which === NOTHING) {
        // Stripes: there is no number.
        const dark = ((at % nx) + Math.floor(at / nx)) % 4 < 2 ? 0.5 : 0.1;
        for (let c = 0; c < 3; c += 1) image.data[to + c] = ground[c] + dark * (neutral[c] - ground[c]);
      } else {
        const colour = which === NEUTRAL ? neutral : colours[which % colours.length];
        const share = PALE + (FULL - PALE) * Math.min(1, Math.max(0, strength[at]));
        for (let c = 0; c < 3; c += 1) image.data[to + c] = ground[c] + share * (colour[c] - ground[c]);
      }
      image.data[to + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  colour(name) {
    const { theme } = this.surface;
    if (typeof name === "number") return theme.experts[name % theme.experts.length];
    return { text: theme.text, quiet: theme.quiet, ground: theme.ground, grid: theme.grid }[name] ?? name;
  }

  text(x, y, words, more = {}) {
    const { theme } = this.surface;
    return shape("text", {
      x, y, "font-size": FONT * this.unit, fill: theme.text, stroke: theme.ground,
      "stroke-width": 4 * this.unit, "stroke-linejoin": "round", "paint-order": "stroke",
      "font-family": "sans-serif", ...more,
    }, words);
  }

  *shapes(data, handles, theme) {
    const { unit } = this;
    yield* this.axes(data, theme);
    const clip = shape("clipPath", { id: this.frame });
    clip.append(shape("rect", { x: this.left, y: this.top, width: this.inner, height: this.tallness }));
    const inside = shape("g", { "clip-path": `url(#${this.frame})` });
    inside.append(...this.insides(data, handles));
    yield clip;
    yield inside;
    yield* this.words(data, handles);
  }

  // Everything that is named, each name where it covers nothing.
  *words(data, handles) {
    const { unit } = this;
    const places = new Places([this.left, this.top, this.left + this.inner, this.top + this.tallness], this.before);
    this.fill(places, data, handles);
    const size = FONT * unit;
    const put = (key, words, wishes, more = {}) => {
      const found = places.find(key, words, more["font-size"] ?? size, wishes, { bold: more["font-weight"] === 700, minor: more.minor });
      if (!found) return [];
      const { minor, ...look } = more;
      return [this.text(found.x, found.y, words, { ...look, "text-anchor": found.anchor })];
    };
    yield* this.ends(data, places);
    if (!data.bare) {
      const [across, up] = data.names ?? [];
      const low = this.top + this.tallness;
      const name = { "font-style": "italic" };
      const [right, level] = [this.left + this.inner - 6 * unit, low - 7 * unit];
      const below = [{ x: right, y: level, anchor: "end" }, { x: this.left + this.inner / 2, y: level, anchor: "middle" }];
      if (across) yield* put("across", across, below, name);
      if (up) yield* put("up", up, [{ x: this.left + 6 * unit, y: this.top + 16 * unit, anchor: "start" }], name);
    }
    const strong = { "font-weight": 700, "font-size": 17 * unit };
    for (const { names, x, y } of this.spots(handles)) {
      yield* put(`handle ${names[0]}`, names.join(", "), around(x, y, 18 * unit, 17 * unit), strong);
    }
    for (const { at, text, anchor = "middle", minor, close, around: radius } of data.labels ?? []) {
      const [x, y] = [this.px(at[0]), this.py(at[1])];
      const wishes = data.bare ? [{ x, y, anchor }] : radius ? around(x, y, radius * unit, size) : near(x, y, anchor, size, close);
      yield* put(`label ${text}`, text, wishes, { minor });
    }
    for (const { at, radius = 5, label } of data.dots ?? []) {
      if (label) yield* put(`dot ${label}`, label, around(this.px(at[0]), this.py(at[1]), (radius + 5) * unit, size));
    }
    for (const { label, labelAt } of data.lines ?? []) {
      if (!label || !labelAt) continue;
      const wishes = around(this.px(labelAt[0]), this.py(labelAt[1]), 8 * unit, size);
      yield* put(`line ${label}`, label, wishes, { minor: true });
    }
  }

  // Names behind the ends of lines, in the order of the ends.
  *ends(data, places) {
    const { unit } = this;
    const found = (data.lines ?? []).flatMap(({ points, label, labelAt, colour }) => {
      if (!label || labelAt || !points?.length) return [];
      const [x, y] = points[points.length - 1];
      return [{ label, colour, x: this.px(x), y: this.py(y) }];
    });
    const size = FONT * unit;
    const levels = spread(found.map(({ y }) => y), 1.15 * size, this.top + 0.6 * size, this.top + this.tallness - 0.6 * size);
    for (const [at, { label, colour, x, y }] of found.entries()) {
      const level = levels[at];
      yield shape("line", {
        x1: x + 2 * unit, y1: y, x2: x + 14 * unit, y2: level, stroke: this.colour(colour), "stroke-width": 1.5 * unit,
      });
      places.take([x, level - 0.6 * size, x + 14 * unit + widthOf(label, size), level + 0.6 * size]);
      yield this.text(x + 17 * unit, level + 0.34 * size, label);
    }
  }

  // What names must not cover, and lines that they should not stand across.
  fill(places, data, handles) {
    const { unit } = this;
    const disc = (x, y, r) => places.take([x - r, y - r, x + r, y + r]);
    const drawn = (points) => points.slice(1).map((point, at) => [
      this.px(points[at][0]), this.py(points[at][1]), this.px(point[0]), this.py(point[1]),
    ]);
    for (const { kind, at, effect } of handles) {
      disc(this.px(at[0]), this.py(at[1]), 11 * unit);
      if (effect) places.avoid(drawn([[0, 0], effect]), ARROW);
      if (kind === "vector") places.avoid(drawn([[0, 0], at]), ARROW);
    }
    if (data.bare) return;
    for (const { at, radius = 5 } of data.dots ?? []) disc(this.px(at[0]), this.py(at[1]), radius * unit);
    for (const { points } of data.lines ?? []) if (points) places.avoid(drawn(points), CURVE);
    if (data.ticks) return;
    for (const axis of ["x", "y"]) {
      const [from, to] = data[axis];
      if (from >= 0 || to <= 0) continue;
      places.avoid(drawn(axis === "x" ? [[0, data.y[0]], [0, data.y[1]]] : [[data.x[0], 0], [data.x[1], 0]]), AXIS);
    }
  }

  // Where handles with a name stand; those on one spot share it.
  spots(handles) {
    const found = [];
    for (const { name, at } of handles) {
      if (!name) continue;
      const [x, y] = [this.px(at[0]), this.py(at[1])];
      const same = found.find((spot) => Math.hypot(spot.x - x, spot.y - y) < SPOT * this.unit);
      if (same) same.names.push(name);
      else found.push({ names: [name], x, y });
    }
    return found;
  }

  *insides(data, handles) {
    for (const { points, colour = "quiet", opacity = 0.15, label } of data.regions ?? []) {
      const at = points.map(([x, y]) => `${this.px(x)},${this.py(y)}`).join(" ");
      yield shape("polygon", { points: at, fill: this.colour(colour), opacity });
      if (label) yield this.text(this.px(points[0][0]), this.py(points[0][1]), label);
    }
    for (const line of data.lines ?? []) yield* this.line(line);
    for (const handle of handles) yield* this.vector(handle);
    for (const dot of data.dots ?? []) yield* this.dot(dot);
  }

  *axes(data, theme) {
    if (data.bare) return;
    const { unit } = this;
    const low = this.top + this.tallness;
    for (const axis of ["x", "y"]) {
      const [from, to] = data[axis];
      if (data.ticks) {
        yield* this.ticks(axis, data.ticks[axis], low, theme);
        continue;
      }
      // A number takes more room across than up.
      const room = axis === "x" ? this.inner / (45 * unit) : this.tallness / (28 * unit);
      const raw = (to - from) / Math.min(6, Math.max(2, room));
      const scale = 10 ** Math.floor(Math.log10(raw));
      const spacing = [1, 2, 5, 10].map((m) => m * scale).find((s) => s >= raw);
      const digits = Math.max(0, -Math.floor(Math.log10(spacing) + 1e-9));
      for (let k = Math.ceil(from / spacing - 1e-9); k * spacing <= to + 1e-9; k += 1) {
        const value = k * spacing;
        const words = written(value, digits);
        if (axis === "x") {
          yield shape("line", { x1: this.px(value), x2: this.px(value), y1: low, y2: low + 4 * unit, stroke: theme.quiet });
          yield this.text(this.px(value), low + 19 * unit, words, { "text-anchor": "middle" });
        } else {
          yield shape("line", { x1: this.left - 4 * unit, x2: this.left, y1: this.py(value), y2: this.py(value), stroke: theme.quiet });
          yield this.text(this.left - 7 * unit, this.py(value) + 5 * unit, words, { "text-anchor": "end" });
        }
      }
    }
    yield shape("rect", {
      x: this.left, y: this.top, width: this.inner, height: this.tallness, fill: "none", stroke: theme.quiet,
    });
    const inside = ([from, to]) => from < 0 && to > 0;
    const faint = { stroke: theme.quiet, opacity: 0.6, "stroke-width": unit };
    if (data.ticks) return;
    if (inside(data.y)) yield shape("line", { x1: this.left, x2: this.left + this.inner, y1: this.py(0), y2: this.py(0), ...faint });
    if (inside(data.x)) yield shape("line", { x1: this.px(0), x2: this.px(0), y1: this.top, y2: low, ...faint });
  }

  // Ticks of its own, as [value, words].
  *ticks(axis, values, low, theme) {
    const { unit } = this;
    for (const [value, words] of values) {
      const place = axis === "x" ? this.px(value) : this.py(value);
      const line = axis === "x"
        ? { x1: place, x2: place, y1: low, y2: low + 4 * unit }
        : { x1: this.left - 4 * unit, x2: this.left, y1: place, y2: place };
      yield shape("line", { ...line, stroke: theme.quiet });
      yield axis === "x"
        ? this.text(place, low + 19 * unit, words, { "text-anchor": "middle" })
        : this.text(this.left - 7 * unit, place + 5 * unit, words, { "text-anchor": "end" });
    }
  }

  *line({ points, segments, colour = "text", width = 2, dash, opacity }) {
    const { unit } = this;
    const pieces = segments?.map(([a, b, c, e]) => [[a, b], [c, e]]) ?? [points];
    // To put pieces together takes as long as to find them, and only a dash shows it.
    const d = (segments && dash ? chained(segments) : pieces)
      .map((line) => line.map(([x, y], at) => `${at ? "L" : "M"}${this.px(x).toFixed(1)},${this.py(y).toFixed(1)}`).join(""))
      .join("");
    if (!d) return;
    yield shape("path", {
      d, fill: "none", stroke: this.colour(colour), "stroke-width": width * unit, opacity,
      "stroke-dasharray": dash?.split(",").map((part) => part * unit).join(","), "stroke-linecap": dash ? "butt" : "round",
    });
  }

  *vector({ kind, at, colour = "text", ghost, effect }) {
    const { unit } = this;
    const stroke = this.colour(colour);
    const [x0, y0] = [this.px(0), this.py(0)];
    if (ghost) {
      yield shape("circle", {
        cx: this.px(ghost[0]), cy: this.py(ghost[1]), r: 10 * unit, fill: "none",
        stroke: this.colour("text"), "stroke-width": 1.5 * unit, "stroke-dasharray": `${4 * unit},${3 * unit}`,
      });
    }
    if (effect) {
      yield shape("line", {
        x1: x0, y1: y0, x2: this.px(effect[0]), y2: this.py(effect[1]), stroke,
        "stroke-width": 2.5 * unit, "stroke-dasharray": `${6 * unit},${4 * unit}`,
      });
      yield shape("circle", { cx: this.px(effect[0]), cy: this.py(effect[1]), r: 4 * unit, fill: stroke });
    }
    if (kind === "vector") {
      const line = { x1: x0, y1: y0, x2: this.px(at[0]), y2: this.py(at[1]) };
      yield shape("line", { ...line, stroke: this.colour("ground"), "stroke-width": 7 * unit });
      yield shape("line", { ...line, stroke, "stroke-width": 4 * unit });
    }
    const middle = [this.px(at[0]), this.py(at[1])];
    if (kind === "cell") {
      const [wide, high] = [this.px(1) - this.px(0), this.py(0) - this.py(1)];
      const frame = { x: middle[0] - wide / 2, y: middle[1] - high / 2, width: wide, height: high, fill: "none" };
      yield shape("rect", { ...frame, stroke: this.colour("ground"), "stroke-width": 6 * unit });
      yield shape("rect", { ...frame, stroke: this.colour("text"), "stroke-width": 3 * unit });
      return;
    }
    const look = { fill: this.colour("ground"), stroke, "stroke-width": 4 * unit };
    if (kind === "vector") yield shape("circle", { cx: middle[0], cy: middle[1], r: 11 * unit, ...look });
    else {
      yield shape("rect", {
        x: middle[0] - 9 * unit, y: middle[1] - 9 * unit, width: 18 * unit, height: 18 * unit,
        transform: `rotate(45 ${middle[0]} ${middle[1]})`, ...look,
      });
    }
  }

  *dot({ at, radius = 5, colour = "text", hollow }) {
    const { unit } = this;
    const paint = this.colour(colour);
    yield shape("circle", {
      cx: this.px(at[0]), cy: this.py(at[1]), r: radius * unit, stroke: paint, "stroke-width": 2 * unit,
      fill: hollow ? "none" : paint, "fill-opacity": hollow ? undefined : 0.8,
    });
  }

  // The handles as what is focused, named and taken hold of; they lie over their drawings.
  place(handles) {
    for (const [id, node] of this.handles) {
      if (handles.some((handle) => handle.id === id && !handle.fixed)) continue;
      node.remove();
      this.handles.delete(id);
    }
    for (const handle of handles) {
      if (handle.fixed) continue;
      if (!this.handles.has(handle.id)) {
        const made = tagged("div", { class: "plane-handle", role: "slider", tabindex: "0" });
        made.addEventListener("keydown", (event) => this.surface.key(handle.id, event));
        made.addEventListener("blur", () => this.surface.leave());
        this.handles.set(handle.id, made);
        this.stage.append(made);
      }
      const node = this.handles.get(handle.id);
      const [x, y] = handle.at;
      node.style.left = `${this.px(x)}px`;
      node.style.top = `${this.py(y)}px`;
      node.dataset.handle = handle.id;
      const where = this.surface.panels.length > 1 && this.data.title ? `, ${this.data.title}` : "";
      const length = handle.kind === "vector" ? `, length ${written(Math.hypot(x, y))}` : "";
      const set = (name, value) => changed(node, name, value);
      set("aria-label", `${handle.title ?? handle.name}${where}; arrow keys move it`);
      set("aria-valuemin", String(this.data.x[0]));
      set("aria-valuemax", String(this.data.x[1]));
      set("aria-valuenow", String(x));
      set("aria-valuetext", handle.says ?? `${pair([x, y])}${length}`);
    }
  }
}

export class Surface {
  // Options: move(id, [x, y], stamp) while a handle is moved, rest() when it is let go, and
  // look(id, [x, y], stamp) for the cell that the cursor is over, null for none.
  // `more` is where panels lie that stand below the words: `after` ones always, `later` ones on a phone.
  constructor(root, more, { move, rest, look, redraw }) {
    Object.assign(this, { root, more, move, rest, look, redraw });
    this.panels = [];
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.grower = new MutationObserver(() => this.resize());
    this.grower.observe(document.documentElement, { attributes: true });
  }

  // Shows what a scene makes of what was `made` with its handles at `positions`, and of cells that the
  // cursor is over; its sentence is written into `said`. Returns what the scene made.
  stage({ made, scene, positions, looked, fine, said, themes }) {
    const eyed = looked?.size ? new Map([...positions, ...looked]) : null;
    const found = scene.picture(positions, fine, this.root.clientWidth / magnified(), eyed);
    const handles = made.handles.map((handle) => ({ ...handle, at: positions.get(handle.id), says: found.says?.[handle.id] }));
    if (found.sentence !== this.sentence) said.replaceChildren(...emphasised(found.sentence));
    this.sentence = found.sentence;
    const description = found.described?.replaceAll("*", "") ?? said.textContent;
    const panels = found.panels.slice(0, made.shown ?? found.panels.length);
    this.show({ panels, handles, description, looked }, themes);
    return found;
  }

  show(picture, themes) {
    this.picture = picture;
    this.unit = magnified();
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim().toLowerCase();
    this.theme = themes.find((theme) => theme.ground === ground) ?? themes[0];
    while (this.panels.length < picture.panels.length) this.panels.push(new Panel(this));
    while (this.panels.length > picture.panels.length) this.panels.pop().root.remove();
    this.arrange(picture.panels);
    // All at once, before anything is drawn: to be asked in between, the browser lays out the page.
    for (const panel of this.panels) panel.wide = panel.stage.clientWidth;
    picture.panels.forEach((data, at) => {
      const handles = picture.handles
        .filter((handle) => !handle.panels || handle.panels.includes(at))
        .map((handle) => ({ ...handle, effect: data.effects?.[handle.id] }));
      this.panels[at].draw(data, handles, picture.description ?? "");
      this.panels[at].look(handles.map(({ id }) => picture.looked?.get(id)).find(Boolean));
    });
  }

  // Puts the panels where they belong; a panel is moved only then, for what has the focus loses it.
  arrange(pictures) {
    this.phone = matchMedia(PHONE).matches;
    this.width = this.root.clientWidth;
    const homes = pictures.map(({ after, later }) => (after || (this.phone && later) ? this.more : this.root));
    pictures.forEach((data, at) => {
      const { root } = this.panels[at];
      this.panels[at].name(data);
      root.toggleAttribute("data-wide", Boolean(data.wide));
    });
    if (this.panels.some(({ root }, at) => root.parentNode !== homes[at])) {
      this.panels.forEach(({ root }, at) => homes[at].append(root)); // All, so that they stay in order.
    }
    for (const home of [this.root, this.more]) {
      home.dataset.panels = String(homes.filter((each) => each === home).length);
    }
    const same = [this.width, this.unit, this.phone, ...pictures.map(({ after, later, narrow, tall, bare }) => [after, later, narrow, tall, bare].join())].join(";");
    if (same === this.arranged) return; // A hand that moves something does not change the sizes.
    this.arranged = same;
    const first = this.panels.filter((_, at) => homes[at] === this.root);
    const shown = first.map((panel) => ({ panel, data: pictures[this.panels.indexOf(panel)] }));
    const share = this.fitting(this.rows(shown));
    for (const panel of this.panels) panel.share = 1;
    for (const { panel, data } of shown) if (!stiff(data)) panel.share = share;
  }

  // Panels that stand beside each other, as plane.css lays them out.
  rows(shown) {
    const count = shown.length;
    const beside = shown.filter(({ data }) => !data.wide).length;
    const columns = this.phone || count === 1 ? 1 : beside === 3 ? 3 : 2;
    const found = [];
    let free = 0;
    for (const each of shown) {
      if (!free || each.data.wide) found.push([]);
      free = each.data.wide ? 0 : (free || columns) - 1;
      found[found.length - 1].push(each);
    }
    return found;
  }

  // The share of their usual heights that leaves room for words on the first screen.
  fitting(rows) {
    const sizes = rows.map((row) => row.map(({ panel, data }) => {
      const { top, bottom, tall } = panel.asked(data, this.unit);
      return { fixed: panel.root.firstChild.offsetHeight + top + bottom, tall, stiff: stiff(data) };
    }));
    const height = (share) => sizes.reduce(
      (sum, row) => sum + Math.max(...row.map(({ fixed, tall, stiff: kept }) => fixed + (kept ? tall : share * tall))), 0,
    );
    const most = SCREEN[this.phone ? "phone" : "desk"] * window.innerHeight;
    let share = 1;
    while (share > LEAST && height(share) > most) share -= 0.01;
    return share;
  }

  resize() {
    if (!this.picture || !this.root.clientWidth) return;
    const unit = magnified();
    if (this.width !== this.root.clientWidth || this.unit !== unit) this.redraw();
  }

  handle(id) {
    return this.picture.handles.find((handle) => handle.id === id);
  }

  // Keeps a position in the plane; near the ray on which a vector began, it stays on the ray.
  kept(handle, [x, y], panel) {
    let at = [x, y];
    if (handle.cells) {
      const inside = (value, count, now) => (value < 0 || value > count ? now : Math.min(count - 1, Math.floor(value)) + 0.5);
      return at.map((value, axis) => inside(value, handle.cells[axis], handle.at[axis]));
    }
    if (handle.slides) {
      const [from, to] = handle.slides;
      return [Math.min(to, Math.max(from, Math.round(x / handle.step) * handle.step)), handle.at[1]];
    }
    if (panel && handle.rail) {
      const [rx, ry] = handle.rail;
      const share = (x * rx + y * ry) / (rx * rx + ry * ry);
      const off = Math.hypot(panel.px(x) - panel.px(share * rx), panel.py(y) - panel.py(share * ry));
      if (share > 0 && off < 9 * this.unit) at = [share * rx, share * ry];
    }
    const { x: wide, y: tall } = (panel ?? this.panels[0]).data;
    const [mx, my] = [(wide[1] - wide[0]) / 60, (tall[1] - tall[0]) / 60];
    const inside = ([px, py]) =>
      px >= wide[0] + mx && px <= wide[1] - mx && py >= tall[0] + my && py <= tall[1] - my;
    if (!inside(at)) {
      at = [
        Math.min(wide[1] - mx, Math.max(wide[0] + mx, at[0])),
        Math.min(tall[1] - my, Math.max(tall[0] + my, at[1])),
      ];
    }
    return at.map((value) => Math.round(value * 1e4) / 1e4);
  }

  // Of a handle that stands in cells: over which the cursor is. A finger has none.
  glance(panel, event) {
    if (this.held || event?.pointerType === "touch") return;
    const handle = [...panel.handles.keys()].map((id) => this.handle(id)).find((each) => each?.cells);
    if (!handle) return;
    let at = null;
    if (event) {
      const box = panel.stage.getBoundingClientRect();
      const here = panel.back(event.clientX - box.left, event.clientY - box.top);
      if (here.every((value, axis) => value >= 0 && value < handle.cells[axis])) at = here.map((value) => Math.floor(value) + 0.5);
    }
    const now = `${at}`;
    if (now === this.glanced) return;
    this.glanced = now;
    this.look(handle.id, at, event?.timeStamp);
  }

  press(panel, event) {
    if (event.button !== 0 || this.held) return;
    const box = panel.stage.getBoundingClientRect();
    const here = [event.clientX - box.left, event.clientY - box.top];
    let best = null;
    for (const [id] of panel.handles) {
      const { at, slides, cells } = this.handle(id);
      const [dx, dy] = [panel.px(at[0]) - here[0], panel.py(at[1]) - here[1]];
      const far = slides ? Math.abs(dy) : Math.hypot(dx, dy);
      const within = slides || cells || far <= REACH * this.unit;
      if (within && (!best || far < best.far)) best = { id, far, at };
    }
    if (!best) return;
    event.preventDefault();
    const node = panel.handles.get(best.id);
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    let grip = [panel.px(best.at[0]) - here[0], panel.py(best.at[1]) - here[1]];
    const { slides, cells } = this.handle(best.id);
    const jumps = cells || (slides && Math.hypot(...grip) > REACH * this.unit);
    if (jumps) grip = [0, 0];
    this.held = best.id;
    this.root.dataset.held = best.id;
    // A finger beside the handle may be about to scroll: what it means is known when it lifts.
    const waits = jumps && event.pointerType === "touch" && event.target !== node;
    const follow = (moved) => {
      const now = panel.stage.getBoundingClientRect();
      const at = panel.back(moved.clientX - now.left + grip[0], moved.clientY - now.top + grip[1]);
      const handle = this.handle(best.id);
      if (handle) this.move(best.id, this.kept(handle, at, panel), moved.timeStamp);
    };
    const leave = (last) => {
      if (waits && last.type === "pointerup") follow(last);
      node.removeEventListener("pointermove", follow);
      for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) node.removeEventListener(kind, leave);
      this.held = null;
      delete this.root.dataset.held;
      this.rest();
    };
    if (jumps && !waits) follow(event);
    if (!waits) node.addEventListener("pointermove", follow);
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) node.addEventListener(kind, leave);
  }

  key(id, event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const handle = this.handle(id);
    const step = (handle.step ?? 0.1) * (event.shiftKey ? 5 : 1);
    const [x, y] = handle.at;
    const longer = handle.kind === "vector" ? { "+": 1.1, "=": 1.1, "-": 1 / 1.1, "_": 1 / 1.1 }[event.key] : undefined;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: handle.slides ? [step, 0] : [0, step], ArrowDown: handle.slides ? [-step, 0] : [0, -step] }[event.key];
    if (!by && !longer) return;
    event.preventDefault();
    const to = longer ? [x * longer, y * longer] : [x + by[0], y + by[1]];
    handle.at = this.kept(handle, to, null); // At once: a next key may come before the next frame.
    this.move(id, handle.at, event.timeStamp);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.leave(), handle.cells ? CHOSEN : RESTED);
  }

  // A handle that keys have moved rests: at the latest when what is pressed next may ask where it is.
  leave() {
    if (!this.resting) return;
    clearTimeout(this.resting);
    this.resting = null;
    this.rest();
  }

  close() {
    this.observer.disconnect();
    this.grower.disconnect();
    clearTimeout(this.resting);
  }
}
