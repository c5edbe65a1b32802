// What a router and a competition made of one token: scores and affinities of all experts as bars.

import { element, tagged } from "@dom";
import { shape } from "@drawing";
import { column } from "@routing";
import { looksOf } from "@tokens";

const HIGH = 46; // Pixels of a row of bars at the usual font size.

const places = (numbers) => numbers.map((expert) => `${expert + 1}`).join(", ");
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

function weighed(experts, weights) {
  if (!weights) return places(experts);
  const sum = weights.reduce((all, weight) => all + weight, 0) || 1;
  return experts.map((expert, at) => `${expert + 1} (${percent(weights[at] / sum)})`).join(", ");
}

function bars(values, winners, looks, width, unit, name) {
  const count = values.length;
  const high = HIGH * unit;
  const low = Math.min(0, ...values);
  const top = Math.max(0, ...values);
  const scale = (high - 4) / (top - low || 1);
  const zero = 2 + top * scale;
  const each = width / count;
  const words = 13 * unit;
  const svg = shape("svg", { width, height: high + words + 6, role: "img", "aria-label": name });
  values.forEach((value, expert) => {
    const won = winners.includes(expert);
    const look = looksOf(looks, expert);
    const tall = Math.max(1, Math.abs(value) * scale);
    svg.append(shape("rect", {
      x: expert * each + 0.1 * each, width: Math.max(1, 0.8 * each), y: value >= 0 ? zero - tall : zero,
      height: tall, fill: look.colour, "fill-opacity": won ? 1 : 0.35,
    }));
    if (won) {
      svg.append(shape("rect", {
        x: expert * each + 0.5, width: each - 1, y: 0.5, height: high + 1, fill: "none",
        stroke: "currentColor", "stroke-width": 1.5 * unit,
      }));
    }
    if (each >= 15 * unit || won) {
      svg.append(shape("text", {
        x: (expert + 0.5) * each, y: high + words, "font-size": words, "text-anchor": "middle",
        fill: "currentColor", "font-weight": won ? 700 : 400,
      }, String(expert + 1)));
    }
  });
  svg.append(shape("line", { x1: 0, x2: width, y1: zero, y2: zero, stroke: "currentColor" }));
  return svg;
}

// What is said of a token, and the rows of bars; `asked`: layer, token, named, looks, unit, method.
export function card({ layer, token, named, looks, unit, width, method }) {
  const root = tagged("div", { class: "token-card" }, element("p", "card-method", method));
  const head = tagged("p", { class: "card-head" }, element("strong", "", `${named.title} `));
  if (named.sign) {
    head.append(tagged("code", {}, named.before, element("mark", "", named.sign), named.after));
  }
  root.append(head);
  if (!layer?.chosen) {
    root.append(element("p", "", `${method}: no router chose here.`));
    return { root, words: `${named.title}. ${method}: no router chose here.` };
  }
  const chosen = column(layer.chosen, token);
  const winners = column(layer.winners, token) ?? [];
  const scores = column(layer.scores, token);
  const affinities = column(layer.affinities, token);
  const router = `Router: expert ${weighed(chosen, column(layer.weights, token))}`;
  const both = chosen.filter((expert) => winners.includes(expert)).length;
  const competition = winners.length
    ? `Competition: expert ${weighed(winners, column(layer.shares, token))}; ${both} of ${chosen.length} the same`
    : "";
  root.append(element("p", "", `${router}.`));
  if (scores) root.append(element("p", "card-what", "scores"), bars(scores, chosen, looks, width, unit, "Scores of the router"));
  if (competition) root.append(element("p", "", `${competition}.`));
  if (affinities) root.append(element("p", "card-what", "affinities"), bars(affinities, winners, looks, width, unit, "Affinities in a competition"));
  return { root, words: `${named.title}. ${router}. ${competition}.` };
}
