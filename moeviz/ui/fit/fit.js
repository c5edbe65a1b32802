// The scene of one fit: the function of the atoms at one step, computed here from the formulas of the
// model, the atoms among the cells of the true ones, and the curves of cost and loss.

const PHONE = 640; // Pixels of a window that has room for three pictures below each other.
const POINTS = 161; // Of a drawn function.
const SPLIT = 1e-9; // Both sides of 0, where the cosine router jumps.
const LARGEST = 17, SMALLEST = 4; // Radius of an atom by its weight.
const USUAL = [0.46, 0.3]; // Heights of the two rows of pictures over their width.
const AROUND = 425, SHARE = 0.39; // Pixels of all else, at the usual font; a picture's share of the width.
const NEAR = 0.06; // Of the plane's width: a disc so near to its start needs no number of its own.
const LOW_DASH = "2,5", OTHER_DASH = "8,5";

const sum = (values) => values.reduce((total, value) => total + value, 0);

// Weights, experts' values and their mixture, from the library's formulas.
function modelOf({ score, gates, expert, constants, density }, compiled) {
  const [scoreOf, expertOf] = [score, expert].map(compiled);
  const gateOf = Object.fromEntries(Object.entries(gates).map(([count, gate]) => [count, compiled(gate)]));
  const long = (value, count) =>
    typeof value === "number" ? new Float64Array(count).fill(value) : Float64Array.from(value);

  function at(atoms, x1) {
    const scores = atoms.map(([beta, offset]) =>
      long(scoreOf({ ...constants, b1: beta, x1 })[0], x1.length).map((value) => value + offset));
    const count = atoms.length;
    if (gates[count].shifts) {
      for (let i = 0; i < x1.length; i += 1) {
        const most = Math.max(...scores.map((values) => values[i]));
        for (const values of scores) values[i] -= most;
      }
    }
    const named = Object.fromEntries(scores.map((values, k) => [`s${k + 1}`, values]));
    const weights = gateOf[count]({ ...constants, ...named }).map((value) => long(value, x1.length));
    const experts = atoms.map(([, , b1, b2]) => long(expertOf({ ...constants, b1, b2, x1 })[0], x1.length));
    const mean = x1.map((_, i) => sum(weights.map((weight, k) => weight[i] * experts[k][i])));
    return { weights, experts, mean };
  }

  // The cost of one observation: squared residual, or deviance.
  function cost(atoms, x, y) {
    const { weights, experts, mean } = at(atoms, x);
    const each = (i) => {
      if (!density) return (y[i] - mean[i]) ** 2;
      const shares = atoms.map((atom, k) => {
        const variance = atom[4];
        return (weights[k][i] * Math.exp(-((y[i] - experts[k][i]) ** 2) / (2 * variance))) / Math.sqrt(2 * Math.PI * variance);
      });
      return -2 * Math.log(sum(shares));
    };
    return sum(Array.from(x, (_, i) => each(i))) / x.length;
  }
  return { at, cost };
}

// Places along x, with both sides of 0 among them.
function line([from, to]) {
  const places = Array.from({ length: POINTS }, (_, i) => from + ((to - from) * i) / (POINTS - 1));
  return Float64Array.from(places.flatMap((x) => (Math.abs(x) < SPLIT ? [-SPLIT, SPLIT] : [x])));
}

// A range that holds most of some values, with room.
function around(values, room) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const by = room * Math.max(high - low, 0.1);
  return [low - by, high + by];
}

export function scene(data, { compiled, written }) {
  const model = modelOf(data.model, compiled);
  const { walk, beside, truth, plane } = data;
  const xs = line(data.data.range);
  const seen = Float64Array.from(data.data.x);
  const ys = data.data.y;
  const base = model.at(truth, xs).mean;
  const tall = around([...ys, ...base], 0.08);
  const count = walk.atoms[0].length;
  const spot = (atom) => plane.map((column) => atom[column]);
  const wide = data.box.x[1] - data.box.x[0];

  // Between two steps while it is played: atoms on their way from one to the next.
  function between(at) {
    const after = walk.passes.findIndex((passes) => passes > at);
    if (after < 1) return null;
    const [low, high] = [walk.passes[after - 1], walk.passes[after]];
    const share = (at - low) / (high - low);
    return walk.atoms[after - 1].map((atom, k) => atom.map((value, c) => value + share * (walk.atoms[after][k][c] - value)));
  }

  function placeOf(at) {
    let best = 0;
    walk.passes.forEach((passes, place) => {
      if (Math.abs(passes - at) < Math.abs(walk.passes[best] - at)) best = place;
    });
    return best;
  }

  // The start as the hand has it, or null where it is where the walk began.
  function dragged(positions) {
    let moved = false;
    const atoms = walk.atoms[0].map((atom, k) => {
      const at = positions.get(`s${k + 1}`) ?? spot(atom);
      const own = [...atom];
      plane.forEach((column, axis) => {
        if (Math.abs(own[column] - at[axis]) > 1e-9) moved = true;
        own[column] = data.names[column] === "ν" ? Math.max(1e-3, at[axis]) : at[axis];
      });
      return own;
    });
    return moved ? atoms : null;
  }

  // The nearest true atom of each, in all that the gauge leaves: gates and experts.
  function cellsOf(atoms) {
    return atoms.map((atom) => {
      const far = truth.map((target) => sum(atom.map((value, c) => (c === 1 ? 0 : (value - target[c]) ** 2))));
      return far.indexOf(Math.min(...far));
    });
  }

  function weightsOf(atoms) {
    const most = Math.max(...atoms.map((atom) => atom[1]));
    const shares = atoms.map((atom) => Math.exp(atom[1] - most));
    return shares.map((share) => share / sum(shares));
  }

  // Rows as high as leaves room for the sentence below them.
  function heights() {
    const font = parseFloat(getComputedStyle(document.documentElement).fontSize) / 18;
    const room = window.innerHeight - AROUND * font;
    const share = room / (SHARE * window.innerWidth * sum(USUAL));
    return USUAL.map((height) => height * Math.min(1, Math.max(0.7, share)));
  }

  function functionPanel(atoms, cells) {
    const now = model.at(atoms, xs);
    const fitted = model.at(atoms, seen).mean;
    const pairs = (values) => Array.from(xs, (x, i) => [x, values[i]]);
    const top = (share) => tall[1] - share * (tall[1] - tall[0]);
    const drawn = data.data.n > seen.length ? `${seen.length} of ${data.data.n.toLocaleString("en")} observations drawn` : `${data.data.n} observations`;
    return {
      title: data.model.density ? "Data and mean" : "Data, function, residuals", note: drawn,
      x: data.data.range, y: tall, names: ["x", "y"], tall: heights()[0], narrow: 0.28,
      lines: [
        { points: pairs(base), width: 9, colour: "quiet", opacity: 0.45 },
        { segments: Array.from(seen, (x, i) => [x, ys[i], x, fitted[i]]), width: 1.2, colour: 1, opacity: 0.55 },
        { segments: Array.from(seen, (x, i) => [x, ys[i], x, ys[i]]), width: 4.5, colour: "text", opacity: 0.45 },
        ...now.experts.map((values, k) => ({ points: pairs(values), width: 2, dash: "6,5", colour: cells[k] })),
        { points: pairs(now.mean), width: 4, colour: "text" },
      ],
      labels: [
        { at: [data.data.range[0] + 0.1, top(0.09)], text: "broad: the truth", anchor: "start" },
        { at: [data.data.range[1] - 0.1, top(0.09)], text: "dashed: single experts", anchor: "end", minor: true },
      ],
      now, fitted,
    };
  }

  // The number of a disc, or where it has left the picture, that it has.
  function numbered(at, k, apart) {
    const { x, y } = data.box;
    const inside = at[0] >= x[0] && at[0] <= x[1] && at[1] >= y[0] && at[1] <= y[1];
    if (inside) return apart ? [{ at: [at[0], at[1] - 0.012 * wide], text: `${k + 1}` }] : [];
    const kept = ([low, high], value, room) => Math.min(high - room, Math.max(low + room, value));
    return [{ at: [kept(x, at[0], 0.07 * wide), kept(y, at[1], 0.03 * wide)], text: `${k + 1} is outside` }];
  }

  function planePanel(atoms, cells, place, phone) {
    const weights = weightsOf(atoms);
    const radius = (weight) => Math.max(SMALLEST, LARGEST * Math.sqrt(weight));
    const trueWeights = weightsOf(truth);
    const ends = beside.failed ? [] : beside.atoms[beside.atoms.length - 1];
    // Above a ring, or where the picture ends there, below it.
    const above = ([x, y]) => [x, y + (y + 0.1 * wide < data.box.y[1] ? 0.07 : -0.1) * wide];
    const far = ([x, y], [u, v]) => Math.hypot(x - u, y - v) > NEAR * wide;
    return {
      title: "Atoms among the truth’s cells", note: phone ? "" : "rings: truth, diamonds: start",
      ...data.box, names: plane.map((column) => data.names[column]), tall: heights()[0], narrow: 0.34,
      regions: data.polygons.flatMap((points, j) => (points.length ? [{ points, colour: j, opacity: 0.13 }] : [])),
      lines: [
        ...data.polygons.flatMap((points) => (points.length ? [{ points: [...points, points[0]], width: 1, colour: "quiet" }] : [])),
        ...atoms.map((_, k) => ({
          points: walk.atoms.slice(0, place + 1).map((row) => spot(row[k])), width: 2.5, colour: cells[k],
        })),
      ],
      dots: [
        ...truth.map((atom, j) => ({ at: spot(atom), radius: radius(trueWeights[j]) + 4, hollow: true, colour: j })),
        ...ends.map((atom) => ({ at: spot(atom), radius: 6, hollow: true, colour: "text" })),
        ...atoms.map((atom, k) => ({ at: spot(atom), radius: radius(weights[k]), colour: cells[k] })),
      ],
      labels: [
        ...ends.map((atom, k) => ({
          at: [spot(atom)[0] + 0.025 * wide, spot(atom)[1] - 0.012 * wide], anchor: "start",
          text: k === 0 || count < 3 ? beside.name : "", minor: k > 0,
        })),
        ...truth.map((atom, j) => ({ at: above(spot(atom)), text: `true ${j + 1}` })),
        ...atoms.flatMap((atom, k) => numbered(spot(atom), k, far(spot(atom), spot(walk.atoms[0][k])))),
      ],
    };
  }

  // One quantity of a walk: faint as a whole, strong as far as it has come.
  function course(of, key, look, place) {
    const points = of.passes.flatMap((passes, at) => (of[key][at] === null ? [] : [[passes, of[key][at]]]));
    if (!points.length) return [];
    if (place === null) return [{ points, ...look }];
    const now = of.passes[place];
    return [{ points, ...look, opacity: 0.3 }, { points: points.filter(([passes]) => passes <= now), ...look }];
  }

  function marker(place, [low, high]) {
    const at = walk.passes[place];
    return { points: [[at, low], [at, high]], width: 1.5, colour: "text", dash: "3,4" };
  }

  const dot = (key, place, colour) => {
    const level = walk[key][place];
    return level === null ? [] : [{ at: [walk.passes[place], level], radius: 6, colour }];
  };

  // A name at the end of a curve, or before it where it would leave the picture.
  function named(of, key, text, lift, low) {
    const { x } = data.curves;
    const places = of.passes.flatMap((passes, at) => (of[key][at] !== null && of[key][at] > low ? [at] : []));
    if (!places.length) return [];
    const last = places[places.length - 1];
    const at = of.passes[last];
    // A curve that falls out of the picture has room at its left.
    if (of[key][last + 1] < low) return [{ at: [at - 0.02 * (x[1] - x[0]), of[key][last]], text, anchor: "end" }];
    const right = at > x[0] + 0.6 * (x[1] - x[0]);
    return [{ at: [at + (right ? -0.01 : 0.015) * (x[1] - x[0]), of[key][last] + lift], text, anchor: right ? "end" : "start" }];
  }

  function ticksOf(y) {
    const [, end] = data.curves.x;
    const raw = end / 4;
    const scale = 10 ** Math.floor(Math.log10(raw));
    const spacing = [1, 2, 5, 10].map((m) => m * scale).find((s) => s >= raw);
    const found = [];
    for (let k = 0; k * spacing <= end * (1 + 1e-9); k += 1) found.push([k * spacing, String(Number((k * spacing).toPrecision(6)))]);
    const named = found.length - (found[found.length - 1][0] > 0.9 * end ? 2 : 1);
    if (named > 0) found[named][1] += " passes";
    return { x: found, y };
  }

  const first = { width: 4, colour: 0 }, second = { width: 2.5, colour: 1, dash: OTHER_DASH };
  const thin = { width: 2, colour: "text", dash: LOW_DASH };

  function costPanel(place, phone) {
    const { x, y, ticks, truth: level } = data.curves;
    const lift = 0.03 * (y[1] - y[0]);
    const told = phone ? ticks.filter((_, at) => (ticks.length - at) % 2) : ticks;
    const lines = [marker(place, y)];
    const labels = [];
    if (level !== null) {
      lines.push({ points: [[x[0], level], [x[1], level]], width: 1.5, colour: "quiet", dash: "1,4" });
      labels.push({ at: [0, level - 4 * lift], text: "the truth’s cost", anchor: "start", minor: true });
    }
    const damped = walk.damping.some((value) => value !== null && value > y[0] + 2);
    if (damped) lines.push(...course(walk, "damping", thin, place));
    lines.push(...course(beside, "excess", second, null), ...course(walk, "excess", first, place));
    labels.push(...named(walk, "damping", "damping", lift, y[0] + 2));
    labels.push(...named(beside, "excess", beside.name, lift, y[0] + 2), ...named(walk, "excess", walk.name, lift, y[0] + 2));
    const dots = dot("excess", place, 0);
    if (phone) {
      const own = { width: 3, colour: 2 };
      lines.push(...course(walk, "level", own, place));
      labels.push(...named(walk, "level", "loss", lift, y[0]));
      dots.push(...dot("level", place, 2));
    }
    return {
      title: phone ? "Cost above the lowest, and loss" : "What it sees: cost above the lowest", note: "",
      x, y, ticks: ticksOf(told), tall: heights()[1], narrow: 0.25, lines, labels, dots,
    };
  }

  function lossPanel(place) {
    const { y, ticks } = data.losses;
    const lift = 0.04 * (y[1] - y[0]);
    return {
      title: "What it does not see: the loss", note: "distance to the truth",
      x: data.curves.x, y, ticks: ticksOf(ticks), tall: heights()[1],
      lines: [marker(place, y), ...course(beside, "level", second, null), ...course(walk, "level", first, place)],
      labels: [...named(beside, "level", beside.name, lift, -Infinity), ...named(walk, "level", walk.name, lift, -Infinity)],
      dots: dot("level", place, 0),
    };
  }

  function tables(atoms, panel, place) {
    const steps = (of) => ({
      title: `Steps of ${of.name}`, columns: ["", "passes", data.cost, "loss", "log₁₀ of damping"],
      rows: of.steps.map((step, at) => [String(step), of.passes[at], of.cost[at], of.loss[at], of.damping[at] ?? "none"]),
    });
    const named = (word, rows) => rows.map((row, k) => [`${word} ${k + 1}`, ...row]);
    return [
      {
        title: `Atoms at step ${walk.steps[place]}`, columns: ["", ...data.names],
        rows: [...named("fitted", atoms), ...named("start", walk.atoms[0]), ...named("true", truth), ...named(beside.name, beside.atoms[beside.atoms.length - 1])],
      },
      steps(walk), steps(beside),
      {
        title: "Data", columns: ["", "x", "y", "fitted"],
        rows: Array.from(seen, (x, i) => [String(i + 1), x, ys[i], panel.fitted[i]]),
      },
    ];
  }

  function handSentence(atoms) {
    const cost = data.data.n > seen.length ? "" : ` Its cost is *${written(model.cost(atoms, seen, ys), 3)}*.`;
    return `A start of your own.${cost} Let go, and the fit begins here.`;
  }

  return {
    picture(positions, fine) {
      const hand = dragged(positions);
      const [at] = positions.get("step");
      const place = hand ? 0 : placeOf(at);
      const atoms = hand ?? (fine ? null : between(at)) ?? walk.atoms[place];
      const cells = hand ? cellsOf(atoms) : walk.cells[place];
      const phone = window.innerWidth < PHONE;
      const shown = functionPanel(atoms, cells);
      const panels = [shown, planePanel(atoms, cells, place, phone), costPanel(place, phone)];
      if (!phone) panels.push(lossPanel(place));
      return {
        panels,
        sentence: hand ? handSentence(atoms) : data.sentences[place],
        says: { step: data.player.words[place] },
        get tables() { return tables(atoms, shown, place); },
      };
    },
  };
}
