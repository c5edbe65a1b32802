// One figure of a study and of those that lie behind and beside it; and what its axes show.

import { merged } from "@figure";
import { isWorded } from "@labels";

const FAINT = 0.4;
const PINNED = 0.8;
const AIR = 14; // Pixels between what is drawn and the ends of the axis of the loss.
const TEXT = 34; // The same where a text stands there.

const isLine = ({ meta }) => ["mean", "start", "left", "separation"].includes(meta.part);
const curvesOf = ({ meta }) => meta.curves ?? [meta.curve];

// What the axis of the loss shows, as losses with the pixels that they keep from its ends. A
// replicate far out does not press the curves together.
export function extent(traces) {
  const drawn = traces.filter(
    ({ visible, meta, yaxis }) => visible && !yaxis && meta.part !== "replicates",
  );
  return drawn.flatMap(({ y, meta, textposition = "" }) => {
    const side = meta.part === "guide" ? textposition.split(" ")[0] : "";
    const below = side === "bottom" ? TEXT : AIR;
    const above = side === "top" ? TEXT : AIR;
    return y.filter((value) => value > 0).map((value) => ({ at: Math.log10(value), below, above }));
  });
}

// The ends of an axis of so many pixels on which all of them lie.
export function ends(points, pixels) {
  const at = points.map((point) => point.at);
  const decades = Math.max(...at) - Math.min(...at) || 0.1;
  const a = decades / Math.max(pixels - 2 * TEXT, TEXT);
  const low = Math.min(...points.map((point) => point.at - a * point.below));
  const high = Math.max(...points.map((point) => point.at + a * point.above));
  return [10 ** low, 10 ** high];
}

// An arrow towards a reach stays at the edge of an axis that has become wider.
function atTheEdge(trace, { layout }, wide) {
  if (trace.meta.part !== "reach") return trace;
  const side = ["triangle-left", "triangle-right"].indexOf(trace.marker.symbol);
  const { range } = wide.xaxis;
  if (side < 0) {
    // Words stand where there is room for them: on the side on which most of the axis lies.
    const share = (Math.log10(trace.x[0]) - range[0]) / (range[1] - range[0]);
    return { ...trace, textposition: share > 0.55 ? "middle left" : "middle right" };
  }
  const moved = range[side] - layout.xaxis.range[side];
  return moved ? { ...trace, x: trace.x.map((n) => n * 10 ** moved) } : trace;
}

// A curve with what stands at its end.
function named(screen, trace, note = "") {
  const curve = screen.curves[trace.meta.curve];
  const name = note ? `${curve.name} · ${note}` : curve.name;
  const { glyph, colour } = curve;
  return { name, glyph, colour, x: trace.x, y: trace.y, pinned: Boolean(note) };
}

// A curve of the study in front goes on, for its name, where what lies behind goes on, or what
// is predicted: so names stand at the right, on no line, and stay there while points arrive.
function ending(screen, trace, behind) {
  const end = named(screen, trace);
  const last = Math.max(...trace.x.filter((_, i) => trace.y[i] !== null));
  const twins = behind
    .filter((layer) => layer.look === "faint")
    .flatMap((layer) => layer.screen.figure.data.filter((other) =>
      isLine(other) && layer.screen.curves[other.meta.curve].name === end.name));
  const predicted = screen.figure.data.filter(
    ({ meta }) => ["predicted", "protocol"].includes(meta.part) && meta.curve === trace.meta.curve);
  for (const { x, y } of [...twins, ...predicted]) {
    const further = x.map((_, i) => i).filter((i) => x[i] > last && y[i] !== null);
    if (!further.length) continue;
    const add = (own, other) => [...own, ...further.map((i) => other[i])];
    return { ...end, x: add(trace.x, x), y: add(trace.y, y) };
  }
  return end;
}

// A further study: its means, open and thin where it is pinned, faint where it lies behind.
function further(layer, { main, shows }, names) {
  const pinned = layer.look === "pinned";
  const on = (place) => {
    const curve = layer.screen.curves[place];
    const twin = main.curves.findIndex((each) => each.name === curve.name);
    return twin < 0 ? curve.first : shows(twin);
  };
  return layer.screen.figure.data
    .filter((trace) => isLine(trace) || (trace.meta.part === "band" && !pinned))
    .filter((trace) => on(trace.meta.curve))
    .map((trace) => {
      if (pinned && isLine(trace)) names.push(named(layer.screen, trace, layer.short));
      const marker = trace.marker && {
        ...trace.marker,
        size: 0.75 * trace.marker.size,
        symbol: pinned ? `${trace.marker.symbol.replace(/-open(-dot)?/, "")}-open` : trace.marker.symbol,
      };
      return {
        ...trace,
        ...(marker ? { marker } : {}),
        line: { ...trace.line, width: isLine(trace) ? 2 : 0 },
        meta: { ...trace.meta, measured: false },
        name: `${trace.name}, ${layer.name}`,
        opacity: pinned ? PINNED : FAINT,
        visible: true,
      };
    });
}

// The figure's layouts, with an axis of n that has room for what lies behind.
function widened(figure, behind) {
  const axes = [figure, ...behind.map((layer) => layer.screen.figure)].map(
    ({ layout }) => layout.xaxis,
  );
  const range = [
    Math.min(...axes.map((axis) => axis.range[0])),
    Math.max(...axes.map((axis) => axis.range[1])),
  ];
  const [low, high] = figure.layout.xaxis.range;
  if (range[0] === low && range[1] === high) return figure;
  const ticks = new Map();
  for (const { tickvals, ticktext } of axes) {
    tickvals.forEach((n, i) => ticks.set(n, ticktext[i]));
  }
  const all = [...ticks.keys()].sort((a, b) => a - b);
  const ticktext = all.map((n) => ticks.get(n));
  return { ...figure, layout: merged(figure.layout, { xaxis: { range, tickvals: all, ticktext } }) };
}

// `main` is the screen in front, `own` whether the visitor has it computed, `behind` the further
// studies that are on; `shows` says of a curve's place whether it is on, `replicates` whether dots
// are. Returns the figure, and the names that stand at the ends of its curves.
export function composition(asked) {
  const { main, own, behind, shows, replicates } = asked;
  const names = [];
  const dressed = main.figure.data.map((trace) => {
    const on = curvesOf(trace).some((place) => shows(place));
    const { part } = trace.meta;
    const visible = on && (part !== "replicates" || (replicates && own));
    if (isLine(trace) && visible) names.push(ending(main, trace, behind));
    const faint = !own && part !== "guide" && part !== "reach"; // Texts stay readable.
    const meta = own ? trace.meta : { ...trace.meta, measured: false };
    // Where its words stand depends on what else is seen: labels.js writes them.
    const mode = isWorded(trace) ? { mode: trace.mode.replace("+text", "") } : {};
    return { ...trace, ...mode, meta, visible, ...(faint ? { opacity: FAINT } : {}) };
  });
  const under = behind.flatMap((layer) => further(layer, asked, names));
  const wide = widened(main.figure, behind);
  const data = [...under, ...dressed].map((trace) => atTheEdge(trace, main.figure, wide.layout));
  return { names, figure: { ...wide, data } };
}
