// The scene of a slow sequence: atoms, functions and the ratio at one step, all of which have come
// with the document.

const LARGEST = 15, SMALLEST = 4; // Radius of an atom by its weight.

export function scene(data) {
  const stages = data.stages;
  const heaviest = Math.max(...data.truth.map((atom) => atom.weight));

  const radius = ({ weight }) => Math.max(SMALLEST, LARGEST * Math.sqrt(weight / heaviest));
  const pairs = (values) => data.line.map((x, i) => [x, values[i]]);
  const course = (key) =>
    stages.filter((stage) => stage[key] !== null).map((stage) => [stage.halvings, stage[key]]);

  function nearest([at]) {
    let best = stages[0];
    for (const stage of stages) {
      if (Math.abs(stage.halvings - at) < Math.abs(best.halvings - at)) best = stage;
    }
    return best;
  }

  function atoms(stage) {
    return {
      ...data.atoms, title: `Atoms at ${stage.name}`, note: "rings: the truth, discs: fitted", tall: 0.4, narrow: 0.42,
      dots: [
        ...data.truth.map((atom) => ({ at: atom.at, radius: radius(atom) + 4, hollow: true, colour: "text" })),
        ...stage.atoms.map((atom) => ({ at: atom.at, radius: radius(atom), colour: 0 })),
      ],
    };
  }

  function functions(stage) {
    const { x, y } = data.functions;
    const place = (share) => [x[0] + 0.07 * (x[1] - x[0]), y[1] - share * (y[1] - y[0])];
    return {
      ...data.functions, title: "The functions", note: stage.gap, tall: 0.4, narrow: 0.42,
      lines: [
        { points: pairs(data.base), width: 9, colour: "quiet", opacity: 0.55 },
        { points: pairs(stage.function), width: 3, colour: 0, dash: "9,7" },
      ],
      labels: [
        { at: place(0.11), text: "broad: the truth", anchor: "start" },
        { at: place(0.23), text: "dashed: fitted", anchor: "start" },
      ],
    };
  }

  function ratio(stage) {
    const { y } = data.ratio;
    const dots = [];
    const still = stages.every(({ level }) => level === null);
    if (stage.level !== null) dots.push({ at: [stage.halvings, stage.level], radius: 7, colour: 0 });
    const lines = [
      { points: [[stage.halvings, y[0]], [stage.halvings, y[1]]], width: 1.5, colour: "text", dash: "3,4" },
    ];
    const labels = [];
    const exact = course("level");
    const rough = course("double").filter(([, level]) => level >= y[0]);
    if (rough.length) lines.push({ points: rough, width: 2, colour: 1, dash: "4,5" });
    if (exact.length) lines.push({ points: exact, width: 4, colour: 0 });
    const middle = exact[Math.floor(exact.length * 0.42)];
    const up = 0.1 * (y[1] - y[0]);
    if (still) labels.push({ at: [2.5, y[1] - 1.5 * up], text: "the ratio is 0 at every step", anchor: "start" });
    else {
      const rises = exact[exact.length - 1][1] > exact[0][1];
      const at = [middle[0] + (rises ? -0.25 : 0.25), middle[1] + up * 0.7];
      labels.push({ at, text: data.order, anchor: rises ? "end" : "start" });
    }
    const last = rough[rough.length - 1];
    const apart = last && (still || Math.abs(last[1] - exact[exact.length - 1][1]) > 0.3);
    // Beside its end: below where it alone is drawn, to the left where it would leave the picture.
    const above = last && last[1] + 1.8 * up < y[1];
    if (apart) {
      const at = still ? [last[0], last[1] - 2.5 * up] : above ? [last[0], last[1] + up] : [last[0] - 1.6, last[1] - up];
      labels.push({ at, text: "in double precision", anchor: "end" });
    }
    return {
      ...data.ratio, title: "Change of the function over loss", note: `the ratio ${data.order}`, wide: true, tall: 0.16, narrow: 0.6,
      lines, dots, labels,
    };
  }

  function tables(stage) {
    return [
      {
        title: `Atoms at ${stage.name}`, columns: ["", ...data.atoms.names, "weight"],
        rows: [["true", data.truth], ["fitted", stage.atoms]].flatMap(([name, found]) =>
          found.map((atom, i) => [`${name} ${i + 1}`, ...atom.at, atom.weight])),
      },
      {
        title: "Steps", columns: ["", "ε or 1/n", "loss", "change of the function", "ratio", "ratio in double precision"],
        rows: stages.map((each) => [each.name, ...each.numbers]),
      },
      {
        title: `Functions at ${stage.name}`, columns: ["", data.functions.names[0], "truth", "fitted"],
        rows: data.line.map((x, i) => [String(i + 1), x, data.base[i], stage.function[i]]),
      },
    ];
  }

  return {
    picture(positions) {
      const stage = nearest(positions.get("step"));
      return {
        panels: [atoms(stage), functions(stage), ratio(stage)],
        sentence: stage.sentence,
        says: { step: stage.name },
        get tables() { return tables(stage); },
      };
    },
  };
}
