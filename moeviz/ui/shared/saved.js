// A picture as it is saved: all panels, one below the other, with title, sentence and address.

import { shape } from "@drawing";
import { widthOf } from "@placing";

// Breaks words into lines of a width; a long one breaks behind its marks, else where it has to.
export function lines(text, wide, size, bold) {
  const fits = (words) => widthOf(words, size, bold) <= wide;
  const found = [];
  let line = "";
  for (const piece of text.match(/[^\s?&,/]*[?&,/]+\s*|[^\s?&,/]+\s*|\s+/g) ?? []) {
    if (fits((line + piece).trimEnd())) {
      line += piece;
      continue;
    }
    if (line) found.push(line);
    line = "";
    for (const sign of piece) {
      if (line && !fits(line + sign)) {
        found.push(line);
        line = "";
      }
      line += sign;
    }
  }
  return [...found, line].map((each) => each.trimEnd()).filter(Boolean);
}

// Whole, and short enough to be read: signs that an address may hold as they are stand as they are.
export const readable = (address) => address.replaceAll(/%2C/gi, ",").replaceAll(/%3A/gi, ":");

export function saved(surface, { title, sentence, address }) {
  const { theme, unit, panels } = surface;
  const gap = 18 * unit;
  const width = Math.max(...panels.map((panel) => panel.width));
  const svg = shape("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": "sans-serif" });
  let y = gap;
  const words = (text, size, bold, into = svg) => {
    for (const line of lines(text, width - 2 * gap, size, bold)) {
      y += 1.3 * size;
      into.append(shape("text", { x: gap, y, "font-size": size, fill: theme.text, "font-weight": bold ? 700 : 400 }, line));
    }
  };
  words(title, 22 * unit, true);
  for (const panel of panels) {
    y += gap;
    words(`${panel.title.textContent}  ${panel.note.textContent}`, 16 * unit, true);
    y += 8 * unit;
    const group = shape("g", { transform: `translate(0 ${y})` });
    if (!panel.canvas.hidden) {
      group.append(shape("image", {
        href: panel.canvas.toDataURL(), x: panel.left, y: panel.top, width: panel.inner,
        height: panel.tallness, preserveAspectRatio: "none",
      }));
    }
    for (const child of panel.svg.children) group.append(child.cloneNode(true));
    svg.append(group);
    y += panel.height;
  }
  words(sentence, 16 * unit, false);
  const link = shape("a", { href: address });
  words(readable(address), 13 * unit, false, link);
  svg.append(link);
  y += gap;
  svg.prepend(shape("rect", { width, height: y, fill: theme.ground }));
  svg.setAttribute("viewBox", `0 0 ${width} ${y}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", y);
  return { text: new XMLSerializer().serializeToString(svg), width, height: y };
}
