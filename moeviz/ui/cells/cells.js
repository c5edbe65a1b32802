// The scene of cells: truth and fit in a plane of two coordinates, and losses taken apart. What a
// loss is made of comes as data from the library (moeviz/charts/loss_data.py).

const ROUND = 40; // Corners of a circle.
const RADIUS = 0.36; // Of an atom of weight 1, in a plane of the usual size.
const USUAL = 4.8; // Width of that plane.
const LABEL = 128, FREE = 62; // Units left of the terms' bars, and right of all; a unit is a pixel.
const PHONE = 640, SHARE = 0.41; // A panel's width: nearly all of a phone's screen, else its share.
const TIED = 1e-9; // Distances that differ by no more than this share are equal.
const NOTHING = 5e-4; // Prints as 0.000.
const LEAST = 0.1; // No scale of bars ends before.
const STEPS = [0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1];
const RAISED = { ".": "·", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((c, i) => [i, c])) };

const sum = (values) => values.reduce((total, value) => total + value, 0);
const raised = (power) => (power === 1 ? "" : [...String(power)].map((c) => RAISED[c] ?? c).join(""));
const joined = (names) =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;

function length(vector, metric) {
  return Math.sqrt(sum(vector.map((value, at) => (metric ? metric[at] : 1) * value * value)));
}

// Atoms with their coordinates, weight and offset.
function atomsOf(rows, logistic) {
  return rows.map((row) => {
    const at = row.slice(0, -1);
    const weight = row[row.length - 1];
    return { at, weight, offset: Math.log(logistic ? weight / (1 - weight) : weight) };
  });
}

// The nearest true atom of each fitted one; of equal ones the first. `tied` are those with several.
function cellsOf(fit, truth, metric) {
  const tied = [];
  const cells = fit.map(({ at }, i) => {
    const squared = truth.map((atom) => sum(at.map((value, c) => metric[c] * (value - atom.at[c]) ** 2)));
    const least = Math.min(...squared);
    const near = squared.flatMap((value, j) => (value <= least * (1 + TIED) ** 2 ? [j] : []));
    if (near.length > 1) tied.push({ atom: i, cells: near });
    return squared.indexOf(least);
  });
  return { cells, tied };
}

function distance(power, atom, target, gate) {
  const [own, other] = [atom.at.slice(0, gate), target.at.slice(0, gate)];
  if (power.kind === "radial") return Math.abs(length(own) - length(other));
  if (power.kind === "angular") {
    const unit = (vector) => vector.map((value) => value / Math.max(length(vector), 1e-150));
    const [a, b] = [unit(own), unit(other)];
    return length(a.map((value, c) => value - b[c]));
  }
  const gaps = [...atom.at.map((value, c) => value - target.at[c]), atom.offset - target.offset];
  return length(gaps, power.metric);
}

// The terms of a loss, as the library's `Terms.rows` has them.
function termsOf(loss, fit, truth, cells, gate) {
  const found = [];
  truth.forEach((target, cell) => {
    const zero = target.at.slice(0, gate).every((value) => value === 0) ? 1 : 0;
    const inside = fit.flatMap((_, i) => (cells[i] === cell ? [i] : []));
    if (loss.mass[zero]) {
      const off = Math.abs(sum(inside.map((i) => fit[i].weight)) - target.weight);
      found.push({ cell, atom: null, part: "mass", word: "weight", weight: 1, distance: off, exponent: 1, value: off });
    }
    for (const atom of inside) {
      const { weight: own } = fit[atom];
      const weight = { mass: own, one: 1, length: own * length(target.at.slice(0, gate)) }[loss.weight];
      for (const power of loss.powers) {
        if (!power.counts[zero]) continue;
        const far = distance(power, fit[atom], target, gate);
        const exponent = power.exponent[zero][inside.length > 1 ? 1 : 0];
        found.push({
          cell, atom, part: power.part, word: power.word, weight, distance: far, exponent,
          value: weight * far ** exponent,
        });
      }
    }
  });
  return found;
}

// The part of a box that is nearest to a place, where each place is farther by some height besides.
function polygon(own, places, heights, box) {
  let corners = box;
  places.forEach((place, other) => {
    if (other === own || !corners.length) return;
    const normal = [place[0] - places[own][0], place[1] - places[own][1]];
    const square = (point) => point[0] ** 2 + point[1] ** 2;
    const level = (square(place) - square(places[own]) + heights[other] - heights[own]) / 2;
    const height = ([x, y]) => normal[0] * x + normal[1] * y - level;
    const kept = [];
    corners.forEach((corner, at) => {
      const next = corners[(at + 1) % corners.length];
      const [a, b] = [height(corner), height(next)];
      if (a <= 0) kept.push(corner);
      if (a > 0 !== b > 0) {
        const share = a / (a - b);
        kept.push([corner[0] + share * (next[0] - corner[0]), corner[1] + share * (next[1] - corner[1])]);
      }
    });
    corners = kept;
  });
  return corners;
}

function circle([x, y], radius) {
  return Array.from({ length: ROUND + 1 }, (_, at) => {
    const angle = (2 * Math.PI * at) / ROUND;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
}

// The end of the scale of bars: the next of a few round numbers.
function ceiling(value) {
  const least = Math.max(value, LEAST);
  const decade = 10 ** Math.ceil(Math.log10(least));
  return STEPS.map((step) => step * decade).find((step) => step >= least) ?? decade;
}

export function scene(data, { written }) {
  const truth = atomsOf(data.truth, data.logistic);
  const [across, up] = data.plane;
  const grows = (data.x[1] - data.x[0]) / USUAL;
  let active = Math.min(data.active, data.fit.length - 1);
  let before = null;

  function fitAt(positions) {
    const rows = data.fit.map((row, i) => {
      const moved = [...row];
      [moved[across], moved[up]] = positions.get(`f${i + 1}`) ?? [row[across], row[up]];
      return moved;
    });
    rows.forEach((row, i) => {
      if (before && (before[i][across] !== row[across] || before[i][up] !== row[up])) active = i;
    });
    before = rows;
    return atomsOf(rows, data.logistic);
  }

  const spot = (atom) => [atom.at[across], atom.at[up]];

  function plane(fit, cells) {
    const others = (atom, target) =>
      sum(atom.at.map((value, c) => (c === across || c === up ? 0 : data.metric[c] * (value - target.at[c]) ** 2)));
    const scale = [across, up].map((c) => Math.sqrt(data.metric[c]));
    const places = truth.map((atom) => spot(atom).map((value, axis) => value * scale[axis]));
    const heights = truth.map((atom) => others(fit[active], atom));
    const [[left, right], [low, high]] = [data.x, data.y].map((range, axis) => range.map((value) => value * scale[axis]));
    const box = [[left, low], [right, low], [right, high], [left, high]];
    const outlines = truth.map((_, j) => polygon(j, places, heights, box).map(([x, y]) => [x / scale[0], y / scale[1]]));
    const sizes = truth.map((_, j) => cells.filter((cell) => cell === j).length);
    return {
      title: "True atoms (rings), fitted ones",
      note: `cells for fit ${active + 1}: 2 of ${data.names.length} coordinates`,
      x: data.x, y: data.y, names: [data.axes[across], data.axes[up]],
      regions: [
        ...outlines.flatMap((points, j) => (points.length ? [{ points, colour: j, opacity: 0.13 }] : [])),
        ...fit.map((atom, i) => ({
          points: circle(spot(atom), grows * RADIUS * Math.sqrt(atom.weight)), colour: cells[i], opacity: 0.45,
        })),
      ],
      lines: [
        ...outlines.flatMap((points) => (points.length ? [{ points: [...points, points[0]], width: 1.5, colour: "quiet" }] : [])),
        ...truth.map((atom, j) => ({ points: circle(spot(atom), grows * RADIUS * Math.sqrt(atom.weight)), width: 3, colour: j })),
        ...fit.map((atom, i) => ({ points: [spot(truth[cells[i]]), spot(atom)], width: 2, dash: "5,4", colour: cells[i] })),
      ],
      labels: truth.map((atom, j) => ({
        at: [atom.at[across], atom.at[up] - grows * (RADIUS * Math.sqrt(atom.weight) + 0.17)],
        text: `true ${j + 1}${sizes[j] ? (sizes[j] > 1 ? `: crowd of ${sizes[j]}` : "") : ": empty cell"}`,
      })),
    };
  }

  // The three losses, each with what it cannot see.
  function losses(shown) {
    return shown.flatMap(({ loss, terms, total }, at) => [
      { height: at ? 30 : 20, note: `${loss.name} ${loss.sight}` },
      {
        height: 25, total,
        parts: truth.map((_, j) => ({ cell: j, value: sum(terms.filter((t) => t.cell === j).map((t) => t.value)) })),
      },
    ]);
  }

  // The terms of the first loss, cell by cell.
  function parts([{ loss, terms }]) {
    const kinds = [];
    truth.forEach((_, cell) => {
      const zero = truth[cell].at.slice(0, data.gate).every((value) => value === 0) ? 1 : 0;
      if (loss.mass[zero]) kinds.push({ cell, part: "mass", word: "weight" });
      for (const power of loss.powers) if (power.counts[zero]) kinds.push({ cell, ...power });
    });
    return kinds.map(({ cell, part, word }) => {
      const own = terms.filter((term) => term.cell === cell && term.part === part);
      const power = own.length ? raised(own[0].exponent) : "";
      return {
        height: kinds.length > 9 ? 21 : 24, text: `cell ${cell + 1} ${word}${power}`,
        parts: own.map((term) => ({ cell, value: term.value })), total: sum(own.map((term) => term.value)),
      };
    });
  }

  // Rows of bars, drawn on a scale that ends with a round number.
  function board(entries, scale) {
    const font = parseFloat(getComputedStyle(document.documentElement).fontSize) / 18;
    const width = (window.innerWidth < PHONE ? window.innerWidth - 48 : SHARE * window.innerWidth) / font;
    const tall = sum(entries.map(({ height }) => height)) + 14;
    const wide = (width - LABEL - FREE) / scale;
    const [regions, labels, lines] = [[], [], []];
    let from = tall;
    for (const { height, text, note, parts: bars, total } of entries) {
      from -= height;
      if (note) { labels.push({ at: [0, from + 2], text: note, anchor: "start" }); continue; }
      if (text) labels.push({ at: [0, from], text, anchor: "start" });
      const start = text ? LABEL : 2;
      let x = start;
      for (const { cell, value } of bars) {
        const to = x + wide * value;
        const end = Math.max(x, to - 1.5);
        regions.push({ points: [[x, from - 3], [end, from - 3], [end, from + 15], [x, from + 15]], colour: cell, opacity: 0.8 });
        x = to;
      }
      lines.push({ points: [[start, from - 6], [start, from + 18]], width: 1, colour: "quiet" });
      labels.push({ at: [x + 6, from], text: written(total, 3), anchor: "start" });
    }
    return { bare: true, x: [0, width], y: [0, tall], tall: tall / width, regions, labels, lines };
  }

  // On a phone the terms stand in a panel of their own, below the sentence.
  function bars(shown) {
    const scale = ceiling(Math.max(...shown.map(({ total }) => total)));
    const title = { title: "Three losses: how far the fit is", note: "colour: cell" };
    const name = `Terms of ${shown[0].loss.name}`;
    if (window.innerWidth < PHONE) {
      return [{ ...title, ...board(losses(shown), scale) }, { title: name, note: "colour: cell", later: true, ...board(parts(shown), scale) }];
    }
    return [{ ...title, ...board([...losses(shown), { height: 34, note: `${name}:` }, ...parts(shown)], scale) }];
  }

  // What the fit's distances are to a reader who asks whether it is close.
  function answer(shown) {
    const values = shown.map(({ total }) => written(total, 3));
    const named = shown.map(({ loss }, i) => `${i ? values[i] : `${values[i]} from the truth`} by ${loss.name}`);
    if (new Set(values).size > 1) return `That depends on the loss: this fit is *${named.join(", ")}*.`;
    return `By all three losses this fit is *${values[0]}* from the truth.`;
  }

  function sentence(shown, fit, cells, tied) {
    const [{ loss, terms }] = shown;
    const said = [answer(shown)];
    const far = fit.map((atom, i) => length(atom.at.map((value, c) => value - truth[cells[i]].at[c]), data.metric));
    const worst = far.indexOf(Math.max(...far));
    const fooled = shown.filter((each) => each.total < NOTHING).map((each) => each.loss.name);
    const crowds = truth.flatMap((_, j) => {
      const names = cells.flatMap((cell, i) => (cell === j ? [i + 1] : []));
      return names.length > 1 ? [{ j, names }] : [];
    });
    const empty = truth.flatMap((_, j) => (cells.includes(j) ? [] : [j]));
    if (fooled.length === shown.length && far[worst] < NOTHING) {
      said.push(crowds.length
        ? `Fits ${joined(crowds[0].names)} lie on true atom ${crowds[0].j + 1} and share its weight: *a split atom costs nothing*.`
        : "The fit is the truth.");
    } else if (fooled.length) {
      said.push(`${joined(fooled)} ${fooled.length > 1 ? "see" : "sees"} *nothing*, though fit ${worst + 1} is *${written(far[worst])}* off.`);
    }
    for (const { atom, cells: [first, ...others] } of tied) {
      said.push(`Fit ${atom + 1} is as near to true ${joined(others.map((j) => j + 1))} as to true ${first + 1}: *a tie*, and the lower number has it.`);
    }
    for (const j of empty) {
      const cost = sum(terms.filter((term) => term.cell === j).map((term) => term.value));
      said.push(`Cell ${j + 1} is *empty*: ${cost > 0 ? `${loss.name} asks for its whole weight, *${written(cost)}*` : `${loss.name} asks for nothing`}.`);
    }
    for (const { j, names } of far[worst] < NOTHING ? [] : crowds) {
      const powers = [...new Set(terms.filter((term) => term.cell === j && term.atom !== null).map((term) => term.exponent))];
      const zero = truth[j].at.slice(0, data.gate).every((value) => value === 0) ? 1 : 0;
      const why = zero && loss.powers.some(({ exponent: [plain, own] }) => plain[1] !== own[1]) ? ", whose gate is 0" : "";
      const hardly = Math.max(...powers) > 1 ? ", so that small ones hardly count" : "";
      if (powers.length) said.push(`Fits ${joined(names)} crowd cell ${j + 1}${why}: ${loss.name} takes distances there to the power *${powers.join(", ")}*${hardly}.`);
    }
    const large = terms.reduce((most, term) => (term.value > (most?.value ?? NOTHING) ? term : most), null);
    if (large && !tied.length && !empty.length) {
      const whose = large.atom === null ? `of cell ${large.cell + 1}` : `of fit ${large.atom + 1}`;
      said.push(`The largest term of ${loss.name}: ${large.word} ${whose}, *${written(large.value, 3)}*.`);
    }
    return said.slice(0, 4).join(" ");
  }

  function tables(shown, fit, cells) {
    const rows = (atoms, word, own) => atoms.map((atom, i) => [`${word} ${i + 1}`, ...atom.at, atom.weight, own(i)]);
    const columns = ["", ...data.names, "weight", "cell"];
    return [
      { title: "Fitted atoms", columns, rows: rows(fit, "fit", (i) => cells[i] + 1) },
      { title: "True atoms", columns, rows: rows(truth, "true", (i) => i + 1) },
      { title: "Losses", columns: ["", "value"], rows: shown.map(({ loss, total }) => [loss.name, total]) },
      ...shown.map(({ loss, terms }) => ({
        title: `Terms of ${loss.name}: weight times distance to the exponent`,
        columns: ["", "weight", "distance", "exponent", "value"],
        rows: terms.map(({ cell, atom, word, weight, distance: by, exponent, value }) => [
          `cell ${cell + 1}, ${atom === null ? "" : `fit ${atom + 1}, `}${word}`, weight, by, exponent, value,
        ]),
      })),
    ];
  }

  return {
    picture(positions) {
      const fit = fitAt(positions);
      const { cells, tied } = cellsOf(fit, truth, data.metric);
      const shown = data.losses.map((loss) => {
        const terms = termsOf(loss, fit, truth, cells, data.gate);
        return { loss, terms, total: sum(terms.map((term) => term.value)) };
      });
      return {
        panels: [plane(fit, cells), ...bars(shown)],
        sentence: sentence(shown, fit, cells, tied),
        get tables() { return tables(shown, fit, cells); },
      };
    },
  };
}
