// Sliders for the numbers of a model. The page is told where one stands when it has come to rest,
// so that a drag is one wish and not twenty.

import { tagged } from "@dom";

const REST_MS = 250;
const ANSWER_MS = 4_000; // So long a slider waits for the page to say what it said.

class Slider {
  constructor(tell) {
    this.tell = tell;
    this.name = tagged("span", { class: "hand-name" });
    this.input = tagged("input", { type: "range", min: "0", step: "1" });
    this.value = tagged("output", { class: "hand-value", "aria-live": "off" });
    this.root = tagged("label", { class: "hand-slider" }, this.name, this.input, this.value);
    this.input.addEventListener("input", () => this.move());
    this.waits = null; // Where the hand has put it, until the page says so too.
  }

  show(told) {
    const { field, symbol, label, steps, says } = told;
    this.told = told;
    const text = this.waits ?? says;
    if (says === this.waits) this.waits = null;
    this.field = field;
    this.steps = steps.includes(text) ? steps : [...steps, text].sort((a, b) => a - b);
    this.name.textContent = symbol;
    this.root.title = label;
    this.input.setAttribute("aria-label", `${label} ${symbol}`);
    this.input.max = String(this.steps.length - 1);
    this.input.value = String(this.steps.indexOf(text));
    this.say(text);
  }

  say(text) {
    this.value.textContent = text;
    this.input.setAttribute("aria-valuetext", text);
  }

  move() {
    this.waits = this.steps[Number(this.input.value)];
    this.say(this.waits);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.tell({ field: this.field, text: this.waits });
      this.timer = setTimeout(() => {
        this.waits = null;
        this.show(this.told);
      }, ANSWER_MS);
    }, REST_MS);
  }
}

class Hand {
  constructor(root) {
    this.row = tagged("div", { class: "hand-row" });
    this.words = tagged("p", { class: "hand-words", role: "status" });
    root.replaceChildren(this.row, this.words);
    this.sliders = new Map();
  }

  show({ sliders, words }, tell) {
    this.tell = tell;
    if (this.words.textContent !== words) this.words.textContent = words;
    if (sliders === this.text) return;
    this.text = sliders;
    const wanted = JSON.parse(sliders);
    for (const [field, slider] of this.sliders) {
      if (wanted.some((each) => each.field === field)) continue;
      clearTimeout(slider.timer);
      slider.root.remove();
      this.sliders.delete(field);
    }
    for (const each of wanted) {
      if (!this.sliders.has(each.field)) {
        const slider = new Slider((moved) => this.tell(moved));
        this.sliders.set(each.field, slider);
        this.row.append(slider.root);
      }
      this.sliders.get(each.field).show(each);
    }
  }
}

const hands = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-hand");
  if (!hands.has(root)) hands.set(root, new Hand(root));
  hands.get(root).show(data, (moved) => setTriggerValue("moved", moved));
}
