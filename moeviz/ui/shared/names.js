// Names at the ends of curves: where each stands, so that none lies over another.

const SIZE = 15;
const NARROW_SIZE = 13;
const LINE = 1.25; // Height of a line of text, in font sizes.
const MOST = 0.27; // Share of the width that names may take beside the plot.
const NARROW_MOST = 0.24;
const GAP = 6; // Pixels between the plot and names above it, where the highest tick has its number.
const LEADER = "a0"; // How much of a curve's colour a line from its end to its name has.

const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// Positions as near as possible to the wanted ones, `heights` apart and inside [0, limit].
export function apart(wanted, heights, limit) {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const blocks = [];
  for (const i of order) {
    blocks.push({ members: [i], size: heights[i], start: wanted[i] - heights[i] / 2, weight: 1 });
    while (blocks.length > 1) {
      const [above, below] = blocks.slice(-2);
      if (above.start + above.size <= below.start) break;
      blocks.splice(-2);
      // Of two that touch, each member would rather stand where it was: they meet in the middle.
      const start =
        (above.start * above.weight + (below.start - above.size) * below.weight) /
        (above.weight + below.weight);
      blocks.push({
        members: [...above.members, ...below.members],
        size: above.size + below.size,
        start,
        weight: above.weight + below.weight,
      });
    }
  }
  const found = [];
  let floor = 0;
  for (const block of blocks) {
    block.start = Math.max(block.start, floor);
    floor = block.start + block.size;
  }
  let ceiling = limit;
  for (const block of [...blocks].reverse()) {
    block.start = Math.min(block.start, ceiling - block.size);
    ceiling = block.start;
    let at = block.start;
    for (const i of block.members) {
      found[i] = at + heights[i] / 2;
      at += heights[i];
    }
  }
  return found;
}

// Where a line ends inside the axes' ranges, in decades; null where it does not come into sight.
function end(line, [left, right], [bottom, top]) {
  const points = line.x
    .map((n, i) => [Math.log10(n), Math.log10(line.y[i])])
    .filter(([x, y], i) => line.y[i] !== null && Number.isFinite(x + y));
  const inside = points.filter(([x]) => x >= left && x <= right);
  const beyond = points.find(([x]) => x > right);
  let last = inside[inside.length - 1] ?? points.filter(([x]) => x < left).pop();
  if (!last) return null;
  if (beyond) {
    const share = (right - last[0]) / (beyond[0] - last[0]);
    last = [right, last[1] + share * (beyond[1] - last[1])];
  }
  const [x, y] = last;
  return x < left || y < bottom || y > top ? null : { x, y };
}

export class EndNames {
  // `lines` cuts a text to a width, as figure.js does it.
  constructor(lines) {
    this.lines = lines;
    this.boxes = []; // Where names stood last, [left, top, right, bottom] in pixels of the plot.
    this.over = []; // Those that stand above it, where they do.
    this.curves = []; // {name, glyph, colour, x, y, pinned}: the curves that are on.
  }

  cut(figure, width) {
    const size = (figure.narrow ? NARROW_SIZE : SIZE) * figure.factor;
    const most = Math.max((figure.narrow ? NARROW_MOST : MOST) * width, 84);
    const font = `600 ${size}px ${figure.family}`;
    const context = document.createElement("canvas").getContext("2d");
    context.font = font;
    // A narrow screen has no room for the names of pinned curves; open markers tell them apart.
    const named = this.curves.filter((curve) => !(figure.narrow && curve.pinned));
    return named.map((curve) => {
      const text = curve.name;
      // Where one line is too short the reading goes below the model.
      const parts = context.measureText(text).width > most ? text.split(/(?<=:) /) : [text];
      const rows = parts.flatMap((part) => this.lines(part, most, font));
      return {
        ...curve,
        size,
        rows,
        width: Math.max(...rows.map((row) => context.measureText(row).width)),
        height: LINE * size * rows.length + 2,
      };
    });
  }

  // Makes room beside the plot; above it where a narrow one is too low for all names.
  arrange(layout, figure) {
    const names = this.cut(figure, figure.root.clientWidth);
    const { height, margin, yaxis } = layout;
    const pixels = (height - margin.t - margin.b) * (1 - (yaxis?.domain?.[0] ?? 0));
    const filled = names.reduce((sum, name) => sum + name.height, 0);
    this.over = figure.narrow && filled > pixels ? this.legend(names, figure, margin) : [];
    if (this.over.length) {
      const more = this.over.reduce((sum, name) => sum + name.height, GAP * figure.factor);
      return { ...layout, height: height + more, margin: { ...margin, t: margin.t + more } };
    }
    const widest = Math.max(0, ...names.map((name) => name.width));
    const r = Math.max(margin.r, widest + (figure.narrow ? 8 : 20) * figure.factor);
    return { ...layout, margin: { ...margin, r } };
  }

  // Names with their curves' marks, one below the other and as wide as all of it.
  legend(names, figure, margin) {
    return names.map((name) => {
      const font = `600 ${name.size}px ${figure.family}`;
      const rows = this.lines(`${name.glyph} ${name.name}`, figure.root.clientWidth - 2 * name.size, font);
      return { ...name, rows, left: margin.l, height: LINE * name.size * rows.length + 2 };
    });
  }

  // Annotations of names above the plot.
  above(figure) {
    this.boxes = [];
    let up = this.over.reduce((sum, name) => sum + name.height, GAP * figure.factor);
    return this.over.map((name) => {
      const yshift = up;
      up -= name.height;
      return {
        text: name.rows.map(escaped).join("<br>"),
        font: { size: name.size, color: name.colour, family: figure.family, weight: 600 },
        align: "left", showarrow: false, borderpad: 0,
        xref: "paper", x: 0, xanchor: "left", xshift: -name.left,
        yref: "paper", y: 1, yanchor: "top", yshift,
      };
    });
  }

  annotate(figure) {
    if (this.over.length) return this.above(figure);
    const { xaxis, yaxis } = figure.canvas._fullLayout;
    const [bottom, top] = yaxis.range;
    const seen = this.cut(figure, figure.root.clientWidth)
      .map((name) => ({ ...name, end: end(name, xaxis.range, yaxis.range) }))
      .filter((name) => name.end);
    const down = (y) => ((top - y) / (top - bottom)) * yaxis._length;
    // They stand in one column, to the right of where the last curve ends.
    const column = Math.max(...seen.map((name) => name.end.x));
    const [left, right] = xaxis.range;
    const before = (x) => ((column - x) / (right - left)) * xaxis._length;
    const wanted = seen.map((name) => down(name.end.y));
    const placed = apart(wanted, seen.map((name) => name.height), yaxis._length);
    const aside = (figure.narrow ? 7 : 11) * figure.factor;
    const from = ((column - left) / (right - left)) * xaxis._length + aside;
    this.boxes = seen.map(({ width, height }, i) =>
      [from, placed[i] - height / 2, from + width, placed[i] + height / 2]);
    return seen.map((name, i) => {
      const moved = placed[i] - wanted[i];
      const across = before(name.end.x);
      const common = {
        text: name.rows.map(escaped).join("<br>"),
        font: { size: name.size, color: name.colour, family: figure.family, weight: 600 },
        align: "left",
        xref: "x", x: name.end.x, yref: "y", y: name.end.y, xanchor: "left", yanchor: "middle",
        borderpad: 0,
      };
      if (across < 1 && Math.abs(moved) < 0.3 * name.size) {
        return { ...common, xshift: aside, yshift: -moved, showarrow: false };
      }
      return {
        ...common, showarrow: true, ax: across + aside + 5 * figure.factor, ay: moved,
        arrowhead: 0, arrowwidth: 1.2 * figure.factor, arrowcolor: `${name.colour}${LEADER}`,
        standoff: 7 * figure.factor,
      };
    });
  }
}
