// Formulas between dollars. They stand in letters at once, which are read out as well, and are typeset
// as MathML once the typesetter is there: what somebody typed is never taken for HTML.

import { element } from "@dom";

const known = new Map();
let typesetter = null;

// Formulas of what is told, each with its letters.
export function learn(letters) {
  for (const [tex, words] of Object.entries(letters ?? {})) known.set(tex, words);
}

const lettersOf = (tex) => known.get(tex) ?? tex.replace(/[\\{}]/g, "");

export const FORMULA = /\$([^$\n]+)\$/g;

// A text in which formulas are letters, for what takes no nodes.
export const spelled = (text) => String(text).replace(FORMULA, (_, tex) => lettersOf(tex));

const LIMITS = { output: "mathml", throwOnError: true, trust: false, maxExpand: 100, maxSize: 10, strict: "ignore" };

// Colours, frames, links, and lengths that push a formula over what stands around it, are no mathematics.
const LOOKS = "[href], [style], [mathcolor], [mathbackground]";
const LENGTHS = ["width", "height", "depth", "lspace", "rspace", "voffset"];
const [MOST_NODES, MOST_EM] = [1500, 4];

function tame(math) {
  const nodes = [...math.querySelectorAll("*")];
  const long = (value) => Math.abs(parseFloat(value)) > MOST_EM;
  return nodes.length <= MOST_NODES && !math.querySelector(LOOKS)
    && !nodes.some((node) => LENGTHS.some((name) => long(node.getAttribute(name) ?? 0)));
}

async function typeset(node, tex) {
  try {
    typesetter ??= import("@katex");
    const { default: katex } = await typesetter;
    const made = element("span");
    katex.render(tex, made, LIMITS);
    const math = made.querySelector("math");
    math?.querySelector("annotation")?.remove();
    if (math && tame(math)) node.replaceChildren(math);
  } catch {
    // The letters stay.
  }
}

export function formula(tex) {
  const node = element("span", "room-formula", lettersOf(tex));
  typeset(node, tex);
  return node;
}
