// How a phone answers: a line drawn by the finger, a number, a choice, an order. Each shows itself in
// `root` and says by `value` what would be sent; undefined for nothing yet.

import { button, element, tagged } from "@dom";
import { Axes, digitsOf, keyTo, keyToKnown, worded, written } from "@roomdraw";
import { spelled } from "@roomtex";

class Slope {
  constructor(step, value) {
    this.step = step;
    this.value = value;
    this.root = element("div", "ask-slope");
    this.said = element("p", "ask-said");
    this.said.setAttribute("aria-hidden", "true");
    this.stage = element("div", "ask-stage");
    this.handle = tagged("div", { class: "ask-handle", role: "slider", tabindex: "0" });
    this.handle.setAttribute("aria-label", "Slope of your line; arrow keys turn it");
    this.handle.setAttribute("aria-valuemin", String(step.low));
    this.handle.setAttribute("aria-valuemax", String(step.high));
    this.handle.addEventListener("keydown", (event) => this.key(event));
    this.stage.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.stage.setPointerCapture(event.pointerId);
      this.handle.focus({ preventScroll: true });
      this.pull(event);
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (this.stage.hasPointerCapture(event.pointerId)) this.pull(event);
    });
    this.root.append(element("p", "ask-how", "Draw your line with a finger (or arrow keys)."), this.stage, this.said);
    if (step.known?.length) this.root.insertBefore(keyTo([["room-own", "your line"], ...keyToKnown(step)]), this.said);
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  get wide() {
    return this.stage.clientWidth || 340;
  }

  get high() {
    return Math.max(240, Math.min(0.85 * this.wide, 0.5 * window.innerHeight, 460));
  }

  set(slope) {
    const { low, high, by } = this.step;
    const kept = Math.min(high, Math.max(low, low + Math.round((slope - low) / by) * by));
    this.value = Number(kept.toFixed(6));
    this.draw();
    this.changed?.();
  }

  pull(event) {
    const box = this.stage.getBoundingClientRect();
    this.set(this.axes.slopeAt(event.clientX - box.left, event.clientY - box.top));
  }

  key(event) {
    const { by, low, high } = this.step;
    const now = this.value ?? Math.min(high, 0);
    const steps = { ArrowUp: by, ArrowRight: by, ArrowDown: -by, ArrowLeft: -by, PageUp: 5 * by, PageDown: -5 * by };
    if (event.key in steps) this.set(this.value === undefined ? Math.min(high, 0) + Math.min(0, steps[event.key]) : now + steps[event.key]);
    else if (event.key === "Home") this.set(low);
    else if (event.key === "End") this.set(high);
    else return;
    event.preventDefault();
  }

  draw() {
    const { step, value } = this;
    const heights = (step.known ?? []).flatMap(({ points }) => points.map(([, y]) => y));
    const axes = new Axes(step, this.wide, this.high, { heights });
    this.axes = axes;
    axes.known();
    const line = axes.line(value ?? Math.min(step.high, 0), { class: value === undefined ? "room-grid" : "room-own", "stroke-width": 4 });
    if (value === undefined) line.style.opacity = "1";
    axes.root.setAttribute("aria-hidden", "true");
    const shown = value ?? Math.min(step.high, 0);
    const at = axes.span * 0.8;
    this.handle.style.left = `${axes.x(at)}px`;
    this.handle.style.top = `${Math.min(this.high - axes.foot, axes.y(shown * at))}px`;
    this.handle.setAttribute("aria-valuenow", String(shown));
    this.handle.setAttribute("aria-valuetext", value === undefined ? "not drawn yet" : written(value));
    this.said.textContent = value === undefined ? "Nothing drawn yet." : `Slope ${written(value)}`;
    this.stage.style.height = `${this.high}px`;
    if (!this.handle.isConnected) this.stage.append(this.handle);
    this.stage.querySelector("svg")?.remove();
    this.stage.prepend(axes.root);
  }
}

class Amount {
  constructor(step, value) {
    this.value = value;
    const digits = digitsOf(step);
    const limits = { min: String(step.low), max: String(step.high), step: String(step.by) };
    const field = tagged("input", { type: "number", inputmode: "decimal", "aria-label": "Your number", ...limits });
    const slider = tagged("input", { type: "range", "aria-label": "Your number", ...limits });
    if (value !== undefined) field.value = slider.value = value.toFixed(digits);
    slider.oninput = () => {
      field.value = Number(slider.value).toFixed(digits);
      field.oninput();
    };
    field.oninput = () => {
      const read = field.value.trim() === "" ? NaN : Number(field.value);
      const fine = read >= step.low && read <= step.high;
      this.value = fine ? read : undefined;
      field.setAttribute("aria-invalid", String(!fine && field.value !== ""));
      if (fine) slider.value = String(read);
      this.changed?.();
    };
    const range = `From ${written(step.low, digits)} to ${written(step.high, digits)}${step.unit ? ` ${step.unit}` : ""}`;
    this.root = tagged("div", { class: "ask-number" }, element("p", "ask-how", range), field, slider);
  }
}

class Choice {
  constructor(step, value) {
    this.value = value;
    this.root = tagged("fieldset", { class: "ask-choice" }, element("legend", "", "Choose one"));
    for (const [name, label] of step.options) {
      const radio = tagged("input", { type: "radio", name: "answer", value: name });
      radio.checked = name === value;
      radio.onchange = () => {
        this.value = name;
        this.changed?.();
      };
      this.root.append(tagged("label", {}, radio, tagged("span", {}, ...worded(label))));
    }
  }
}

class Order {
  constructor(step, value) {
    this.step = step;
    this.value = value;
    this.names = value ? [...value] : step.options.map(([name]) => name);
    this.list = element("ol", "ask-order");
    const fine = button("This is my order", () => this.say());
    this.root = tagged("div", {}, element("p", "ask-how", "Move them up or down; first on top."), this.list, fine);
    this.draw();
  }

  say() {
    this.value = [...this.names];
    this.changed?.();
  }

  move(at, by) {
    const [name] = this.names.splice(at, 1);
    this.names.splice(at + by, 0, name);
    this.say();
    this.draw();
    const row = this.list.children[at + by];
    const same = row.querySelector(by < 0 ? "[data-up]" : "[data-down]");
    (same.disabled ? row.querySelector("button:not(:disabled)") : same).focus();
  }

  draw() {
    const labels = new Map(this.step.options);
    this.list.replaceChildren(
      ...this.names.map((name, at) => {
        const up = button("↑", () => this.move(at, -1));
        const down = button("↓", () => this.move(at, 1));
        up.dataset.up = down.dataset.down = "";
        up.disabled = at === 0;
        down.disabled = at === this.names.length - 1;
        up.setAttribute("aria-label", `${spelled(labels.get(name))}: up`);
        down.setAttribute("aria-label", `${spelled(labels.get(name))}: down`);
        return tagged("li", {}, tagged("span", {}, ...worded(labels.get(name))), up, down);
      }),
    );
  }
}

const KINDS = { slope: Slope, number: Amount, choice: Choice, order: Order };

export const asking = (step, value) => new KINDS[step.kind](step, value);
