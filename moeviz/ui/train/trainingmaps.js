// Load of experts as bars, and the schedule of competition as a map of layers and steps.

import { shape } from "@drawing";
import { looksOf } from "@tokens";

const FONT = 14.5;
const ABREAST = 700, GAP = 30; // Pixels: from which width on methods stand abreast, and between them.

function drawing(width, height, words, { colours, unit }) {
  const svg = shape("svg", { width, height, role: "img", "aria-label": words, viewBox: `0 0 ${width} ${height}` });
  const say = (text, attributes) => svg.append(
    shape("text", { "font-size": FONT * unit, fill: colours.text, ...attributes }, text));
  return { svg, say };
}

// One row of bars for each shown method.
export function loadChart({ training, screen, colours, unit, width }) {
  const font = FONT * unit;
  const shown = training.sides.filter(({ root, layer }) => !root.hidden && layer?.load);
  const row = 104 * unit;
  const abreast = width > ABREAST * unit ? shown.length : 1;
  const space = abreast > 1 ? (width - GAP * unit * (abreast - 1)) / abreast : width;
  const height = Math.max(1, shown.length / Math.max(1, abreast)) * row + 1.5 * font;
  const { svg, say } = drawing(width, height, "Share of choices of each expert", { colours, unit });
  const most = Math.max(...shown.flatMap(({ layer }) => layer.load), 1 / screen.experts);
  if (!shown.length) say("No router has been looked at yet.", { x: 4, y: 2 * font });
  shown.forEach(({ side, layer }, at) => {
    const count = layer.load.length;
    const each = (space - 8) / count;
    const left = 4 + (abreast > 1 ? at * (space + GAP * unit) : 0);
    const start = abreast > 1 ? 0 : at * row;
    const top = start + 2.5 * font;
    const foot = start + row - 1.3 * font;
    const scale = (foot - top) / most;
    say(`${screen.methods[training.view[side]].title}: share of choices by expert`, { x: left, y: start + font, "font-weight": 700 });
    const equal = foot - scale / count;
    svg.append(shape("line", { x1: left, x2: left + space - 8, y1: equal, y2: equal, stroke: colours.text, "stroke-dasharray": "4 3" }));
    layer.load.forEach((share, expert) => {
      const tall = share * scale;
      svg.append(shape("rect", {
        x: left + (expert + 0.1) * each, width: 0.8 * each, y: foot - tall, height: tall, fill: looksOf(screen.looks, expert).colour,
      }));
      if (each > 44 * unit) {
        // Above the line of the equal share where that would go through it.
        const struck = tall < scale / count && tall + 3 + 0.8 * font > scale / count;
        const y = (struck ? equal : foot - tall) - 3;
        say(`${Math.round(100 * share)} %`, { x: left + (expert + 0.5) * each, y, "text-anchor": "middle", "paint-order": "stroke", stroke: colours.ground, "stroke-width": 3 });
      }
      if (each > 17 * unit || expert % 8 === 0) {
        say(String(expert + 1), { x: left + (expert + 0.5) * each, y: foot + font, "text-anchor": "middle" });
      }
    });
  });
  say("expert", { x: width / 2, y: height - 2, "text-anchor": "middle" });
  return svg;
}

// Rows of a schedule: a method that competes, of the seed that is shown where it has one.
export function scheduleMap({ training, screen, colours, unit, width }) {
  const { view } = training;
  const font = FONT * unit;
  const methods = [...new Set(screen.schedules.map(({ method }) => method))];
  const method = [view.left, view.right].find((each) => methods.includes(each)) ?? methods[0];
  const own = screen.schedules.filter((each) => each.method === method);
  const { layers, share, width: cell, seed } = own.find((each) => each.seed === view.seed) ?? own[0];
  const last = screen.steps.at(-1);
  const row = Math.max(16 * unit, Math.min(34 * unit, (150 * unit) / layers.length));
  const left = 4.6 * font;
  const right = 3.4 * font;
  const top = 1.7 * font;
  const height = top + layers.length * row + 2.6 * font;
  const words = layers.map((_, at) => `layer ${at + 1} ${(100 * share[at]).toFixed(1)} %`).join(", ");
  const { svg, say } = drawing(width, height, `Share of steps with competition: ${words}`, { colours, unit });
  say(`${screen.methods[method].title}, seed ${seed}: steps with competition`, { x: 2, y: font, "font-weight": 700 });
  const inner = width - left - right;
  const px = (step) => left + (step / last) * inner;
  layers.forEach((cells, layer) => {
    const y = top + layer * row;
    say(`layer ${layer + 1}`, { x: left - 6, y: y + row / 2 + 0.35 * font, "text-anchor": "end" });
    svg.append(shape("rect", { x: left, y: y + 2, width: inner, height: row - 4, fill: colours.grid, "fill-opacity": 0.5 }));
    cells.forEach((count, at) => {
      if (!count) return;
      const x = px(at * cell);
      svg.append(shape("rect", {
        x, y: y + 2, width: Math.max(1, px(Math.min(last, (at + 1) * cell)) - x), height: row - 4,
        fill: screen.methods[method].colour, "fill-opacity": Math.min(1, 0.35 + (0.65 * count) / cell),
      }));
    });
    say(`${(100 * share[layer]).toFixed(1)} %`, { x: left + inner + 5, y: y + row / 2 + 0.35 * font });
  });
  const foot = top + layers.length * row;
  for (const step of [0, Math.round(last / 2), last]) {
    say(step.toLocaleString("en-US"), { x: px(step), y: foot + 1.1 * font, "text-anchor": "middle" });
  }
  say("step", { x: left + inner / 4, y: foot + 1.1 * font, "text-anchor": "middle" });
  if (training.place >= 0) {
    const x = px(screen.steps[training.place]);
    svg.append(shape("line", { x1: x, x2: x, y1: top, y2: foot, stroke: colours.text, "stroke-width": 1.5 * unit }));
  }
  return svg;
}
