// Plays a study from its numbers: how points arrived, and how the atoms of one fit moved through
// the cells of the true ones. Nothing is asked of the server.

const SVG = "http://www.w3.org/2000/svg";
const RATE = 5; // Steps a second at speed 1.
const SPEEDS = [0.5, 1, 2, 4];
const FONT = 15; // At a root font of ROOT pixels.
const ROOT = 18;
const RAISED = Object.fromEntries([..."-0123456789"].map((letter, at) => [letter, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[at]]));
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function shape(name, attributes, text) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}

function written(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "not a number";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-4 && size < 1e6) {
    return value.toLocaleString("en", { maximumSignificantDigits: digits }).replace("-", "−");
  }
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const raised = [...String(Number(power))].map((letter) => RAISED[letter]).join("");
  return `${mantissa.replace("-", "−")}·10${raised}`;
}

// Two numbers with as many digits as it takes to tell them apart.
function toldApart(one, other) {
  let digits = 3;
  while (digits < 8 && one !== other && written(one, digits) === written(other, digits)) digits += 1;
  return [written(one, digits), written(other, digits)];
}

function sizeWritten(n) {
  return n.toLocaleString("en");
}

const dashes = { solid: "" };
function dashed(dash) {
  return dashes[dash] ?? dash.replaceAll("px", "");
}

// A linear scale from [low, high] to [from, to].
function scale(low, high, from, to) {
  const factor = high > low ? (to - from) / (high - low) : 0;
  return (value) => from + (value - low) * factor;
}

function blended(before, after, share) {
  if (!after || !share) return before;
  return before.map((row, k) =>
    Array.isArray(row) ? row.map((v, c) => v + share * (after[k][c] - v)) : row + share * (after[k] - row),
  );
}

class Player {
  constructor(root) {
    this.root = root;
    this.place = 0;
    this.mode = null;
    this.track = 0;
    this.plane = 0;
    this.speed = 1;
    this.build();
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.stage);
    root.addEventListener("keydown", (event) => this.key(event));
  }

  build() {
    const button = (text, act, more = {}) => {
      const node = element("button", { type: "button", ...more }, text);
      node.addEventListener("click", act);
      return node;
    };
    const choice = (act) => {
      const node = element("select");
      node.addEventListener("change", () => act(Number(node.value)));
      return node;
    };
    this.points = button("How points arrived", () => this.show("points"));
    this.atoms = button("How atoms moved", () => this.show("atoms"));
    this.fits = choice((value) => this.choose({ track: value, place: 0 }));
    this.coordinates = choice((value) => this.choose({ plane: value }));
    this.fitsLabel = element("label", {}, "Fit ", this.fits);
    this.coordinatesLabel = element("label", {}, "Coordinates ", this.coordinates);
    this.stage = element("div", {
      class: "stage",
      tabindex: "0",
      role: "group",
      "aria-label": "Picture. Space plays and pauses, the arrows take one step.",
    });
    this.names = element("p", { class: "names" });
    this.said = element("p", { class: "said" });
    this.play = button("Play", () => this.toggle(), { class: "play" });
    this.back = button("Step back", () => this.step(-1));
    this.forward = button("Step forward", () => this.step(1));
    this.slider = element("input", { type: "range", min: "0", step: "1", value: "0" });
    this.slider.addEventListener("input", () => this.jump(Number(this.slider.value)));
    this.speeds = choice((value) => (this.speed = value));
    this.speeds.replaceChildren(
      ...SPEEDS.map((speed) => element("option", { value: String(speed), selected: speed === 1 }, `${speed}×`)),
    );
    this.root.replaceChildren(
      element("div", { class: "bar" }, this.points, this.atoms, this.fitsLabel, this.coordinatesLabel),
      this.stage,
      element(
        "div",
        { class: "bar" },
        this.play,
        this.back,
        this.forward,
        element("label", { class: "time" }, "Step ", this.slider),
        element("label", {}, "Speed ", this.speeds),
      ),
      this.said,
      this.names,
    );
  }

  // Takes a document; the reader's place stays where it still means something.
  open(document) {
    this.document = document;
    const { tracks, arrival } = document;
    this.fits.replaceChildren(
      ...tracks.map((track, index) =>
        element("option", { value: String(index) }, `${track.name}, n = ${sizeWritten(track.n)}`),
      ),
    );
    this.names.replaceChildren(
      ...arrival.curves.map(({ glyph, colour, name }) => {
        const mark = element("span", { "aria-hidden": "true" }, glyph);
        mark.style.color = colour;
        return element("span", { class: "name" }, mark, ` ${name}`);
      }),
    );
    if (this.track >= tracks.length) this.track = Math.max(0, tracks.length - 1);
    this.range = this.lossRange(arrival);
    this.choose({ mode: this.mode ?? (tracks.length ? "atoms" : "points") });
  }

  lossRange({ frames }) {
    const values = frames.flatMap((frame) => frame.points.map((point) => point[2])).filter((v) => v > 0);
    const logs = values.map(Math.log10);
    return logs.length ? [Math.min(...logs) - 0.15, Math.max(...logs) + 0.15] : [-1, 0];
  }

  show(mode) {
    this.choose({ mode, place: 0 });
  }

  choose(change) {
    Object.assign(this, change);
    const { tracks } = this.document;
    const track = tracks[this.track];
    const moving = this.mode === "atoms";
    this.names.hidden = moving;
    this.points.setAttribute("aria-pressed", String(!moving));
    this.atoms.setAttribute("aria-pressed", String(moving));
    if (this.plane >= (track?.planes.length ?? 1)) this.plane = 0;
    this.coordinates.replaceChildren(
      ...(track?.planes ?? []).map((plane, index) =>
        element("option", { value: String(index) }, plane.names.join(", ")),
      ),
    );
    this.fits.value = String(this.track);
    this.coordinates.value = String(this.plane);
    this.fitsLabel.hidden = !moving || !track;
    this.coordinatesLabel.hidden = !moving || (track?.planes.length ?? 0) < 2;
    this.last = moving ? Math.max(0, (track?.steps.length ?? 1) - 1) : Math.max(0, this.document.arrival.frames.length - 1);
    this.slider.max = String(this.last);
    for (const control of [this.play, this.back, this.forward, this.slider]) control.disabled = this.last === 0;
    if (this.place > this.last) this.place = this.last;
    if (this.last === 0) this.pause();
    this.draw();
  }

  key(event) {
    const { target } = event;
    if (target.matches("select, input") || event.ctrlKey || event.altKey || event.metaKey) return;
    const acts = {
      " ": () => this.toggle(),
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      Home: () => this.jump(0),
      End: () => this.jump(this.last),
    };
    // On a button the space bar presses that button.
    if (!(event.key in acts) || (event.key === " " && target.matches("button"))) return;
    event.preventDefault();
    acts[event.key]();
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.last === 0) return undefined;
    if (this.place >= this.last) this.place = 0;
    this.play.textContent = "Pause";
    this.said.removeAttribute("aria-live");
    this.before = undefined;
    this.timer = requestAnimationFrame((now) => this.tick(now));
    return undefined;
  }

  pause() {
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
    this.place = Math.floor(this.place);
    this.said.setAttribute("aria-live", "polite");
    if (this.document) this.draw();
  }

  tick(now) {
    if (!this.root.isConnected) return this.close();
    const passed = this.before === undefined ? 0 : Math.min(now - this.before, 250);
    this.before = now;
    const step = Math.floor(this.place);
    this.place = Math.min(this.last, this.place + (passed / 1000) * RATE * this.speed);
    if (!STILL.matches || Math.floor(this.place) !== step) this.draw();
    if (this.place >= this.last) return this.pause();
    this.timer = requestAnimationFrame((later) => this.tick(later));
    return undefined;
  }

  step(by) {
    this.jump(Math.min(this.last, Math.max(0, Math.floor(this.place) + by)));
  }

  jump(place) {
    this.place = place;
    this.pause();
  }

  draw() {
    if (!this.document || !this.stage.clientWidth) return;
    const root = parseFloat(getComputedStyle(document.documentElement).fontSize) || ROOT;
    this.unit = root / ROOT;
    this.slider.value = String(Math.floor(this.place));
    const track = this.document.tracks[this.track];
    let said = this.document.advice;
    if (this.mode === "points") said = this.drawPoints();
    else if (track) said = this.drawAtoms(track);
    else this.stage.replaceChildren();
    this.slider.setAttribute("aria-valuetext", said);
    this.said.textContent = said;
    this.stage.firstChild?.setAttribute("aria-label", said);
  }

  canvas(height) {
    const width = this.stage.clientWidth;
    const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img" });
    svg.style.color = "var(--st-text-color)";
    this.stage.replaceChildren(svg);
    return { svg, width };
  }

  text(x, y, words, more = {}) {
    return shape("text", { x, y, "font-size": FONT * this.unit, fill: "currentColor", ...more }, words);
  }

  // Mean loss against sample size, on logarithmic axes, as far as it had come.
  drawPoints() {
    const { sizes, curves, frames } = this.document.arrival;
    const unit = this.unit;
    const height = Math.min(420 * unit, Math.max(260, this.stage.clientWidth * 0.6));
    const { svg, width } = this.canvas(height);
    const left = 64 * unit, right = 16, top = 12, bottom = 52 * unit;
    const [low, high] = sizes.map(Math.log10).reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
    const margin = Math.max(0.06 * (high - low), 0.08);
    const x = scale(low - margin, high + margin, left, width - right);
    const y = scale(this.range[0], this.range[1], height - bottom, top);
    this.axes(svg, { left, right, top, bottom, width, height });
    let free = -Infinity;
    for (const n of sizes) {
      const at = x(Math.log10(n));
      const half = sizeWritten(n).length * 4.5 * unit;
      if (at - half < free) continue;
      free = at + half + 6;
      svg.append(this.text(at, height - bottom + 20 * unit, sizeWritten(n), { "text-anchor": "middle" }));
    }
    svg.append(this.text((left + width - right) / 2, height - 6, "sample size n", { "text-anchor": "middle" }));
    const ends = [Math.ceil(this.range[0]), Math.floor(this.range[1])];
    for (let power = ends[0]; power <= ends[1]; power += 1) {
      svg.append(this.text(left - 8, y(power) + 5, written(10 ** power), { "text-anchor": "end" }));
      svg.append(shape("line", { x1: left, x2: width - right, y1: y(power), y2: y(power), stroke: "currentColor", opacity: 0.15 }));
    }
    const frame = Math.floor(this.place);
    const means = curves.map(() => new Map());
    for (const { points } of frames.slice(0, frame + 1)) {
      for (const [curve, place, value] of points) means[curve].set(place, value);
    }
    curves.forEach((curve, index) => {
      const shown = [...means[index]].filter(([, value]) => value > 0).sort(([a], [b]) => a - b);
      const at = shown.map(([place, value]) => [x(Math.log10(sizes[place])), y(Math.log10(value))]);
      svg.append(shape("polyline", {
        points: at.join(" "), fill: "none", stroke: curve.colour,
        "stroke-width": (curve.trained ? 3 : 1.5) * unit, "stroke-dasharray": dashed(curve.dash),
      }));
      for (const [px, py] of at) {
        svg.append(shape("text", {
          x: px, y: py, "font-size": 16 * unit, fill: curve.colour, "text-anchor": "middle", "dominant-baseline": "central",
        }, curve.glyph));
      }
    });
    return this.sayPoints(frames, frame, curves);
  }

  sayPoints(frames, frame, curves) {
    const now = frames[frame];
    if (!now) return "No point has arrived yet.";
    const [curve, , value] = now.points[0];
    const whose = {
      fits: "fits", starts: "starts, which nobody trained,", unfinished: "fits, trained to the end,",
    }[now.kind];
    const more = now.points.length - 1;
    const rest = more ? `, and ${more} more reading${more > 1 ? "s" : ""} of the same` : "";
    return (
      `Block ${frame + 1} of ${frames.length}: ${now.replicates} ${whose} at n = ${sizeWritten(now.n)} are there. ` +
      `${curves[curve].name}: mean loss ${written(value)}${rest}.`
    );
  }

  axes(svg, { left, right, top, bottom, width, height }) {
    svg.append(shape("path", {
      d: `M${left},${top}V${height - bottom}H${width - right}`, fill: "none", stroke: "currentColor", "stroke-width": 1.5,
    }));
  }

  // The atoms in a plane of two coordinates, over the cells of the true atoms; the cost beside it.
  drawAtoms(track) {
    const plane = track.planes[this.plane];
    const unit = this.unit;
    const step = Math.floor(this.place);
    const share = STILL.matches ? 0 : this.place - step;
    const room = this.stage.clientWidth;
    const beside = room >= 640;
    const wide = beside ? Math.min(room * 0.56, 460 * unit) : room;
    const strip = plane.names.length === 1;
    const ratio = (plane.high[1] - plane.low[1]) / (plane.high[0] - plane.low[0]);
    const pad = { left: 52 * unit, bottom: 46 * unit, top: 10, right: 10 };
    const inner = wide - pad.left - pad.right;
    const tall = inner * ratio + pad.top + pad.bottom;
    const lossTall = 190 * unit;
    const { svg } = this.canvas(beside ? Math.max(tall, lossTall) : tall + lossTall);
    this.drawPlane(svg, track, plane, { step, share, inner, tall, pad, strip });
    const box = beside
      ? { left: wide + 64 * unit, top: 10, right: room - 10, bottom: Math.max(tall, lossTall) - 46 * unit }
      : { left: 64 * unit, top: tall + 14, right: room - 10, bottom: tall + lossTall - 46 * unit };
    this.drawCost(svg, track, step, box);
    return this.sayAtoms(track, plane, step);
  }

  drawPlane(svg, track, plane, { step, share, inner, tall, pad, strip }) {
    const { colours } = this.document;
    const unit = this.unit;
    const x = scale(plane.low[0], plane.high[0], pad.left, pad.left + inner);
    const y = scale(plane.low[1], plane.high[1], tall - pad.bottom, pad.top);
    const colour = (cell) => colours[cell % colours.length];
    plane.polygons.forEach((polygon, cell) => {
      const points = polygon.map(([a, b]) => `${x(a)},${y(b)}`).join(" ");
      svg.append(shape("polygon", { points, fill: colour(cell), "fill-opacity": 0.14, stroke: "currentColor", "stroke-width": unit }));
    });
    plane.truth.forEach(([a, b], cell) => {
      const [px, py, r] = [x(a), y(b), 9 * unit];
      svg.append(shape("path", {
        d: `M${px - r},${py}H${px + r}M${px},${py - r}V${py + r}`, stroke: colour(cell), "stroke-width": 4 * unit,
      }));
      const inwards = px > pad.left + inner - 30 * unit;
      svg.append(this.text(px + (inwards ? -10 : 10) * unit, py - 6 * unit, String(cell + 1), {
        "text-anchor": inwards ? "end" : "start", "font-style": "italic",
      }));
    });
    const weights = blended(track.weights[step], track.weights[step + 1], share);
    const atoms = blended(plane.atoms[step], plane.atoms[step + 1], share);
    atoms.forEach(([a, b], atom) => {
      const way = plane.atoms.slice(0, step + 1).map((row) => `${x(row[atom][0])},${y(row[atom][1])}`);
      const own = colour(track.cells[step][atom]);
      const points = [...way, `${x(a)},${y(b)}`].join(" ");
      svg.append(shape("polyline", { points, fill: "none", stroke: own, "stroke-width": 2 * unit, opacity: 0.8 }));
    });
    atoms.forEach(([a, b], atom) => {
      // The disc's area is the atom's weight.
      const r = Math.max(3, 22 * Math.sqrt(Math.max(0, weights[atom]))) * unit;
      const own = colour(track.cells[step][atom]);
      svg.append(shape("circle", { cx: x(a), cy: y(b), r, fill: own, "fill-opacity": 0.35, stroke: own, "stroke-width": 2.5 * unit }));
      svg.append(this.text(x(a), y(b), String(atom + 1), {
        "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 700,
      }));
    });
    for (const end of [0, 1]) {
      const anchor = end ? "end" : "start";
      const value = (end ? plane.high : plane.low)[0];
      svg.append(this.text(pad.left + end * inner, tall - pad.bottom + 18 * unit, written(value), { "text-anchor": anchor }));
      if (strip) continue;
      const height = end ? pad.top + 12 * unit : tall - pad.bottom;
      svg.append(this.text(pad.left - 6, height, written((end ? plane.high : plane.low)[1]), { "text-anchor": "end" }));
    }
    svg.append(this.text(pad.left + inner / 2, tall - pad.bottom + 36 * unit, plane.names[0], { "text-anchor": "middle" }));
    if (!strip) {
      const [px, py] = [14 * unit, (tall - pad.bottom + pad.top) / 2];
      svg.append(this.text(px, py, plane.names[1], { "text-anchor": "middle", transform: `rotate(-90 ${px} ${py})` }));
    }
  }

  // The curve's own loss where there is one, else the cost, at each step that was kept.
  drawCost(svg, track, step, { left, top, right, bottom }) {
    const unit = this.unit;
    const values = track.loss ?? track.cost;
    const log = values.every((value) => value > 0);
    const drawn = values.map((value) => (log ? Math.log10(value) : value));
    const known = drawn.filter((value) => Number.isFinite(value));
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const x = scale(0, Math.max(1, values.length - 1), left, right);
    const y = scale(low, high > low ? high : low + 1, bottom, top + 6);
    svg.append(shape("path", { d: `M${left},${top}V${bottom}H${right}`, fill: "none", stroke: "currentColor", "stroke-width": 1.5 }));
    const line = (until) => drawn.slice(0, until).map((value, at) => `${x(at)},${y(value)}`).join(" ");
    svg.append(shape("polyline", { points: line(values.length), fill: "none", stroke: "currentColor", "stroke-width": 1.5 * unit, opacity: 0.35 }));
    svg.append(shape("polyline", { points: line(step + 1), fill: "none", stroke: "currentColor", "stroke-width": 3 * unit }));
    svg.append(shape("circle", { cx: x(step), cy: y(drawn[step]), r: 5 * unit, fill: "currentColor" }));
    const ends = toldApart(...[high, low].map((value) => (log ? 10 ** value : value)));
    for (const [shown, at] of [[ends[0], top + 14 * unit], [ends[1], bottom]]) {
      svg.append(this.text(left - 6, at, shown, { "text-anchor": "end" }));
    }
    svg.append(this.text(left, bottom + 18 * unit, "step 0"));
    svg.append(this.text(right, bottom + 18 * unit, String(track.steps.at(-1)), { "text-anchor": "end" }));
    svg.append(this.text((left + right) / 2, bottom + 36 * unit, track.loss ? "loss" : "cost per observation", { "text-anchor": "middle" }));
  }

  sayAtoms(track, plane, step) {
    const cost = `cost per observation ${written(track.cost[step])}`;
    const read = track.loss ? `loss ${written(track.loss[step])}, ${cost}` : cost;
    const start = `Step ${track.steps[step]} of ${track.steps.at(-1)}: ${read}.`;
    if (step === 0) return `${start} The numbered discs are the fit's atoms at its start, their areas the weights; crosses with slanted numbers are the true atoms, shades their cells in this plane.`;
    const moves = plane.atoms[step].map((now, atom) => Math.hypot(...now.map((value, c) => value - plane.atoms[step - 1][atom][c])));
    const most = moves.indexOf(Math.max(...moves));
    const crossed = track.cells[step].flatMap((cell, atom) => (cell === track.cells[step - 1][atom] ? [] : [atom]));
    const cell = (atom) => track.cells[step][atom] + 1;
    const moved = moves[most] > 0
      ? `Atom ${most + 1} moved most here, by ${written(moves[most])}; it is nearest to true atom ${cell(most)}.`
      : "No atom moved in this plane.";
    const over = crossed.map((atom) => ` Atom ${atom + 1} went over to true atom ${cell(atom)}.`).join("");
    return `${start} ${moved}${over}${step === this.last ? " Here the fit ended." : ""}`;
  }

  close() {
    this.observer.disconnect();
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = null;
  }
}

const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-replay");
  if (!players.has(root)) players.set(root, new Player(root));
  const player = players.get(root);
  if (player.source !== data.document) {
    player.source = data.document;
    player.open(JSON.parse(data.document));
  }
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const fits = ground.toLowerCase() === player.document.ground.toLowerCase();
  if (!fits && player.asked !== ground) setTriggerValue("theme", ground);
  player.asked = fits ? null : ground;
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the player stays.
    if (root.isConnected) return;
    player.close();
    players.delete(root);
  };
}
