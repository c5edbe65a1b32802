// A sentence with choices in it. A choice tells the server, which writes the sentence anew.

class Sentence {
  constructor(root) {
    this.root = root;
    this.line = document.createElement("p");
    root.replaceChildren(this.line);
    this.selects = new Map();
  }

  show(text, pick) {
    this.pick = pick;
    if (this.text === text) return;
    this.text = text;
    const focus = document.activeElement?.dataset?.field;
    const parts = JSON.parse(text).flatMap((piece) => [
      typeof piece === "string" ? piece : this.select(piece),
      " ",
    ]);
    this.line.replaceChildren(...parts);
    if (focus && this.root.contains(this.selects.get(focus))) this.selects.get(focus).focus({ preventScroll: true });
  }

  select({ field, label, value, options }) {
    const made = document.createElement("select");
    made.dataset.field = field;
    made.setAttribute("aria-label", label);
    for (const [name, words] of options) made.append(new Option(words, name, false, name === value));
    made.onchange = () => this.pick({ field, value: made.value });
    this.selects.set(field, made);
    return made;
  }
}

const sentences = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-sentence");
  if (!sentences.has(root)) sentences.set(root, new Sentence(root));
  sentences.get(root).show(data.sentence, (picked) => setTriggerValue("picked", picked));
}
