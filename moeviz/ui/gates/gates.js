// The scene of two gates: weights of the experts over the plane of the input, computed here from the
// formulas of router and gate.

const NOTHING = 255, NEUTRAL = 254, MORE = 5;
const COARSE = [96, 64], FINE = [192, 128]; // Cells of the plane while a hand moves, and at rest.
const ALONG = 121; // Points of a line.
const HALF_NAME = 36, HALF_NUMBER = 12; // Units: half of a region’s name, and of its number alone.
const EDGE = 34; // Units of a panel beside its plane.
const NARROW = 0.12, FEW = 4; // Where names are wider than that, more experts have numbers alone.
const UNSEEN = 5e-4; // Prints as 0.000.
const UNMOVED = `no weight moved (less than *${UNSEEN.toFixed(4)}*)`;
const WINNER_LEVELS = [0.5, 0.7, 0.9], LEVELS = [0.1, 0.3, 0.5, 0.7, 0.9];
const CORNERS = [[0, 0], [1, 0], [0.5, Math.sqrt(3) / 2]]; // Of the simplex of three weights.
const LOW = [..."₀₁₂₃₄₅₆₇₈₉"];

const vectorsOf = (positions, count) =>
  Array.from({ length: count }, (_, i) => positions.get(`b${i + 1}`));

class Model {
  constructor(data, offsets, compiled) {
    this.data = data;
    this.offsets = offsets;
    this.score = compiled(data.score);
    this.gate = compiled(data.gate);
    this.affinity = data.affinity && compiled(data.affinity);
    this.shift = compiled(data.shift);
    this.references = new Map();
  }

  // The vectors once v is added in the router's own coordinates; null where there is no such vector.
  shifted(vectors, v) {
    if (!v) return vectors;
    return vectors.map(([b1, b2]) => {
      const [x, y, room] = this.shift({ ...this.data.constants, b1, b2, v1: v[0], v2: v[1] });
      return room > 0 ? [x, y] : null;
    });
  }

  // Scores and weights of all experts at points; null where an expert has no vector.
  at(vectors, x1, x2) {
    if (vectors.some((vector) => !vector)) return null;
    const { constants, vector: moved, rest, gate, offset } = this.data;
    // Arrays of closures are used again, so that what is kept is a copy.
    const long = (value) =>
      typeof value === "number" ? new Float64Array(x1.length).fill(value) : value.slice();
    const named = (values) => Object.fromEntries(values.map((value, i) => [`s${i + 1}`, value]));
    const values = vectors.map((vector, i) => {
      const own = Object.fromEntries(moved.map((k, at) => [`b${k}`, vector[at]]));
      return long(this.score({ ...constants, ...rest[i], ...own, x1, x2 })[0]);
    });
    const read = this.affinity ? this.affinity(named(values)).map(long) : values;
    const scores = offset ? read.map((score, i) => score.map((value) => value + this.offsets[i])) : read;
    const taken = gate.shifts ? this.lowered(scores) : scores;
    const weights = this.gate({ ...constants, ...named(taken) }).map(long);
    return { scores, weights };
  }

  lowered(scores) {
    const result = scores.map((score) => new Float64Array(score.length));
    for (let at = 0; at < result[0].length; at += 1) {
      let most = -Infinity;
      for (const score of scores) most = Math.max(most, score[at]);
      scores.forEach((score, i) => { result[i][at] = score[at] - most; });
    }
    return result;
  }

  // The weights with the vectors of the start; the same for as long as the document is.
  reference(start, grid) {
    if (!this.references.has(grid)) this.references.set(grid, this.at(start, grid.x1, grid.x2));
    return this.references.get(grid);
  }
}

// The experts at each point in descending order of what they have, one array for each place.
function ranked(values) {
  const count = values.length;
  const places = values.map((value) => new Uint8Array(value.length));
  const order = new Array(count);
  for (let at = 0; at < values[0].length; at += 1) {
    for (let i = 0; i < count; i += 1) {
      let to = i;
      while (to > 0 && values[order[to - 1]][at] < values[i][at]) { order[to] = order[to - 1]; to -= 1; }
      order[to] = i;
    }
    for (let i = 0; i < count; i += 1) places[i][at] = order[i];
  }
  return places;
}

// Where two experts change places, the r-th and the next.
function seams(grid, values, places, r, contour) {
  const found = [];
  for (let i = 0; i < values.length; i += 1) {
    for (let j = i + 1; j < values.length; j += 1) {
      const meet = (at) => {
        const [a, b] = [places[r - 1][at], places[r][at]];
        return (a === i && b === j) || (a === j && b === i);
      };
      const gap = new Float64Array(values[i].length);
      for (let at = 0; at < gap.length; at += 1) gap[at] = values[i][at] - values[j][at];
      found.push(...contour(grid, gap, 0, (corners) => !corners.some(meet)));
    }
  }
  return found;
}

function all(values, at) {
  for (const value of values) if (!Number.isFinite(value[at])) return false;
  return true;
}

function total(weights) {
  const sum = new Float64Array(weights[0].length);
  for (const weight of weights) for (let at = 0; at < sum.length; at += 1) sum[at] += weight[at];
  return sum;
}

// How many points have weights that are no numbers, and how many one outside of [0, 1].
function counted(weights) {
  let gaps = 0;
  let outside = 0;
  for (let at = 0; at < weights[0].length; at += 1) {
    if (!all(weights, at)) gaps += 1;
    else for (const weight of weights) if (weight[at] < 0 || weight[at] > 1 + 1e-9) { outside += 1; break; }
  }
  return { gaps, outside };
}

// What is coloured, how strongly, and of which field the level lines are.
function heated(grid, weights, places, view) {
  const index = new Uint8Array(grid.x1.length);
  const strength = new Float64Array(grid.x1.length);
  const sum = view === "sum" ? total(weights) : null;
  const one = sum || view === "winner" ? null : weights[Number(view) - 1];
  const field = sum ?? one ?? new Float64Array(grid.x1.length);
  for (let at = 0; at < index.length; at += 1) {
    if (!all(weights, at)) {
      index[at] = NOTHING;
      if (!sum && !one) field[at] = NaN;
    } else if (sum) {
      // Pale where the weights add up to 1.
      index[at] = sum[at] > 1 ? MORE : NEUTRAL;
      strength[at] = (2 * Math.abs(sum[at] - 1)) / weights.length;
    } else if (one) {
      index[at] = Number(view) - 1;
      strength[at] = one[at];
    } else {
      const [first, second] = [weights[places[0][at]][at], weights[places[1][at]][at]];
      index[at] = places[0][at];
      strength[at] = first - second;
      field[at] = first;
    }
  }
  return { heat: { nx: grid.nx, ny: grid.ny, index, strength }, field };
}

// Half the width of a region's name, as a share of its panel's, and whether it is a number alone.
function nameOf(room, bare, count) {
  const beside = bare || !window.matchMedia("(max-width: 640px)").matches;
  const share = (half) => half / (beside ? room / 2 - EDGE : room - 2 * EDGE);
  if (!room) return { half: 0.09 };
  const numbers = count > FEW && share(HALF_NAME) > NARROW;
  return numbers ? { half: share(HALF_NUMBER), numbers } : { half: Math.max(0.09, share(HALF_NAME)) };
}

// A name for each region in which an expert leads, where it is far from handles and borders.
function regionLabels(grid, places, data, positions, { half, numbers }) {
  const best = Array.from({ length: places.length }, () => ({ room: 0.2 }));
  const { nx, ny, xs, ys } = grid;
  const [leader] = places;
  for (let j = 0; j < ny; j += 4) {
    for (let i = 0; i < nx; i += 4) {
      const expert = leader[j * nx + i];
      const [x, y] = [xs[i], ys[j]];
      // A label is wide and low, and so is the room that it needs.
      let room = Math.min(1, 0.5 * (x - data.x[0]), 0.5 * (data.x[1] - x), y - data.y[0], data.y[1] - y);
      for (const [hx, hy] of positions.values()) {
        room = Math.min(room, Math.hypot(0.5 * (x - hx - 0.1), y - hy), Math.hypot(0.7 * (x - hx / 2), y - hy / 2));
      }
      if (room <= best[expert].room) continue;
      const [wide, tall] = [Math.round(half * nx), Math.round((0.3 / 4) * ny)];
      const inside = [[-1, 0], [1, 0], [0, -1], [0, 1]].every(([a, b]) => {
        const [to, up] = [i + a * wide, j + b * tall];
        return to >= 0 && to < nx && up >= 0 && up < ny && leader[up * nx + to] === expert;
      });
      if (inside) best[expert] = { room, at: [x, y] };
    }
  }
  return best.flatMap(({ at }, i) => (at ? [{ at, text: numbers ? String(i + 1) : `expert ${i + 1}`, minor: true, close: true }] : []));
}

// Level lines, each with its number where it is farthest from handles and names.
function levelLines(grid, field, levels, taken, contour, written) {
  return levels.flatMap((level) => {
    const segments = contour(grid, field, level);
    if (!segments.length) return [];
    let best = { near: 0.4 };
    for (const [x, y] of segments) {
      let near = Math.min(2.6 - Math.abs(x), 1.7 - Math.abs(y), Math.hypot(x, y));
      for (const [hx, hy] of taken) {
        near = Math.min(near, Math.hypot(x - hx, y - hy), Math.hypot(x - hx / 2, y - hy / 2));
      }
      if (near > best.near) best = { near, at: [x, y] };
    }
    const label = best.at && written(level, 2).replace(/\.?0+$/, "");
    return [{ segments, width: 1, opacity: 0.75, label, labelAt: best.at }];
  });
}

function most(before, after) {
  let found = 0;
  before.forEach((weight, i) => {
    for (let at = 0; at < weight.length; at += 1) {
      const by = Math.abs(weight[at] - after[i][at]);
      if (by > found) found = by;
    }
  });
  return found;
}

// The largest jump of a weight between neighbours that keep other experts.
function jump(grid, weights) {
  let found = 0;
  const across = (one, other) => {
    let differs = false;
    let by = 0;
    for (const weight of weights) {
      if (weight[one] > 0 !== weight[other] > 0) differs = true;
      by = Math.max(by, Math.abs(weight[one] - weight[other]));
    }
    if (differs && by > found) found = by;
  };
  for (let at = 0; at + grid.nx < grid.x1.length; at += 1) {
    if ((at + 1) % grid.nx) across(at, at + 1);
    across(at, at + grid.nx);
  }
  return found;
}

// Why weights are no numbers where they are none.
function why({ scores, weights }, kept) {
  for (let at = 0; at < weights[0].length; at += 1) {
    if (all(weights, at)) continue;
    if (scores.some((score) => !Number.isFinite(score[at]))) return "a score is larger than any number, or none";
    const largest = scores.map((score) => score[at]).sort((a, b) => b - a).slice(0, kept);
    if (largest.reduce((sum, score) => sum + score, 0) === 0) return "the scores that are kept add up to 0";
  }
  return "a weight is divided by what is no number";
}

const joined = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

// What the hand has done since the start.
function changed(vectors, start, written) {
  const found = vectors.flatMap((vector, i) => {
    const ratio = Math.hypot(...vector) / Math.hypot(...start[i]);
    const turn = Math.atan2(
      start[i][0] * vector[1] - start[i][1] * vector[0], start[i][0] * vector[0] + start[i][1] * vector[1],
    ) * (180 / Math.PI);
    const longer = Math.abs(ratio - 1) >= 0.005;
    const turned = Math.abs(turn) >= 0.5;
    return longer || turned ? [{ name: `β${LOW[i + 1]}`, ratio, turn, longer, turned }] : [];
  });
  if (!found.length) return null;
  if (found.length > 1) return `${joined(found.map((each) => each.name))} have moved since the start. `;
  const [{ name, ratio, turn, longer, turned }] = found;
  const parts = [];
  if (longer) parts.push(ratio === 0 ? "has become 0" : `is *${written(ratio, 1)} times* as long as at the start (dashed)`);
  if (turned && ratio > 0) parts.push(`has turned by ${written(Math.abs(turn), 0)}°`);
  return `${name} ${parts.join(" and ")}. `;
}

export function scene(data, { compiled, lattice, contour, written, pair }) {
  const models = data.models.map((model) => new Model(model, data.offsets, compiled));
  const grids = [COARSE, FINE].map(([nx, ny]) => lattice(data, nx, ny));
  const count = data.experts;
  const view = Number(data.view) > count ? "winner" : data.view;

  function panel(model, vectors, v, grid, positions, name) {
    const effective = model.shifted(vectors, v);
    const base = {
      title: model.data.title, note: model.data.note, x: data.x, y: data.y, names: ["x₁", "x₂"], bare: data.bare,
      effects: v && Object.fromEntries(effective.flatMap((to, i) => (to ? [[`b${i + 1}`, to]] : []))),
    };
    const found = model.at(effective, grid.x1, grid.x2);
    if (!found) return { base, model, effective, found: null };
    const { scores, weights } = found;
    const places = ranked(weights);
    const { heat, field } = heated(grid, weights, places, view);
    const levels = view === "winner" ? WINNER_LEVELS : LEVELS;
    const sums = model.data.sums ? [] : Array.from({ length: 4 * count }, (_, k) => (k + 1) / 4);
    const labels = view === "winner" ? regionLabels(grid, places, data, positions, name) : [];
    const taken = [...positions.values(), ...labels.map(({ at }) => at)];
    const named = data.bare ? () => "" : written;
    const lines = levelLines(grid, field, view === "sum" ? sums : levels, taken, contour, named);
    const order = ranked(scores);
    if (view === "winner") lines.push({ segments: seams(grid, scores, order, 1, contour), width: 2 });
    if (model.data.kept < count) {
      const cut = seams(grid, scores, order, model.data.kept, contour);
      lines.push({ segments: cut, width: 3, dash: "9,6" });
    }
    if (data.line) lines.push({ points: [positions.get("p"), positions.get("q")], width: 3, colour: "text" });
    return { base: { ...base, heat, lines, labels }, model, effective, found };
  }

  const part = Float64Array.from({ length: ALONG }, (_, at) => at / (ALONG - 1));

  // The weights along the line from p to q.
  function followed({ model, effective }, positions) {
    const [p, q] = [positions.get("p"), positions.get("q")];
    return model.at(effective, part.map((t) => p[0] + t * (q[0] - p[0])), part.map((t) => p[1] + t * (q[1] - p[1])));
  }

  // Who leads on the way, one after another.
  function leaders({ weights }) {
    const [first] = ranked(weights);
    const found = [...first].filter((expert, at) => all(weights, at) && (at === 0 || expert !== first[at - 1]));
    return found.map((expert) => String(expert + 1));
  }

  // How the weights go along a line: in the simplex of three, else one curve each.
  function along({ model }, found) {
    const note = "along the line from p to q";
    if (!found) return { title: model.data.title, note, x: [0, 1], y: [0, 1] };
    const { weights } = found;
    if (count === 3 && model.data.sums) {
      const points = [];
      for (let at = 0; at < ALONG; at += 1) {
        if (all(weights, at)) points.push([0, 1].map((c) => weights.reduce((sum, w, i) => sum + w[at] * CORNERS[i][c], 0)));
      }
      return {
        title: model.data.title, note: `weights ${note}`, x: [-0.75, 1.75], y: [-0.15, 1.05], bare: true,
        regions: [{ points: CORNERS, opacity: 0.12 }],
        lines: [{ points: [...CORNERS, CORNERS[0]], width: 1.5, colour: "quiet" }, { points, width: 4 }],
        dots: points.length ? [{ at: points[0], label: "p" }, { at: points[points.length - 1], label: "q" }] : [],
        labels: CORNERS.map(([x, y], i) => ({ at: [x + (i === 1 ? 0.06 : i === 0 ? -0.06 : 0), y + (i === 2 ? 0.05 : -0.1)], text: `expert ${i + 1} alone` })),
      };
    }
    const high = Math.max(1, ...weights.map((weight) => Math.max(...weight.filter(Number.isFinite), 0)));
    const dashes = [undefined, "12,4", "8,3,3,3", "12,3,3,3,3,3", "3,3"];
    return {
      title: model.data.title, note: `weights ${note}`, x: [0, 1.25], y: [0, 1.05 * high], tall: 0.55, names: ["p→q", "weight"],
      lines: weights.map((weight, i) => ({
        points: [...weight].flatMap((value, at) => (Number.isFinite(value) ? [[part[at], value]] : [])),
        colour: i, width: 3, dash: dashes[i % dashes.length], label: `expert ${i + 1}`,
      })),
    };
  }

  function sentence(shown, vectors, positions, grid) {
    const shift = positions.get("v");
    const moved = changed(vectors, data.start, written);
    const begin = data.shifted && shift
      ? `v = ${pair(shift)} is added to every vector (to u = β/(‖β‖+τ₁) where the router reads that)${moved ? `; ${moved}` : ". "}`
      : moved ?? "";
    const slopes = models.some((model) => model.data.reads) ? "Under competition an arrow is the slope of an expert’s answer. " : "";
    const parts = shown.map(({ model, found }, at) => {
      const { short, sums, kept, ball } = model.data;
      const name = `*${short.charAt(0).toUpperCase()}${short.slice(1)}:*`;
      if (!found) return `${name} no β has these coordinates, because ${ball ? "u + v leaves the unit ball" : "it does not exist"}.`;
      const { weights } = found;
      const { gaps, outside } = counted(weights);
      const here = model.at(shown[at].effective, ...positions.get("x").map((value) => Float64Array.of(value))).weights;
      const values = here.map((weight) => weight[0]);
      const lead = values.indexOf(Math.max(...values));
      const said = [];
      if (moved || data.shifted) {
        const by = most(model.reference(data.start, grid)?.weights ?? weights, weights);
        said.push(by < UNSEEN ? UNMOVED : `weights moved by up to *${written(by, 3)}*`);
      }
      said.push(lead < 0 ? "no weight is a number at x" : `expert ${lead + 1} answers for x with weight *${written(values[lead], 3)}*`);
      if (!sums) said.push(`at x the weights add up to *${written(here.reduce((sum, weight) => sum + weight[0], 0), 3)}*`);
      if (data.line) said.push(`from p to q the lead is with expert *${leaders(shown[at].line).join(", then ")}*`);
      if (kept < count) said.push(`across the dashed seams a weight jumps by up to *${written(jump(grid, weights), 3)}*`);
      const share = (cells) => `${written((100 * cells) / grid.x1.length, 0)} % of the plane`;
      if (gaps) said.push(`weights are no numbers in ${share(gaps)} (striped), because ${why(found, kept)}`);
      if (outside) said.push(`in ${share(outside)} a weight is below 0 or above 1`);
      return `${name} ${said.join("; ")}.`;
    });
    return `${slopes}${begin}${parts.join(" ")}`;
  }

  function tables(shown, vectors, positions) {
    const x = positions.get("x");
    const experts = vectors.map(([a, b], i) => [`expert ${i + 1}`, a, b, Math.hypot(a, b), data.offsets[i], ...data.start[i]]);
    const found = [{
      title: "Vectors", columns: ["whose", "β, first entry", "β, second entry", "length", "offset", "start, first", "start, second"], rows: experts,
    }];
    const points = [x, ...[-2, 0.5, 2].flatMap((a) => [-1.5, 0.25, 1.5].map((b) => [a, b]))];
    const [x1, x2] = [0, 1].map((c) => Float64Array.from(points, (point) => point[c]));
    for (const { model, effective } of shown) {
      const values = model.at(effective, x1, x2);
      found.push({
        title: `Weights: ${model.data.title}, ${model.data.note}`,
        columns: ["where", "x₁", "x₂", ...vectors.map((_, i) => `weight ${i + 1}`), "sum", ...vectors.map((_, i) => `score ${i + 1}`)],
        rows: points.map((point, at) => [
          at ? "a point of the plane" : "at x", ...point,
          ...(values ? [...values.weights.map((w) => w[at]), total(values.weights)[at], ...values.scores.map((s) => s[at])] : vectors.map(() => NaN)),
        ]),
      });
    }
    return found;
  }

  return {
    picture(positions, fine, room) {
      const grid = grids[fine ? 1 : 0];
      const vectors = vectorsOf(positions, count);
      const v = data.shifted ? positions.get("v") : null;
      const name = nameOf(room, data.bare, count);
      const shown = models.map((model) => panel(model, vectors, v, grid, positions, name));
      const panels = shown.map(({ base }) => base);
      if (data.line) {
        for (const each of shown) each.line = followed(each, positions);
        panels.push(...shown.map((each) => ({ ...along(each, each.line), later: true })));
      }
      return {
        panels,
        sentence: sentence(shown, vectors, positions, grid),
        get tables() { return tables(shown, vectors, positions); },
      };
    },
  };
}
