// Places of words on a picture: not over each other, not over a handle, and not across a line where
// there is room beside it.

const AIR = 2; // Pixels that stay free around words.
const COVERED = 60; // What it costs to cover half of something, in places farther down a list.
const OUTSIDE = 200; // To stand outside of the frame.
const STAYS = 1.5; // What it is worth to stay where the same words stood before.

let pen;

export function widthOf(words, size, bold = false) {
  pen ??= document.createElement("canvas").getContext("2d");
  pen.font = `${bold ? 700 : 400} ${size}px sans-serif`;
  return pen.measureText(words).width;
}

// The part of a segment that lies in a box, if there is any.
function crosses([x0, y0, x1, y1], [left, top, right, bottom]) {
  let [from, to] = [0, 1];
  for (const [start, by, low, high] of [[x0, x1 - x0, left, right], [y0, y1 - y0, top, bottom]]) {
    if (by === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const [a, b] = [(low - start) / by, (high - start) / by];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
    if (from > to) return false;
  }
  return true;
}

const shared = (a, b) =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
const areaOf = ([left, top, right, bottom]) => (right - left) * (bottom - top);

function boxOf({ x, y, anchor = "start" }, wide, size) {
  const left = { start: x, middle: x - wide / 2, end: x - wide }[anchor];
  return [left - AIR, y - 0.8 * size - AIR, left + wide + AIR, y + 0.24 * size + AIR];
}

export class Places {
  // A frame [left, top, right, bottom]; `before` remembers which place words had in the last picture.
  constructor(frame, before) {
    this.frame = frame;
    this.before = before;
    this.boxes = [];
    this.lines = [];
  }

  take(box) {
    this.boxes.push(box);
  }

  // Pieces [x, y, x, y] of one line, and what it costs to stand across it.
  avoid(pieces, cost) {
    this.lines.push({ pieces, cost });
  }

  cost(box) {
    const area = areaOf(box);
    const covered = this.boxes.reduce((sum, other) => sum + shared(box, other) / Math.min(area, areaOf(other)), 0);
    const outside = 1 - shared(box, this.frame) / area;
    const crossed = this.lines.reduce(
      (sum, { pieces, cost }) => sum + (pieces.some((piece) => crosses(piece, box)) ? cost : 0), 0,
    );
    return 2 * COVERED * covered + OUTSIDE * outside + crossed;
  }

  // The best of some places [{ x, y, anchor }], the dearest wish first, which is taken then; null
  // where there is none, or where words that can be missed would cover something.
  find(key, words, size, places, { bold, minor } = {}) {
    const wide = widthOf(words, size, bold);
    let best = null;
    places.forEach((place, at) => {
      const box = boxOf(place, wide, size);
      const own = this.cost(box);
      const cost = own + at - (this.before.get(key) === at ? STAYS : 0);
      if (!best || cost < best.cost) best = { cost, own, at, box, place };
    });
    if (!best || (minor && best.own > COVERED / 4)) return null;
    this.before.set(key, best.at);
    this.take(best.box);
    return best.place;
  }
}

// Places around a point: to the right, to the left, above, below, and between these.
export function around(x, y, away, size) {
  const [level, near] = [y + 0.32 * size, 0.7 * away];
  const [above, below] = [y - away - 0.1 * size, y + away + 0.8 * size];
  return [
    { x: x + away, y: level, anchor: "start" },
    { x: x - away, y: level, anchor: "end" },
    { x, y: above, anchor: "middle" },
    { x, y: below, anchor: "middle" },
    { x: x + near, y: y - near, anchor: "start" },
    { x: x + near, y: y + near + 0.7 * size, anchor: "start" },
    { x: x - near, y: y - near, anchor: "end" },
    { x: x - near, y: y + near + 0.7 * size, anchor: "end" },
  ];
}

// Levels near wished ones, in their order, at least a step apart and between two ends.
export function spread(wished, step, low, high) {
  const order = wished.map((_, at) => at).sort((a, b) => wished[a] - wished[b]);
  const found = [...wished];
  let least = low;
  for (const at of order) {
    found[at] = Math.max(found[at], least);
    least = found[at] + step;
  }
  let most = high;
  for (const at of order.reverse()) {
    found[at] = Math.min(found[at], most);
    most = found[at] - step;
  }
  return found;
}

const CLOSE = [[0, 0], [0, -0.7], [0, 0.7], [-0.8, 0], [0.8, 0]];

// A place and others about it, for words that name what lies around them; `close` ones name what
// lies there and nowhere else.
export function near(x, y, anchor, size, close) {
  const steps = close ? CLOSE : [[0, 0], [0, -1.1], [0, 1.1], [-2, 0], [2, 0], [-2, -1.1], [2, -1.1], [-2, 1.1], [2, 1.1], [0, -2.2], [0, 2.2], [-4, 0], [4, 0]];
  return steps.map(([across, down]) => ({ x: x + across * size, y: y + down * size, anchor }));
}
