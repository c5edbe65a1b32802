// The scene of protocol maps: one map for each printed curve, and the curves at the protocol that
// the frame stands on. All numbers have come with the document (moeviz/charts/protocol_picture.py).

const GAP = 27, EDGE = 12; // Units between panels, and what a panel's two edges take.
const POWER = 40, NAME = 46; // Units left of the cells: the power of n, and the way.
const LINE = { desk: 31, phone: 25 };
const CORNER = 9; // Units: the corner that marks a level.
const STEEP = 0.75; // A slope with full colour.
const PALE = 0.05, FULL = 0.8; // Opacity of a flat slope and a steep one.
const FALLS = 0, RISES = 1, TOGETHER = 2; // Places in the palette.
const ROUNDED = 1e-12; // A loss below it is none: what rounding leaves of starts at the truth.
const ROOM = 0.46; // Of the width of the curves, for what they are called.

const box = ([left, right], [low, high]) => [[left, low], [right, low], [right, high], [left, high]];
const closed = (points) => [...points, points[0]];
const logs = (n, values) =>
  n.flatMap((size, at) => (values[at] > ROUNDED ? [[Math.log10(size), Math.log10(values[at])]] : []));

export function scene(data, { written }) {
  const [columns, rows] = [data.columns.length, data.rows.length];
  const groups = [...new Set(data.rows.map(({ power }) => power))];
  const each = rows / groups.length;

  const place = (positions) => {
    const [across, up] = positions.get("cell");
    const inside = (value, count) => Math.min(count - 1, Math.max(0, Math.floor(value)));
    return [inside(across, columns), rows - 1 - inside(up, rows)];
  };

  function measures(room) {
    const phone = window.matchMedia("(max-width: 640px)").matches;
    const count = data.curves.length + 1;
    const inner = (phone ? room : (room - (count - 1) * GAP) / count) - EDGE;
    return { phone, inner, column: (inner - POWER - NAME) / columns, line: phone ? LINE.phone : LINE.desk };
  }

  // What stands in a cell: the slope that was measured, else the one that is predicted.
  function told({ slope, foreseen, stands, refused, n }) {
    if (refused) return { text: "n/a" };
    if (slope) return { value: slope[0], text: `${written(slope[0])}${stands === "wide" ? "?" : ""}` };
    if (foreseen !== null) return { value: foreseen, text: `≈${written(foreseen, 1)}` };
    return { text: n.length ? "–" : "" }; // Without a slope, or still to come.
  }

  function map(curve, k, room, panel) {
    const { column, line, inner } = measures(room);
    const [wide, high] = [1 / column, 1 / line]; // A unit across, and up.
    const [regions, lines, labels] = [[], [], []];
    data.cells.forEach((row, r) => row.forEach((cell, c) => {
      const own = cell.curves[k];
      const { value, text } = told(own);
      const [x, y] = [[c, c + 1], [rows - r - 1, rows - r]];
      if (value !== undefined) {
        const strength = Math.min(1, Math.abs(value) / STEEP) * (own.slope ? 1 : 0.5);
        regions.push({ points: box(x, y), colour: value < 0 ? FALLS : RISES, opacity: PALE + (FULL - PALE) * strength });
      }
      // A corner: the line lies where the paper prints its own.
      if (own.met) regions.push({ points: [[x[0], y[0]], [x[0] + CORNER * wide, y[0]], [x[0], y[0] + CORNER * high]], colour: "text", opacity: 1 });
      if (!text) lines.push({ points: closed(box(x, y)), width: 1, colour: "quiet", opacity: 0.5 });
      else labels.push({ at: [c + 0.5, y[0] + 0.5 - 5 * high], text: column < 44 ? text.replace("0.", ".") : text });
      const inset = cell.together ? 3 : 2;
      const frame = box([x[0] + inset * wide, x[1] - inset * wide], [y[0] + inset * high, y[1] - inset * high]);
      if (cell.together) lines.push({ points: closed(frame), width: 4, colour: TOGETHER });
      else if (own.stands === "agrees") lines.push({ points: closed(frame), width: 2, colour: "text", dash: "4,3" });
    }));
    data.columns.forEach((name, c) => labels.push({ at: [c + 0.5, rows + 6 * high], text: name }));
    labels.push({ at: [-6 * wide, rows + 6 * high], text: "σ₀", anchor: "end" });
    data.rows.forEach(({ name }, r) => labels.push({ at: [-6 * wide, rows - r - 0.5 - 5 * high], text: name, anchor: "end" }));
    groups.forEach((power, g) => {
      const at = rows - g * each;
      labels.push({ at: [-(NAME + POWER - 3) * wide, at - each / 2 - 5 * high], text: `p ${power}`, anchor: "start" });
      if (g) lines.push({ points: [[-(NAME + POWER) * wide, at], [columns, at]], width: 2.5, colour: "text" });
    });
    return {
      bare: true, title: `${curve.name}: printed ${curve.words}`, note: panel === 0 ? `colour: slope; starts σ₀·n⁻ᵖ across, ${data.way} up${curve.line.length ? "; corner: level as printed" : ""}` : "frame: as printed; thick: all together",
      x: [-(POWER + NAME) * wide, columns], y: [-3 * high, rows + 24 * high],
      tall: (rows * line + 27) / inner, regions, lines, labels,
    };
  }

  function curves(cell, room, passing) {
    const { inner, line } = measures(room);
    const sizes = data.sizes.map((n) => Math.log10(n));
    const [left, right] = [sizes[0], sizes[sizes.length - 1]];
    const [found, regions] = [[], []];
    data.curves.forEach((curve, k) => {
      const own = cell.curves[k];
      const name = data.curves.length > 1 ? curve.name.replace(/ router$| gate$| expert$/, "") : "fits";
      const mean = logs(own.n, own.mean);
      const colour = k ? 3 : 0;
      if (mean.length) found.push({ points: mean, width: 3.5, colour, label: name });
      const foreseen = logs(data.told, own.told);
      if (foreseen.length > 1) found.push({ points: foreseen, width: 2, colour, dash: "9,6", label: mean.length ? undefined : `≈ ${name}` });
      const start = logs(data.sizes, data.starts[cell.law]?.[k] ?? []);
      if (start.length) found.push({ points: start, width: 2, colour, dash: "2,5", label: k ? undefined : "starts" });
      if (mean.length && curve.line.length) {
        // The printed line, and between which lines rounding leaves it.
        const [from, to] = curve.line.map((at) => at.map(Math.log10));
        found.push({ points: [[from[0], from[1]], [to[0], to[1]]], width: 1.5, colour: "text", label: "printed" });
        regions.push({ points: [[from[0], from[2]], [to[0], to[2]], [to[0], to[3]], [from[0], from[3]]], colour: "text", opacity: 0.15 });
      } else if (mean.length) {
        // The printed slope, through the middle of what was measured.
        const [mx, my] = [0, 1].map((axis) => mean.reduce((sum, point) => sum + point[axis], 0) / mean.length);
        const at = (x) => [x, my + curve.printed * (x - mx)];
        found.push({ points: [at(left), at(right)], width: 1.5, colour: "text", label: curve.words });
      }
    });
    if (!found.length) return printed(left, right, (rows * line - 12) / inner);
    const ys = found.flatMap(({ points }) => points.map(([, y]) => y));
    const [low, high] = ys.length ? [Math.min(...ys), Math.max(...ys)] : [-1, 0];
    const pad = Math.max(0.15, 0.1 * (high - low));
    const every = Math.max(1, Math.ceil((high - low + 2 * pad) / 5));
    const ticks = [];
    for (let p = Math.ceil((low - pad) / every) * every; p <= high + pad; p += every) ticks.push([p, `10${power(p)}`]);
    if (ticks.length < 2) ticks.push([low, short(10 ** low)], [high, short(10 ** high)]);
    const across = (right - left) / (1 - ROOM);
    return {
      title: passing ? "Loss against n under the cursor" : "Loss against n here", note: "solid: fits; dashed: predicted; dotted: starts alone",
      x: [left - 0.03 * across, left + across], y: [low - pad, high + pad], names: ["n", "loss"],
      ticks: { x: data.ticks, y: ticks }, tall: (rows * line - 12) / inner, narrow: 0.7,
      lines: found, regions,
      dots: found.filter(({ width }) => width > 3).flatMap(({ points, colour }) => points.map((at) => ({ at, radius: 4, colour }))),
    };
  }

  // Of a protocol of which nothing is known yet: the slopes that it is to be held against.
  function printed(left, right, tall) {
    const across = (right - left) / (1 - ROOM);
    const ends = data.curves.map((curve) => curve.printed * (right - left));
    const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
    const pad = Math.max(0.1, 0.1 * (high - low));
    return {
      title: "What is printed", note: "slopes alone: each line begins at 1",
      x: [left - 0.03 * across, left + across], y: [low - pad, high + pad], names: ["n", "loss, as a share of the first"],
      ticks: { x: data.ticks, y: [[0, "1"], ...(ends.some(Math.abs) ? [[ends[0], short(10 ** ends[0])]] : [])] }, tall, narrow: 0.7,
      lines: data.curves.map((curve, k) => ({
        points: [[left, 0], [right, ends[k]]], width: 2.5, colour: k ? 3 : 0,
        label: data.curves.length > 1 ? `${curve.name.replace(/ router$| gate$| expert$/, "")} ${curve.words}` : curve.words,
      })),
    };
  }

  const RAISED = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const power = (p) => [...String(p)].map((letter) => RAISED[letter]).join("");
  const short = (value) => (value >= 0.01 && value < 1000 ? written(value, value < 1 ? 3 : 1) : value.toExponential(1));

  function tables(cell) {
    const number = (value) => value ?? null;
    return [
      ...data.curves.map((curve, k) => ({
        title: `Slopes of ${curve.name}, printed ${curve.words}`,
        columns: ["starts and protocol", "slope", "from", "to", "predicted slope"],
        rows: data.cells.flatMap((row, r) => row.map((each) => {
          const { slope, foreseen } = each.curves[k];
          return [`${each.name}, ${data.rows[r].words}`, number(slope?.[0]), number(slope?.[1]), number(slope?.[2]), foreseen];
        })),
      })),
      ...data.curves.map((curve, k) => ({
        title: `Mean losses of ${curve.name} here`, columns: ["n", "fits", "starts alone"],
        rows: data.sizes.map((n, at) => {
          const own = cell.curves[k];
          return [String(n), number(own.mean[own.n.indexOf(n)]), number(data.starts[cell.law]?.[k]?.[at])];
        }),
      })),
    ];
  }

  // The maps are the same wherever the frame is: they are drawn anew where they have other room.
  let maps = [], drawn = "";
  function mapped(room) {
    const now = JSON.stringify(measures(room));
    if (now !== drawn) maps = data.curves.map((curve, k) => map(curve, k, room, k));
    drawn = now;
    return maps;
  }

  return {
    // `looked`: where the cursor is, if it is over a cell; its curves and its sentence are shown.
    picture(positions, fine, room, looked) {
      const [column, row] = place(positions);
      const cell = data.cells[row][column];
      const [across, down] = looked ? place(looked) : [column, row];
      const seen = data.cells[down][across];
      return {
        panels: [...mapped(room), curves(seen, room, seen !== cell)],
        sentence: seen.sentence,
        described: cell.sentence,
        says: { cell: `${cell.name}, ${data.rows[row].words}` },
        get tables() { return tables(cell); },
      };
    },
  };
}
