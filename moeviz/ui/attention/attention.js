// The scene of attention: who heeds whom under a softmax and under a sigmoid, one row of each as a
// sum of gate times expert, and the words in their plane. Tests hold its numbers to the library's
// (moeviz/model/attention.py) through the page's tables.

const WIDTH = 2; // Entries of a word's vector.
const GAP = 27, EDGE = 12; // Units between panels, and what a panel's two edges take.
const LETTER = 8.1; // Units that a letter takes, about.
const PALE = 0.05, FULL = 0.75; // Opacity of a cell at weight 0 and 1.
const STILL = 5e-4; // Prints as 0.000.
const EXACT = 1e-12; // Two ways to compute one number differ by less.
const LOW = [..."₀₁₂₃₄₅₆₇₈₉"];
const GATES = [
  { name: "Softmax", sign: "disc", colour: 0, note: "the weights of a row share 1" },
  { name: "Sigmoid", sign: "ring", colour: 1, note: "each weight by itself", dash: "8,5" },
];


const sum = (values) => values.reduce((total, value) => total + value, 0);
const dot = (a, b) => sum(a.map((value, at) => value * b[at]));
const times = (a, b) => a.map((row) => b[0].map((_, c) => sum(row.map((value, k) => value * b[k][c]))));
const transposed = (a) => a[0].map((_, c) => a.map((row) => row[c]));
const square = ([a, b, c, d]) => [[a, b], [c, d]];
const box = ([left, right], [low, high]) => [[left, low], [right, low], [right, high], [left, high]];

function softmax(scores) {
  const most = Math.max(...scores);
  const parts = scores.map((score) => Math.exp(score - most));
  const total = sum(parts);
  return parts.map((part) => part / total);
}

const sigmoid = (scores) => scores.map((score) => 1 / (1 + Math.exp(-score)));

// A row's experts over the whole sentence: matrices M of the scores, slopes P of the answers.
function experts(row, count, b, wV) {
  const empty = (wide) => Array.from({ length: count * WIDTH }, () => new Array(wide).fill(0));
  return Array.from({ length: count }, (_, j) => {
    const m = empty(count * WIDTH);
    const p = empty(WIDTH);
    for (let a = 0; a < WIDTH; a += 1) {
      for (let c = 0; c < WIDTH; c += 1) {
        m[row * WIDTH + a][j * WIDTH + c] = b[a][c];
        p[j * WIDTH + a][c] = wV[a][c];
      }
    }
    return { m, p };
  });
}

function wrapped(text, letters) {
  return text.match(new RegExp(`\\S{${letters}}|.{1,${letters}}(?=\\s|$)`, "g"))?.map((part) => part.trim()) ?? [];
}

export function scene(data, { written, powerOfTen, pair }) {
  const { words } = data;
  const count = words.length;
  const [wQ, wK, wV] = [data.wQ, data.wK, data.wV].map(square);
  const b = times(wQ, transposed(wK)).map((row) => row.map((value) => value / Math.sqrt(WIDTH)));
  const names = words.map((word, at) => (words.filter((other) => other === word).length > 1 ? `${word}${LOW[at + 1]}` : word));
  const change = (value) => `${value > 0 ? "+" : ""}${written(value, 1)}`;
  const small = (value) => (value === 0 ? "0" : powerOfTen(value, 1));

  // All numbers of the picture at once.
  function head(positions) {
    const x = data.places.map((place) => positions.get(`w${place}`));
    const [across, up] = positions.get("cell");
    const inside = (value) => Math.min(count - 1, Math.max(0, value));
    const [token, row] = [inside(Math.floor(across)), inside(count - 1 - Math.floor(up))];
    const [by] = positions.get("raise");
    const scores = times(times(x, b), transposed(x));
    const lifted = scores.map((own, i) => own.map((score, j) => (i === row && j === token ? score + by : score)));
    const values = times(x, wV);
    const z = x.flat();
    const gates = [softmax, sigmoid].map((act) => {
      const weights = lifted.map(act);
      const rows = times(weights, values);
      // The same rows as mixtures of experts over the whole sentence z.
      const mixed = x.map((_, i) => {
        const own = experts(i, count, b, wV);
        const forms = own.map(({ m }, j) => dot(z, m.map((line) => dot(line, z))) + (i === row && j === token ? by : 0));
        return times([act(forms)], own.map(({ p }) => times([z], p)[0]))[0];
      });
      const off = Math.max(...rows.flat().map((value, at) => Math.abs(value - mixed.flat()[at])));
      return { weights, before: scores.map(act), rows, gap: off / Math.max(1, ...rows.flat().map(Math.abs)) };
    });
    return { x, z, row, token, by, scores, values, gates, gap: Math.max(...gates.map(({ gap }) => gap)) };
  }

  function measures(room) {
    const phone = window.matchMedia("(max-width: 640px)").matches;
    const inner = (phone ? room : (room - 2 * GAP) / 3) - EDGE;
    const longest = LETTER * Math.max(...names.map((name) => name.length));
    const across = (label) => (inner - label - 4) / count;
    // Where words are too long for the columns, columns have numbers, and rows number and word.
    const fits = longest < across(14 + longest);
    const label = Math.min(0.28 * inner, (fits ? 14 : 30) + longest);
    const column = across(label);
    const line = phone ? 19 : count > 6 ? 27 : 34;
    return { phone, room, inner, label, column, fits, line, bars: phone ? 43 : 104, head: phone ? 17 : 20, gap: phone ? 18 : 30 };
  }

  const cut = (name, wide) => {
    const letters = Math.max(1, Math.floor(wide / LETTER));
    return name.length > letters ? `${name.slice(0, Math.max(1, letters - 1))}…` : name;
  };

  // One gate: the matrix of its weights, and below the columns the chosen row as bars.
  function gated(gate, { weights, before }, { row, token, by }, room) {
    const { inner, label, column, fits, line, bars, head: top, gap, phone } = room;
    const [wide, high] = [1 / column, 1 / line]; // A unit across, and up.
    const base = -(gap + bars) * high;
    const share = (weight) => (column > 38 ? written(weight, 2) : written(weight, 2).replace(/^0/, ""));
    const scale = (bars - 17) * high;
    const regions = [];
    const labels = [];
    const lines = [];
    weights.forEach((own, i) => own.forEach((weight, j) => {
      const y = count - i;
      regions.push({ points: box([j + wide, j + 1 - wide], [y - 1 + high, y - high]), colour: gate.colour, opacity: PALE + (FULL - PALE) * weight });
      labels.push({ at: [j + 0.5, y - 0.5 - 5 * high], text: share(weight) });
    }));
    names.forEach((name, i) => {
      const text = cut(fits ? name : `${i + 1} ${name}`, label - 10);
      labels.push({ at: [-8 * wide, count - i - 0.5 - 5 * high], text, anchor: "end" });
      labels.push({ at: [i + 0.5, count + 5 * high], text: fits ? name : String(i + 1) });
    });
    const outline = box([0, count], [count - row - 1, count - row]);
    lines.push({ points: [...outline, outline[0]], width: 1.5, colour: "text" });
    weights[row].forEach((weight, j) => {
      const [now, was] = [base + scale * weight, base + scale * before[row][j]];
      regions.push({ points: box([j + 0.2, j + 0.8], [base, now]), colour: gate.colour, opacity: 0.85 });
      if (Math.abs(weight - before[row][j]) > STILL) {
        lines.push({ points: [[j + 0.12, base], [j + 0.12, was], [j + 0.88, was], [j + 0.88, base]], width: 2, dash: "4,3" });
      }
      labels.push({ at: [j + 0.5, Math.max(now, was) + 4 * high], text: share(weight) });
    });
    lines.push({ points: [[0, base], [count, base]], width: 1.5, colour: "quiet" });
    const after = by ? " (dashed: before)" : "";
    const said = `row ${cut(names[row], Math.max(40, column * count - LETTER * (after.length + 4)))}${after}`;
    labels.push({ at: [0, -(phone ? 14 : 17) * high], text: said, anchor: "start" });
    labels.push({ at: [-8 * wide, base + 22 * high], text: "sum", anchor: "end" });
    labels.push({ at: [-8 * wide, base + 4 * high], text: written(sum(weights[row]), 2), anchor: "end" });
    return {
      title: gate.name, note: gate.note, bare: true, regions, lines, labels,
      x: [-label * wide, count + 4 * wide], y: [base - 3 * high, count + top * high],
      tall: (line * count + top + gap + bars + 3) / inner,
    };
  }

  // The words, and the chosen row as a chain of gate times expert from the origin.
  function plane({ x, row, values, gates }, room) {
    const ends = gates.map(({ rows }) => rows[row]);
    const beyond = (at) => at.some((value, axis) => value < data[axis ? "y" : "x"][0] || value > data[axis ? "y" : "x"][1]);
    const signs = GATES.map(({ name, sign }, which) => `${sign}: ${name.toLowerCase()}${beyond(ends[which]) ? ", outside" : ""}`);
    const labels = [...new Set(data.places)].map((place) => {
      const at = data.places.indexOf(place);
      return { at: x[at], text: cut(words[at], 110), around: data.places[row] === place ? 20 : 16 };
    });
    const chains = gates.map(({ weights }) => {
      const points = [[0, 0]];
      values.forEach((value, j) => {
        const [px, py] = points[points.length - 1];
        points.push([px + weights[row][j] * value[0], py + weights[row][j] * value[1]]);
      });
      return points;
    });
    return {
      title: `What ${cut(words[row], 90)} becomes`, note: signs.join(", "), x: data.x, y: data.y, later: true,
      lines: chains.map((points, which) => ({ points, width: 2.5, colour: GATES[which].colour, dash: GATES[which].dash })),
      dots: [
        ...GATES.map(({ colour }, which) => ({ at: ends[which], radius: 7, colour, hollow: which === 1 })),
        { at: x[row], radius: 15, hollow: true },
      ],
      labels,
    };
  }

  function slider({ row, token, by }, room) {
    const most = data.steepest;
    const high = 40;
    return {
      title: `Raise the score of ${cut(names[token], 110)} for ${cut(names[row], 110)}`, note: `by ${change(by)}${room.phone ? "" : "; tap a cell above for another"}`,
      bare: true, wide: true, x: [-1.08 * most, 1.08 * most], y: [-1, 1], tall: high / ((room.phone ? room.inner : room.room) || 1),
      lines: [
        { points: [[-most, 0], [most, 0]], width: 5, colour: "quiet", opacity: 0.6 },
        { points: [[0, 0], [by, 0]], width: 6, colour: "text" },
        ...[-most, 0, most].map((value) => ({ points: [[value, -0.35], [value, 0.35]], width: 2, colour: "quiet" })),
      ],
      labels: [[-most, `−${most}`], [0, "0"], [most, `+${most}`]].map(([value, text]) => ({ at: [value, -0.95], text })),
    };
  }

  // The chosen score and expert over the whole sentence: M and P, nearly all of them 0.
  function pieces({ z, row, token, by, scores, values, gap }, room) {
    const board = (room.phone ? room.inner : room.room - EDGE) || 1;
    const step = Math.min(room.phone ? 22 : 26, 150 / count);
    const side = step * count;
    const second = side + 46;
    const size = z.length;
    const [who, whom] = [names[row], names[token]].map((name) => cut(name, 130));
    const lines = [
      `z: the whole sentence as one vector of N·d = ${count}·${WIDTH} = ${size} numbers.`,
      `M, for row ${who} and word ${whom}, is ${size} × ${size}; all is 0 but one block, B.`,
      `The score z⊤Mz is ${written(scores[row][token])}${by ? `, raised ${written(scores[row][token] + by)}` : ""}: a quadratic form.`,
      `P, for word ${whom}, is ${size} × ${WIDTH}; all is 0 but one block, W_V.`,
      `The expert z⊤P says ${pair(values[token])}: linear in z.`,
      `As attention and as experts, all rows agree to ${small(gap)}.`,
    ];
    const from = room.phone ? 2 : second + step + 34;
    const letters = Math.floor((board - from) / (LETTER * 0.94));
    const written_ = lines.flatMap((line) => wrapped(line, letters));
    const tall = room.phone ? side + 44 + 21 * written_.length : Math.max(side + 28, 22 + 21 * written_.length);
    const top = tall - 22;
    const grid = (left, wide) => [
      ...Array.from({ length: count + 1 }, (_, k) => ({ points: [[left, top - k * step], [left + wide * step, top - k * step]], width: 1, colour: "quiet", opacity: 0.6 })),
      ...Array.from({ length: wide + 1 }, (_, k) => ({ points: [[left + k * step, top], [left + k * step, top - side]], width: 1, colour: "quiet", opacity: 0.6 })),
    ];
    const block = (left, i, j, text) => ({
      region: { points: box([left + j * step, left + (j + 1) * step], [top - (i + 1) * step, top - i * step]), colour: 2, opacity: 0.75 },
      label: { at: [left + (j + 0.5) * step, top - (i + 0.5) * step - 5], text },
    });
    const found = [block(1, row, token, "B"), block(second, token, 0, "W")];
    return {
      title: "One of its experts", note: "score and answer, over the whole sentence", bare: true, after: true, wide: true,
      x: [0, board], y: [0, tall], tall: tall / board,
      regions: found.map(({ region }) => region),
      lines: [...grid(1, count), ...grid(second, 1)],
      labels: [
        ...found.map(({ label }) => label),
        { at: [1 + side / 2, top + 7], text: "M" }, { at: [second + step / 2, top + 7], text: "P" },
        ...written_.map((text, k) => ({ at: [from, (room.phone ? top - side - 24 : top - 8) - 21 * k], text, anchor: "start" })),
      ],
    };
  }

  function sentence({ row, token, by, gates, gap }) {
    const [soft, alone] = gates;
    const quoted = names.map((name) => `“${name}”`);
    const [who, whom] = [quoted[row], quoted[token]];
    const begin = `*${gap < EXACT ? "Yes" : "But for rounding, yes"}*: a row is a sum of gate × expert (off by *${small(gap)}*).`;
    if (count === 1) {
      return `${begin} With one word nobody competes: softmax gives *${written(soft.weights[0][0], 2)}* whatever its score is; sigmoid gives *${written(alone.weights[0][0], 2)}*.`;
    }
    if (Math.abs(by) < 1e-9) {
      const lead = soft.weights[row].indexOf(Math.max(...soft.weights[row]));
      return `${begin} For ${who} softmax shares out *1*, most of it to ${quoted[lead]} (*${written(soft.weights[row][lead], 2)}*); sigmoid asks every word alone and gives *${written(sum(alone.weights[row]), 2)}* in all. Raise a score: who loses?`;
    }
    const moves = gates.map(({ weights, before }) => weights[row].map((weight, j) => weight - before[row][j]));
    const others = (list) => list.map((value, j) => (j === token ? 0 : value));
    const sizes = others(moves[0]).map(Math.abs);
    const most = sizes.indexOf(Math.max(...sizes));
    const rest = Math.max(...others(moves[1]).map(Math.abs));
    const verb = by > 0 ? "Raise" : "Lower";
    const way = ({ before, weights }) => `${written(before[row][token], 2)} → *${written(weights[row][token], 2)}*`;
    const change = written(moves[0][most], 2);
    const all = count === 2 ? `*${quoted[most]} ${by > 0 ? "loses" : "gains"}*` : `*all others ${by > 0 ? "lose" : "gain"}*, most ${quoted[most]}`;
    const pays = sizes[most] < STILL ? "no other moves enough to see" : `${all} (*${by > 0 ? "" : "+"}${change}*)`;
    return `${begin} ${verb} ${whom} for ${who} by *${written(Math.abs(by), 1)}*: softmax ${way(soft)}, ${pays}; sigmoid ${way(alone)}, *nobody ${by > 0 ? "loses" : "gains"}* (*${written(rest, 3)}*).`;
  }

  function tables({ x, row, token, by, scores, values, gates }) {
    const matrix = (title, found) => ({ title, columns: ["row", ...names], rows: found.map((own, i) => [names[i], ...own]) });
    return [
      { title: "Words", columns: ["word", "first entry", "second entry"], rows: x.map((at, i) => [names[i], ...at]) },
      matrix("Scores, none raised", scores),
      ...gates.map(({ weights }, which) => matrix(`Weights: ${GATES[which].name.toLowerCase()}${by ? `, score of ${names[token]} for ${names[row]} raised by ${change(by)}` : ""}`, weights)),
      {
        title: `Row ${names[row]}: gates and experts`,
        columns: ["expert", "softmax", "change by raising", "sigmoid", "change by raising", "answer, first", "answer, second"],
        rows: values.map((value, j) => [
          names[j], ...gates.flatMap(({ weights, before }) => [weights[row][j], weights[row][j] - before[row][j]]), ...value,
        ]),
      },
      {
        title: `Row ${names[row]}: the sum`, columns: ["gate", "first entry", "second entry", "all rows, less their mixtures"],
        rows: gates.map(({ rows, gap }, which) => [GATES[which].name.toLowerCase(), ...rows[row], gap]),
      },
    ];
  }

  return {
    picture(positions, fine, room) {
      const found = head(positions);
      const { row, token, by, gates } = found;
      const size = measures(room);
      const weights = gates.map((gate, which) => `${GATES[which].name.toLowerCase()} ${written(gate.weights[row][token], 2)}`);
      return {
        panels: [
          ...GATES.map((gate, which) => gated(gate, gates[which], found, size)), plane(found, size), slider(found, size), pieces(found, size),
        ],
        sentence: sentence(found),
        says: { cell: `row ${names[row]}, word ${names[token]}: ${weights.join(", ")}`, raise: change(by) },
        get tables() { return tables(found); },
      };
    },
  };
}
