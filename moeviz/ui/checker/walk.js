// Draws curves along one variable and moves through them: by the slider, by the arrow keys, by the
// pointer on the plot. What is said at each step has come with the curves.

import { shape } from "@drawing";

// From a value to a pixel; a logarithmic axis has its ends at powers.
function scale({ low, high, log }, from, to) {
  const at = log ? Math.log : (value) => value;
  const span = at(high) - at(low) || 1;
  return (value) => from + ((at(value) - at(low)) / span) * (to - from);
}

class Walk {
  constructor(root) {
    this.root = root;
    this.svg = shape("svg", { role: "img" });
    this.slider = document.createElement("input");
    this.slider.type = "range";
    this.slider.min = 0;
    this.slider.step = 1;
    this.name = document.createElement("span");
    this.value = document.createElement("output");
    const label = document.createElement("label");
    label.append(this.name, this.slider, this.value);
    this.says = document.createElement("figcaption");
    root.replaceChildren(this.svg, label, this.says);
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.svg.addEventListener("pointermove", (event) => {
      if (this.svg.hasPointerCapture(event.pointerId)) this.drag(event);
    });
    this.resizes = new ResizeObserver(() => this.walk && this.draw());
    this.resizes.observe(root);
  }

  show(text) {
    if (this.text === text) return;
    this.text = text;
    this.walk = JSON.parse(text);
    this.slider.max = this.walk.xs.length - 1;
    this.name.textContent = this.walk.label;
    this.now = this.walk.at;
    this.draw();
  }

  draw() {
    const { x, y, curves, xs } = this.walk;
    const width = this.root.clientWidth;
    const height = this.svg.clientHeight;
    if (!width || !height) return;
    const em = parseFloat(getComputedStyle(this.svg).fontSize);
    const widest = Math.max(...y.ticks.map(([, text]) => text.length));
    const left = em * (0.65 * widest + 1);
    const [right, top, bottom] = [width - em, em * 1.6, height - 1.6 * em];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.x = scale(x, left, right);
    this.y = scale(y, bottom, top);
    const parts = [
      shape("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }),
      shape("line", { class: "axis", x1: left, x2: left, y1: bottom, y2: top }),
      shape("text", { x: 0, y: em }, y.title),
    ];
    for (const [value, text] of x.ticks) {
      const place = { x: this.x(value), y: height - 0.3 * em, "text-anchor": "middle" };
      parts.push(shape("text", place, text));
    }
    for (const [value, text] of y.ticks) {
      const place = { x: left - 0.4 * em, y: this.y(value) + 0.35 * em, "text-anchor": "end" };
      parts.push(shape("text", place, text));
    }
    this.line = shape("line", { class: "now", y1: bottom, y2: top });
    parts.push(this.line);
    for (const { look, ys } of curves) {
      const points = xs.map((at, i) => [at, ys[i]]).filter(([, value]) => value !== null);
      const path = points.map(([at, value]) => `${this.x(at)},${this.y(value)}`).join(" ");
      parts.push(shape("polyline", { class: `curve ${look}`, points: path }));
    }
    parts.push(...this.names(left, right, top, bottom, em));
    this.dots = curves.map(({ look }) => shape("circle", { class: `dot ${look}`, r: 0.42 * em }));
    this.svg.replaceChildren(...parts, ...this.dots);
    this.go(this.now);
  }

  // The curves' names at their ends: the upper one's above it, the other's below, where there is
  // room: a curve that falls to the ground has it at its left end.
  names(left, right, top, bottom, em) {
    const { curves, xs } = this.walk;
    const last = xs.length - 1;
    const shown = curves.filter(({ ys }) => ys[0] !== null && ys[last] !== null);
    shown.sort((a, b) => this.y(a.ys[last]) - this.y(b.ys[last]));
    return shown.map(({ name, ys }, place) => {
      const below = place > 0;
      const atLeft = below && this.y(ys[last]) > this.y(ys[0]) + 2 * em;
      const wide = 0.56 * em * name.length;
      const near = xs
        .map((at, i) => [this.x(at), this.y(ys[i])])
        .filter(([x]) => (atLeft ? x <= left + wide : x >= right - wide));
      const heights = near.map(([, y]) => y);
      const under = Math.max(...heights) + 1.3 * em;
      const fits = below && under < bottom - 0.2 * em;
      const y = fits ? under : Math.max(Math.min(...heights) - 0.6 * em, top);
      const x = atLeft ? left + 0.6 * em : right;
      const anchor = atLeft ? "start" : "end";
      return shape("text", { class: "name", x, y, "text-anchor": anchor }, name);
    });
  }

  drag(event) {
    const box = this.svg.getBoundingClientRect();
    const at = event.clientX - box.left;
    const far = this.walk.xs.map((value) => Math.abs(this.x(value) - at));
    this.go(far.indexOf(Math.min(...far)));
  }

  go(step) {
    const { xs, curves, says, texts } = this.walk;
    this.now = step;
    const at = this.x(xs[step]);
    this.line.setAttribute("x1", at);
    this.line.setAttribute("x2", at);
    curves.forEach(({ ys }, i) => {
      const value = ys[step];
      this.dots[i].setAttribute("visibility", value === null ? "hidden" : "visible");
      this.dots[i].setAttribute("cx", at);
      if (value !== null) this.dots[i].setAttribute("cy", this.y(value));
    });
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", `${texts[step]}. ${says[step]}`);
    this.value.textContent = texts[step];
    this.says.textContent = says[step];
    this.svg.setAttribute("aria-label", says[step]);
  }
}

const walks = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-walk");
  if (!walks.has(root)) walks.set(root, new Walk(root));
  walks.get(root).show(data.walk);
  return () => {
    if (root.isConnected) return;
    walks.get(root)?.resizes.disconnect();
    walks.delete(root);
  };
}
