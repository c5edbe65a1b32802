// A question that a lecturer asks on the spot: words, and how it is answered.

import { button, element, tagged } from "@dom";

const KINDS = [["choice", "one of these"], ["number", "a number"], ["slope", "a line's slope"], ["order", "an order of these"]];

let serial = 0;

const field = (words, input) => tagged("label", {}, words, input);

// `ask` takes a step as plain data and says whether it was asked.
export function questionForm(ask) {
  const words = tagged("input", { maxlength: "400", autocomplete: "off" });
  const kind = tagged("select", {}, ...KINDS.map(([name, label]) => tagged("option", { value: name }, label)));
  const options = tagged("textarea", { rows: "3", "aria-label": "Answers, one a line" });
  const low = tagged("input", { type: "number", value: "0" });
  const high = tagged("input", { type: "number", value: "100" });
  const lines = field("Answers, one a line", options);
  const range = tagged("div", { class: "room-range" }, field("from", low), field("to", high));
  const said = tagged("p", { class: "room-said", role: "alert" });
  const turn = () => {
    lines.hidden = !["choice", "order"].includes(kind.value);
    range.hidden = kind.value !== "number";
  };
  kind.onchange = turn;
  turn();
  const press = button("Ask it now", () => {});
  press.type = "submit";
  const form = tagged("form", { class: "room-ask" }, field("Question", words), field("Answered by", kind), lines, range, press, said);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const step = { id: `asked-${Date.now().toString(36)}-${(serial += 1)}`, title: words.value.trim(), kind: kind.value };
    if (!lines.hidden) {
      const labels = options.value.split("\n").map((line) => line.trim()).filter(Boolean);
      step.options = labels.map((label, at) => [`o${at + 1}`, label]);
      if (labels.length < 2) {
        said.textContent = "Write two answers or more, one a line.";
        return;
      }
    }
    if (kind.value === "number") {
      const ends = [Number(low.value), Number(high.value)];
      Object.assign(step, { low: ends[0], high: ends[1], by: Math.max((ends[1] - ends[0]) / 1000, 1e-6) });
      if (ends.every(Number.isInteger) && ends[1] - ends[0] >= 5) step.by = 1;
    }
    said.textContent = step.title ? "" : "Write the question first.";
    if (step.title && (await ask(step))) {
      form.reset();
      turn();
      form.closest("details").open = false;
    }
  };
  return tagged("details", {}, element("summary", "", "Ask something else"), form);
}
