// The scene of a slope that is drawn by hand: a line from where the error begins to the handle.

export function scene(data, kit) {
  const [x0, y0] = data.anchor;
  const [low, high] = data.ends;
  const wide = data.right - x0;

  // As lesson_slope.slope_at has it.
  function slopeAt([x, y]) {
    const run = Math.max(x - x0, 0.1 * wide);
    const value = Math.min(high, Math.max(low, (y - y0) / run));
    return Math.round(value / data.step) * data.step;
  }

  const line = (slope, more) => ({ points: [[x0, y0], [data.right, y0 + slope * wide]], ...more });
  const beside = (y, text) => ({ at: [data.right + 0.04 * wide, y], text, anchor: "start" });

  return {
    picture(positions) {
      const slope = slopeAt(positions.get("end"));
      const words = kit.written(slope);
      const times = 10 ** Math.abs(slope * wide);
      const change = Math.abs(slope) < 1e-9 ? "the error stays as it is" : `the error becomes ${kit.written(times, times < 10 ? 1 : 0)} times ${slope < 0 ? "smaller" : "larger"}`;
      const guides = [[0, "flat"], [-0.5, "−½"], [-1, "−1"]].filter(([value]) => value >= low && value <= high);
      const ends = data.known.map(({ points }) => points[points.length - 1]);
      return {
        panels: [
          {
            ...data.panel, title: "Error, by sample size", note: "drag the diamond, or arrow keys up and down", tall: 0.62, narrow: 0.86,
            lines: [
              ...guides.map(([value]) => line(value, { width: 1.5, colour: "quiet", dash: "3,5" })),
              ...data.known.map(({ points }) => ({ points, width: 3, colour: "quiet" })),
              line(slope, { width: 4, colour: 0 }),
            ],
            dots: [
              ...data.known.flatMap(({ points }) => points.map((at) => ({ at, radius: 4, colour: "quiet" }))),
              { at: [x0, y0], radius: 7, colour: "text" },
            ],
            labels: [
              ...guides.map(([value, text]) => beside(y0 + value * wide, text)),
              ...data.known.map(({ words: name }, i) => beside(ends[i][1], name)),
            ],
          },
        ],
        sentence: `Your slope is *${words}*: with ${kit.written(10 ** wide, 0)} times the data ${change}.`,
        says: { end: `slope ${words}` },
        tables: [{ title: "Lines", columns: ["", "slope"], rows: [["yours", slope]] }],
      };
    },
  };
}
