// Words that name a line in a plot, such as a slope of theory or of a paper: beside their line, over
// no other words, and across no curve where there is room.

import { Places, widthOf } from "@placing";

const SHARES = [0.5, 0.36, 0.64, 0.22, 0.78, 0.1, 0.9]; // Of a line, where its words may stand.
const AWAY = [0.25, 1.3]; // Between a line and its words, in font sizes.
const ACROSS = { mean: 14, start: 8, separation: 8, left: 8 }; // What it costs to cross a curve, and
const OTHER = 5; // another line.

const VEIL = "a0"; // How much of the ground lies under words, where no place is free of curves.

const isNumber = (value) => value !== null && Number.isFinite(value);

// The shares of a segment between which it lies in a frame; null where it does not.
function within([x0, y0], [x1, y1], [left, top, right, bottom]) {
  let [from, to] = [0, 1];
  for (const [start, by, low, high] of [[x0, x1 - x0, left, right], [y0, y1 - y0, top, bottom]]) {
    if (by === 0) {
      if (start < low || start > high) return null;
      continue;
    }
    const [a, b] = [(low - start) / by, (high - start) / by];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  return from <= to ? [from, to] : null;
}

// Places of words beside the part of a line that is seen, the dearest first: `above` says on which
// side they would rather stand.
function beside(start, end, wide, size, above, frame) {
  const seen = within(start, end, frame);
  if (!seen) return [];
  const at = (share) => start.map((from, i) => from + share * (end[i] - from));
  const [first, last] = seen.map(at);
  const [low, high] = [first, last].sort((a, b) => a[0] - b[0]);
  const run = high[0] - low[0] || 1;
  const share = (x) => Math.min(Math.max((x - low[0]) / run, 0), 1);
  const level = (x) => low[1] + share(x) * (high[1] - low[1]);
  const found = [];
  for (const away of AWAY) {
    for (const part of SHARES) {
      const x = first[0] + part * (last[0] - first[0]);
      const ends = [level(x - wide / 2), level(x + wide / 2)];
      const over = { x, y: Math.min(...ends) - (0.24 + away) * size, anchor: "middle" };
      const under = { x, y: Math.max(...ends) + (0.8 + away) * size, anchor: "middle" };
      found.push(...(above ? [over, under] : [under, over]));
    }
  }
  return found;
}

// What names its line: the text of a trace, and the two points between which it belongs.
function worded({ x, y, text, textfont, textposition }, narrow) {
  const texts = narrow?.text ?? text;
  const i = texts.findIndex(Boolean);
  const [before, after] = [Math.max(i - 1, 0), i + 1 < x.length ? i + 1 : 0];
  return {
    words: texts[i],
    ends: [[x[before], y[before]], [x[after], y[after]]],
    size: textfont.size,
    colour: textfont.color,
    above: textposition.startsWith("top"),
  };
}

export const isWorded = ({ meta, text }) =>
  ["guide", "paper"].includes(meta.part) && Boolean(text?.some(Boolean));

// Annotations of a figure for the lines that have words; `taken` are boxes [left, top, right, bottom]
// of other words, in pixels of the plot, and `before` remembers where words stood.
export function lineWords(figure, taken, before) {
  const { xaxis, yaxis } = figure.canvas._fullLayout;
  const [[left, right], [bottom, top]] = [xaxis.range, yaxis.range];
  const [width, height] = [xaxis._length, yaxis._length];
  const pixel = ([x, y]) => [
    ((Math.log10(x) - left) / (right - left)) * width,
    ((top - Math.log10(y)) / (top - bottom)) * height,
  ];
  const shown = figure.figure.data.filter(({ visible, yaxis: other }) => visible && !other);
  const frame = [0, 0, width, height];
  const places = new Places(frame, before);
  taken.forEach((box) => places.take(box));
  for (const trace of shown.filter(({ mode }) => mode.includes("lines"))) {
    const { part } = trace.meta;
    if (part === "band") continue;
    const points = trace.x
      .map((n, i) => (isNumber(trace.y[i]) && trace.y[i] > 0 ? pixel([n, trace.y[i]]) : null));
    const pieces = [];
    points.forEach((point, i) => {
      if (point && points[i + 1]) pieces.push([...point, ...points[i + 1]]);
    });
    places.avoid(pieces, ACROSS[part] ?? OTHER);
  }
  const found = [];
  for (const trace of shown.filter(isWorded)) {
    const { words, ends, size: natural, colour, above } = worded(trace, figure.narrow && trace.meta.narrow);
    const size = natural * figure.factor;
    const bare = words.replace(/<[^>]+>/g, "");
    const wide = widthOf(bare, size);
    const [start, end] = ends.map(pixel);
    const place = places.find(trace.name, bare, size, beside(start, end, wide, size, above, frame));
    if (!place) continue;
    found.push({
      text: words,
      font: { size, color: colour, family: figure.family },
      xref: "x", x: left + (place.x / width) * (right - left), xanchor: "center",
      yref: "y", y: top - ((place.y - 0.3 * size) / height) * (top - bottom), yanchor: "middle",
      showarrow: false, borderpad: 0, bgcolor: `${figure.figure.layout.paper_bgcolor}${VEIL}`,
    });
  }
  return found;
}
