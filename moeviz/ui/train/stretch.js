// The scene of a vector that is stretched: the loss against the factor, of one method or two.

const TALL = 0.62, NARROW = 0.62; // Height over width, and on a phone.
const DASHES = [undefined, "10,5"];

export function scene(data, { written, powerOfTen }) {
  const logs = data.factors.map(Math.log2);

  // The change of the loss at a factor, between those that were computed.
  function at(changes, log) {
    const last = logs.length - 1;
    const to = Math.min(last, Math.max(1, logs.findIndex((value) => value >= log)));
    const share = (log - logs[to - 1]) / (logs[to] - logs[to - 1]);
    return changes[to - 1] + Math.min(1, Math.max(0, share)) * (changes[to] - changes[to - 1]);
  }

  const changed = (value) => {
    if (Math.abs(value) <= data.rounding) return "0";
    return `${value < 0 ? "−" : "+"}${Math.abs(value) < 0.01 ? powerOfTen(Math.abs(value)) : written(Math.abs(value), 4)}`;
  };

  function sentence(log) {
    const factor = written(2 ** log, 2);
    const parts = data.methods.map((method) => {
      const by = at(method.changes, log);
      const begin = `${method.name}: the loss ${written(method.plain, 3)} `;
      if (method.still) {
        const most = method.most === "0" ? "at every factor" : `at most ${method.most} at any factor, which is rounding`;
        return `${begin}stays (*0*; ${most})`;
      }
      return `${begin}changes by *${changed(by)}* ${data.unit}`;
    });
    return `With the vector *${factor} times* as long as it was learned, ${parts.join("; ")}.`;
  }

  return {
    picture(positions) {
      const [log] = positions.get("factor");
      const [low, high] = data.y;
      return {
        panels: [{
          title: "Loss under stretching", note: "on the tokens of the picture above",
          x: data.x, y: data.y, names: ["times as long", `change, ${data.level_unit}`],
          ticks: { x: data.ticks, y: data.levels }, tall: TALL, narrow: NARROW, wide: true,
          lines: [
            { points: [[data.x[0], 0], [data.x[1], 0]], width: 1, colour: "quiet", opacity: 0.6 },
            { points: [[log, low], [log, high]], width: 1.5, colour: "text", dash: "3,4" },
            ...data.methods.map((method, i) => ({
              points: logs.map((value, k) => [value, method.changes[k]]), width: 3.5, colour: i, dash: DASHES[i],
            })),
          ],
          dots: data.methods.flatMap((method, i) => [
            ...logs.map((value, k) => ({ at: [value, method.changes[k]], radius: 2.5, colour: i })),
            { at: [log, at(method.changes, log)], radius: 6, colour: i },
          ]),
          labels: data.methods.map((method, i) => ({
            at: [data.x[0] + 0.02 * (data.x[1] - data.x[0]), method.changes[0] + 0.05 * (high - low) * (i ? -1 : 1)],
            text: method.name, anchor: "start",
          })),
        }],
        sentence: sentence(log),
        get tables() {
          return [{
            title: `Change of the loss, ${data.unit}`,
            columns: ["times as long", ...data.methods.map((method) => `${method.name}, expert ${method.expert}`)],
            rows: data.factors.map((factor, k) => [written(factor, 3), ...data.methods.map((method) => method.changes[k])]),
          }];
        },
      };
    },
  };
}
