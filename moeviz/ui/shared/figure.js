// A Plotly figure that keeps its node and the reader's zoom while its data change, grows with the
// page's font, and can be saved. Everything comes from this server; no other host is asked.

import { button, element } from "@dom";

const NARROW = 640;
const NARROW_STROKES = 0.8; // Of markers and lines, beside those of a wide figure.
const ROOT_PIXELS = 18; // The font size for which figures are made.
const GROWS = new Set([
  "size", "width", "height", "l", "r", "t", "b", "standoff", "ticklen", "linewidth", "gridwidth",
  "tickwidth", "arrowwidth", "borderpad", "ax", "ay", "xshift", "yshift",
]);

const AUTO = { dtick: 0, tickmode: "auto" };
const LEVEL = 1.3; // Height that a number beside an axis takes, in font sizes,
const AIR = 0.8; // and what stays free between two below one.

let library; // One promise for the whole page: plotly.js is loaded once.

export function loadPlotly(path) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = path;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      library = undefined;
      reject(new Error("plotly.js did not load from this server; reload the page."));
    };
    document.head.append(script);
  });
  return library;
}

const plain = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

export function merged(base, patch) {
  const result = { ...base };
  for (const [name, value] of Object.entries(patch ?? {})) {
    result[name] = plain(value) ? merged(base[name] ?? {}, value) : value;
  }
  return result;
}

// How many times larger the page's text is than figures expect; 1.5 for a projector.
export function magnification() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / ROOT_PIXELS || 1;
}

// A trace or layout with texts, strokes and margins so many times larger.
export function grown(value, factor) {
  if (factor === 1 || !plain(value)) return value;
  const result = {};
  for (const [name, inner] of Object.entries(value)) {
    if (GROWS.has(name) && typeof inner === "number") result[name] = inner * factor;
    else if (name === "dash" && /\dpx/.test(inner)) {
      result[name] = inner.replace(/[\d.]+/g, (length) => String(length * factor));
    } else if (name === "annotations" || name === "shapes") {
      result[name] = inner.map((each) => grown(each, factor));
    } else result[name] = plain(inner) ? grown(inner, factor) : inner;
  }
  return result;
}

function measure(font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  return (text) => context.measureText(text).width;
}

// A text in lines no wider than `width` pixels.
export function lines(text, width, font) {
  const wide = measure(font);
  const found = [];
  for (const word of String(text).split(/\s+/).filter(Boolean)) {
    const longer = found.length ? `${found[found.length - 1]} ${word}` : word;
    if (found.length && wide(longer) <= width) found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}

// A word, such as an address, in pieces no wider than `width` pixels.
function broken(word, width, size) {
  const letters = Math.max(8, Math.floor(width / (0.65 * size)));
  return word.match(new RegExp(`.{1,${letters}}`, "g")) ?? [];
}

// Of places in pixels with texts, which texts are written: the ends, powers of ten, and of the
// others, one after the other, the one that stands farthest from all these, while there is room.
export function spaced(places, texts, width) {
  const half = texts.map((text) => width(text) / 2);
  const chosen = [];
  const room = (i) => Math.min(...chosen.map((j) => Math.abs(places[i] - places[j]) - half[i] - half[j]));
  const take = (some) => {
    let left = some;
    while (left.length) {
      const free = left.map((i) => [room(i), i]).filter(([gap]) => gap > 0);
      if (!free.length) return;
      const [, best] = free.reduce((a, b) => (b[0] > a[0] ? b : a));
      chosen.push(best);
      left = free.map(([, i]) => i).filter((i) => i !== best);
    }
  };
  const all = places.map((_, i) => i).filter((i) => texts[i]);
  take(all.slice(-1));
  take(all.slice(0, 1));
  take(all.filter((i) => /^10[⁰-⁹¹²³]+$/.test(texts[i])));
  take(all);
  return chosen.sort((a, b) => places[a] - places[b]);
}

// A layout of another height, with a strip below the curves that keeps its own.
function fitted(layout, height) {
  if (!(height > 0) || height === layout.height) return layout;
  const changed = { ...layout, height };
  if (layout.yaxis2 && layout.yaxis.domain) {
    const { t, b } = layout.margin;
    const strip = (layout.yaxis.domain[0] * (layout.height - t - b)) / (height - t - b);
    changed.yaxis = { ...layout.yaxis, domain: [strip, 1] };
    changed.yaxis2 = { ...layout.yaxis2, domain: [0, strip] };
  }
  return changed;
}

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

export class Figure {
  // Options: `tools`, the element for the buttons, if it is not to stand below the figure;
  // `arrange(layout, figure)` has the last word on the layout; `annotate(figure)` returns what
  // stands beside the curves, and is asked after every change of ranges or size; `height(natural,
  // figure)` returns the height that there is room for.
  constructor(root, plotlyPath, options = {}) {
    this.root = root;
    this.plotlyPath = plotlyPath;
    this.options = options;
    this.canvas = element("div", "moeviz-canvas");
    this.canvas.setAttribute("role", "img");
    this.tools = options.tools ?? element("div");
    this.tools.classList.add("moeviz-tools");
    root.replaceChildren(this.canvas, ...(options.tools ? [] : [this.tools]));
    this.zoom = null; // The reader's axis ranges; null while the figure chooses its own.
    this.scales = new Map(); // Ticks of axes that show too few of the figure's own, or too many.
    this.annotations = [];
    this.redraws = 0;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
    this.grower = new MutationObserver(() => this.resize());
    this.grower.observe(document.documentElement, { attributes: true });
  }

  // `data`: figure, description, fileName, view, tools, and caption: {title, takeaway}.
  async show(data) {
    if (this.data?.view !== data.view) this.zoom = null;
    const drawn =
      this.redraws > 0 && ["figure", "view", "tools"].every((k) => this.data[k] === data[k]);
    const dressed = this.data && this.data.tools === data.tools;
    this.data = data;
    this.figure = data.figure;
    this.canvas.setAttribute("aria-label", data.description);
    if (!dressed) this.dress();
    this.plotly ??= await loadPlotly(this.plotlyPath);
    if (!drawn) await this.draw();
  }

  layout(family = getComputedStyle(this.root).fontFamily) {
    const { figure, data: { view } } = this;
    this.narrow = this.root.clientWidth < NARROW;
    this.factor = magnification();
    this.height = this.room();
    const base = this.narrow ? merged(figure.layout, figure.narrow) : merged(figure.layout, {});
    this.family = family;
    const layout = merged(fitted(grown(base, this.factor), this.height), {
      autosize: true,
      uirevision: view,
      font: { family },
    });
    if (this.annotations.length) layout.annotations = this.annotations;
    for (const [axis, range] of Object.entries(this.zoom ?? {})) {
      layout[axis] = { ...layout[axis], range, autorange: false };
    }
    for (const [axis, ticks] of this.scales) layout[axis] = { ...layout[axis], ...ticks };
    const arranged = this.options.arrange?.(layout, this) ?? layout;
    const ticks = this.below(arranged, arranged.xaxis?.range, this.plotted(arranged));
    return ticks ? { ...arranged, xaxis: { ...arranged.xaxis, ...ticks } } : arranged;
  }

  // The width that is left to the axes.
  plotted({ margin }) {
    return this.root.clientWidth - margin.l - margin.r;
  }

  // The ticks below a logarithmic axis of such a range and so many pixels, none over another; null
  // for an axis that chooses its own. A narrow screen has no ticks without a number.
  below({ font }, range, pixels) {
    const own = this.figure.layout.xaxis ?? {};
    if (own.type !== "log" || !own.ticktext || !range || !(pixels > 0)) return null;
    const { size } = { ...font, ...own.tickfont };
    const wide = measure(`${size}px ${this.family}`);
    const inside = own.tickvals
      .map((value, i) => [Math.log10(value), own.ticktext[i], value])
      .filter(([at]) => at >= range[0] - 1e-9 && at <= range[1] + 1e-9);
    const places = inside.map(([at]) => ((at - range[0]) / (range[1] - range[0])) * pixels);
    const texts = inside.map(([, text]) => text);
    const chosen = new Set(spaced(places, texts, (text) => wide(text) + AIR * size));
    const kept = inside.map((_, i) => i).filter((i) => chosen.has(i) || !this.narrow);
    return {
      tickangle: 0,
      tickvals: kept.map((i) => inside[i][2]),
      ticktext: kept.map((i) => (chosen.has(i) ? texts[i] : "")),
    };
  }

  // The height that the plot is to have now.
  room() {
    const { layout, narrow } = this.figure;
    const natural = ((this.narrow && narrow?.height) || layout.height) * this.factor;
    return this.options.height?.(natural, this) ?? natural;
  }

  // A range of less than two decades may hold one decade or none: a scale that nobody can read.
  // There 2 and 5 are labelled too, and in less than a decade Plotly chooses the ticks. Of more
  // decades than there is room for, some are labelled.
  label() {
    if (!this.canvas._fullLayout) return null; // Taken from the page meanwhile.
    const change = {};
    for (const axis of ["xaxis", "yaxis"]) {
      const { type, dtick } = this.figure.layout[axis] ?? {};
      if (type !== "log" || !dtick) continue;
      const { range: [low, high], _length: pixels, tickfont } = this.canvas._fullLayout[axis];
      const few = Math.floor(high / dtick) <= Math.ceil(low / dtick);
      const finer = high - low > 0.8 ? { dtick: "D2", tickmode: "linear" } : AUTO;
      const step = Math.max(1, Math.ceil((LEVEL * tickfont.size * (high - low)) / (pixels * dtick)));
      const wanted = few ? finer : { dtick: step * dtick, tickmode: "linear" };
      if ((this.scales.get(axis)?.dtick ?? dtick) === wanted.dtick) continue;
      if (few || step > 1) this.scales.set(axis, wanted);
      else this.scales.delete(axis);
      change[`${axis}.dtick`] = wanted.dtick;
      change[`${axis}.tickmode`] = wanted.tickmode;
    }
    const { xaxis, margin, font } = this.canvas._fullLayout;
    const ticks = this.below({ margin, font }, xaxis?.range, xaxis?._length);
    if (ticks && JSON.stringify([ticks.tickvals, ticks.ticktext]) !== JSON.stringify([xaxis.tickvals, xaxis.ticktext])) {
      change["xaxis.tickvals"] = ticks.tickvals;
      change["xaxis.ticktext"] = ticks.ticktext;
    }
    return Object.keys(change).length ? this.plotly.relayout(this.canvas, change) : null;
  }

  async annotate() {
    if (!this.options.annotate || !this.canvas._fullLayout) return;
    const wanted = this.options.annotate(this);
    if (JSON.stringify(wanted) === JSON.stringify(this.annotations)) return;
    this.annotations = wanted;
    await this.plotly.relayout(this.canvas, { annotations: wanted });
  }

  async draw() {
    if (!this.root.clientWidth) return; // Hidden; the observer calls again when there is room.
    const first = this.redraws === 0;
    this.redraws += 1;
    const config = { displayModeBar: false, displaylogo: false, doubleClick: "reset+autosize" };
    const layout = this.layout();
    const data = this.figure.data.map((trace) => this.dressed(trace));
    await this.plotly.react(this.canvas, data, layout, config);
    if (first) this.canvas.on("plotly_relayout", (change) => this.remember(change));
    await this.label();
    await this.annotate();
    this.canvas.dataset.redraws = String(this.redraws);
    this.canvas.dataset.points = String(
      this.figure.data.reduce((sum, trace) => sum + (trace.meta?.measured ? trace.x.length : 0), 0),
    );
  }

  dressed(trace) {
    if (!this.narrow) return grown(trace, this.factor);
    const strokes = grown(trace, this.factor * NARROW_STROKES);
    const texts = trace.textfont ? { textfont: grown(trace.textfont, this.factor) } : {};
    return merged({ ...strokes, ...texts }, trace.meta?.narrow);
  }

  remember(change) {
    const keys = Object.keys(change);
    if (keys.some((key) => key.endsWith(".autorange"))) {
      this.zoom = null;
    } else if (keys.some((key) => key.includes("axis.range"))) {
      this.zoom = this.ranges();
    } else {
      return; // The ticks or the names alone.
    }
    Promise.resolve(this.label()).then(() => this.annotate());
  }

  ranges() {
    const { xaxis, yaxis } = this.canvas._fullLayout;
    return { xaxis: [...xaxis.range], yaxis: [...yaxis.range] };
  }

  scale(factor) {
    const ranges = this.ranges();
    for (const [axis, [low, high]] of Object.entries(ranges)) {
      const middle = (low + high) / 2;
      const half = ((high - low) / 2) * factor;
      ranges[axis] = [middle - half, middle + half];
    }
    this.zoom = ranges;
    return this.draw();
  }

  reset() {
    this.zoom = null;
    return this.draw();
  }

  async save(format) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const scale = format === "png" ? 2 : 1;
    const options = { format, filename: this.data.fileName, width, height, scale };
    if (!this.data.caption) return this.plotly.downloadImage(this.canvas, options);
    const picture = this.captioned(width, height);
    const size = { format, width, height: picture.layout.height, scale };
    const address = await this.plotly.toImage(picture, size);
    const link = document.createElement("a");
    link.href = address;
    link.download = `${this.data.fileName}.${format}`;
    document.body.append(link);
    link.click();
    link.remove();
    return link.download;
  }

  // The figure as it stands, with title above, takeaway and link below. A picture has no fonts of
  // the page's.
  captioned(width, height) {
    const { title, takeaway } = this.data.caption;
    const base = this.layout("sans-serif");
    const names = this.options.annotate?.(this) ?? [];
    this.family = getComputedStyle(this.root).fontFamily;
    const size = 15 * this.factor;
    const fit = (text, pixels) => lines(text, width - 2 * size, `${pixels}px sans-serif`);
    const head = title ? fit(title, 1.3 * size) : [];
    const foot = [...fit(takeaway, size), ...broken(window.location.href, width - 2 * size, size)];
    const { t, b, l } = base.margin;
    const above = head.length ? 1.7 * size * head.length + size : 0;
    const below = 1.4 * size * foot.length + 1.6 * size;
    const margin = { ...base.margin, l: l + size, t: t + above, b: b + below };
    const text = (words, pixels, y, anchor, shift) => ({
      text: words.map(escaped).join("<br>"),
      font: { size: pixels, family: "sans-serif" },
      align: "left", showarrow: false,
      xref: "paper", x: 0, xanchor: "left", xshift: -l,
      yref: "paper", y, yanchor: anchor, yshift: shift,
    });
    const axes = {};
    for (const [axis, range] of Object.entries(this.ranges())) {
      axes[axis] = { ...base[axis], range, autorange: false };
    }
    const annotations = [...names, text(foot, size, 0, "top", -b - 0.6 * size)];
    if (head.length) annotations.push(text(head, 1.3 * size, 1, "bottom", t));
    const layout = {
      ...base, ...axes, annotations, margin, autosize: false, width,
      height: height + above + below,
    };
    return { data: this.canvas.data, layout };
  }

  resize() {
    if (!this.plotly || !this.data || !this.root.clientWidth) return;
    const changed =
      this.redraws === 0 ||
      this.narrow !== this.root.clientWidth < NARROW ||
      this.factor !== magnification();
    if (changed) this.draw();
    else {
      clearTimeout(this.resizing);
      this.resizing = setTimeout(async () => {
        if (!this.root.clientWidth) return;
        if (this.room() !== this.height) return this.draw();
        await this.plotly.Plots.resize(this.canvas);
        await this.label();
        await this.annotate();
      }, 30);
    }
  }

  dress() {
    const actions = [
      ["Zoom in", () => this.scale(0.7)],
      ["Zoom out", () => this.scale(1 / 0.7)],
      ["Whole plot", () => this.reset()],
      ["Save SVG", () => this.save("svg")],
      ["Save PNG", () => this.save("png")],
    ];
    const buttons = actions.map(([label, act]) => button(label, () => this.plotly && act()));
    this.tools.replaceChildren(...(this.data.tools ? buttons : []));
  }

  close() {
    this.observer.disconnect();
    this.grower.disconnect();
    clearTimeout(this.resizing);
    this.plotly?.purge(this.canvas);
  }
}

// The page's ground as the theme has it now, as #rrggbb.
export function groundOf(element) {
  return getComputedStyle(element).getPropertyValue("--st-background-color").trim().toLowerCase();
}
