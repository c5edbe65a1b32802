// A comparison as it is saved: tokens of both methods, curves, sentence and address, as SVG or PNG.

import { tagged } from "@dom";
import { shape } from "@drawing";
import { lines, readable } from "@saved";
import { looksOf, painted } from "@tokens";

const WIDE = 900, LEGEND = 32, GAP = 20, ROW = 25, FONT = 15;

function download(address, name) {
  const link = tagged("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

// One token's ground, mark and sign; `wide` is its width.
function square(into, { expert, level }, looks, x, y, wide, tall) {
  const { colour, tints, mark } = looksOf(looks, expert);
  into.append(shape("rect", { x, y, width: wide, height: tall, fill: tints[level] }));
  [...mark].forEach((bit, at) => {
    if (bit === "1") into.append(shape("rect", { x: x + (at * wide) / 4, y: y + tall - 3, width: wide / 4, height: 3, fill: colour }));
  });
}

// The rows of tokens that are seen; returns how high they are.
function tokens(into, panel, looks, text, y) {
  const { shown, rows } = panel.tokens;
  const found = painted(panel.layer) ?? [];
  const seen = rows.filter((row) => !row.hidden).length;
  if (shown.kind === "text") {
    const long = [...shown.rows[0]].length;
    const wide = (WIDE - 2 * GAP) / long;
    shown.rows.slice(0, seen).forEach((row, at) => {
      [...row].forEach((sign, place) => {
        const [x, top] = [GAP + place * wide, y + at * ROW];
        const each = found[at * long + place];
        if (each) square(into, each, looks, x, top, wide + 0.3, ROW - 3);
        if (sign.trim()) {
          into.append(shape("text", {
            x: x + wide / 2, y: top + 16, "font-size": Math.min(FONT, 1.6 * wide), "text-anchor": "middle",
            "font-family": "monospace", fill: text,
          }, sign));
        }
      });
    });
    return seen * ROW;
  }
  if (shown.kind === "digits") {
    const { side, patch, images } = shown;
    const across = side / patch;
    const size = 16;
    const [whole, each] = [across * size + 8, across * across];
    const columns = Math.floor((WIDE - 2 * GAP) / whole);
    images.slice(0, seen).forEach((image, at) => {
      const [left, top] = [GAP + (at % columns) * whole, y + Math.floor(at / columns) * whole];
      for (let token = 0; token < each; token += 1) {
        const [x, row] = [left + (token % across) * size, top + Math.floor(token / across) * size];
        const one = found[at * each + token];
        if (one) square(into, one, looks, x, row, size, size);
      }
      image.forEach((ink, pixel) => {
        const small = size / patch;
        into.append(shape("rect", {
          x: left + (pixel % side) * small, y: top + Math.floor(pixel / side) * small, width: small, height: small,
          fill: text, "fill-opacity": (0.85 * ink).toFixed(2),
        }));
      });
    });
    return Math.ceil(seen / columns) * whole;
  }
  const high = 300;
  panel.tokens.nodes.forEach((node, at) => {
    const x = GAP + (parseFloat(node.style.left) / 100) * (WIDE - 2 * GAP);
    const top = y + (1 - parseFloat(node.style.bottom) / 100) * high;
    if (found[at]) square(into, found[at], looks, x - 7, top - 8, 14, 16);
    into.append(shape("text", { x, y: top + 4, "font-size": 11, "text-anchor": "middle", fill: text }, node.textContent));
  });
  return high;
}

function drawn(training, board) {
  const { screen, view } = training;
  const { colours } = board;
  const svg = shape("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": "sans-serif" });
  let y = GAP;
  const words = (text, size, bold, into = svg) => {
    for (const line of lines(text, WIDE - 2 * GAP, size, bold)) {
      y += 1.35 * size;
      into.append(shape("text", { x: GAP, y, "font-size": size, fill: colours.text, "font-weight": bold ? 700 : 400 }, line));
    }
  };
  words(training.data.title, 22, true);
  for (const panel of training.sides) {
    if (panel.root.hidden || !panel.tokens.rows) continue;
    y += 6;
    words(`${screen.methods[view[panel.side]].title}, layer ${view.layer + 1}, ${training.step.textContent}`, 16, true);
    y += 8;
    y += tokens(svg, panel, screen.looks, colours.text, y);
  }
  const experts = Math.min(screen.experts, LEGEND);
  const each = Math.min(60, (WIDE - 2 * GAP) / experts);
  y += 8;
  for (let expert = 0; expert < experts; expert += 1) {
    square(svg, { expert, level: 3 }, screen.looks, GAP + expert * each, y, each - 2, 20);
    svg.append(shape("text", {
      x: GAP + (expert + 0.5) * each, y: y + 14, "font-size": 13, "text-anchor": "middle", fill: colours.text,
    }, String(expert + 1)));
  }
  y += 30;
  const curves = board.curvesRoot.querySelector("svg");
  if (curves) {
    const copy = curves.cloneNode(true);
    const { width, height } = curves.viewBox.baseVal;
    const wide = Math.min(WIDE - 2 * GAP, 1.25 * width);
    const tall = (wide / width) * height;
    for (const [name, value] of Object.entries({ x: GAP, y, width: wide, height: tall })) copy.setAttribute(name, value);
    svg.append(copy);
    y += tall;
    const names = board.on.map((at) => `${screen.methods[at].glyph} ${screen.methods[at].title}`);
    words(names.join("   "), 14, true); // Where the ends of curves have their mark alone.
  }
  words(training.said.textContent, 16, false);
  const link = shape("a", { href: window.location.href });
  words(readable(window.location.href), 13, false, link);
  svg.append(link);
  y += GAP;
  svg.prepend(shape("rect", { width: WIDE, height: y, fill: colours.ground }));
  svg.setAttribute("viewBox", `0 0 ${WIDE} ${y}`);
  svg.setAttribute("width", WIDE);
  svg.setAttribute("height", y);
  return { text: new XMLSerializer().serializeToString(svg), height: y };
}

export async function save(training, board, format) {
  const { text, height } = drawn(training, board);
  const name = `${training.data.fileName}.${format}`;
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    if (format === "svg") return download(address, name);
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = tagged("canvas", { width: String(2 * WIDE), height: String(2 * height) });
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * WIDE, 2 * height);
    return download(canvas.toDataURL("image/png"), name);
  } finally {
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}
