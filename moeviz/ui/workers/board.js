// Who computes what: lanes that fill with blocks, the queue, and how much comes back. Asks the server
// for news while the page is looked at; one text serves all who look.

import { element, tagged, themeOf } from "@dom";
import { shape, redrawn } from "@drawing";

const ASK_MS = 1_000;
const FAILED_MS = 4_000;
const DRAW_MS = 120;
const CALM_MS = 1_000;
const GAP = 0.25; // Seconds between two blocks of one job that are named together.

// How a job looks; its letter stands beside the colour everywhere.
const colourOf = (theme, number) => {
  const colours = [...theme.curves, ...theme.further];
  return colours[number % colours.length];
};

class Board {
  constructor(root) {
    this.root = root;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.turned = () => this.begin();
    document.addEventListener("visibilitychange", this.turned);
  }

  take({ address, span, themes }) {
    this.themes = { light: themes[0], dark: themes[1] };
    this.span = span;
    if (this.address) return this.draw();
    this.address = address;
    this.summary = tagged("p", { class: "workers-summary" }, "Asking the server…");
    this.alarm = tagged("p", { class: "workers-alarm", role: "status" });
    this.lanes = tagged("div", { class: "workers-lanes", role: "list", "aria-label": "Workers" });
    this.axis = tagged("div", { class: "workers-axis", "aria-hidden": "true" },
      element("span", "", `${span} s ago`), element("span", "", "now"));
    this.more = element("p", "workers-quiet");
    this.queue = tagged("ol", { class: "workers-queue" });
    this.none = element("p", "workers-quiet", "Nobody waits. A study that is run appears here with a letter, and its blocks above.");
    this.rate = shape("svg", { class: "workers-rate", role: "img", viewBox: "0 0 400 90", preserveAspectRatio: "none" });
    this.rateWords = element("p", "");
    this.store = element("p", "");
    this.news = element("ul", "workers-news");
    const section = (title, ...children) =>
      tagged("section", {}, element("h2", "", title), ...children);
    this.root.replaceChildren(
      this.alarm, this.summary,
      tagged("section", { "aria-label": "What each worker computes" }, this.lanes, this.axis, this.more),
      tagged("div", { class: "workers-below" },
        section("Queue", this.queue, this.none),
        section("Blocks a minute, last ten minutes", this.rate, this.rateWords),
        section("Store and news", this.store, this.news)),
    );
    this.begin();
  }

  begin() {
    this.rest();
    if (document.hidden || this.closed) return;
    this.ask();
    this.drawing = setInterval(() => this.draw(), this.calm ? CALM_MS : DRAW_MS);
  }

  rest() {
    clearTimeout(this.timer);
    clearInterval(this.drawing);
    this.asking?.abort();
    this.asking = null;
  }

  async ask() {
    const asking = new AbortController();
    this.asking = asking;
    let wait = ASK_MS;
    try {
      const headers = this.tag ? { "If-None-Match": this.tag } : {};
      const answer = await fetch(new URL(this.address, document.baseURI), { headers, signal: asking.signal, cache: "no-store" });
      if (answer.status === 200) {
        this.tag = answer.headers.get("ETag");
        this.show(await answer.json());
      } else if (answer.status !== 304) throw new Error("no answer");
      this.lost(false);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.lost(true);
      wait = FAILED_MS;
    }
    this.timer = setTimeout(() => this.ask(), wait);
  }

  lost(lost) {
    this.root.dataset.lost = String(lost);
    const words = lost ? "The server does not answer; asking again. Below is what was seen last." : "";
    if (this.alarm.textContent !== words) this.alarm.textContent = words;
  }

  show(seen) {
    const offset = Date.now() / 1000 - seen.at;
    // The least delay so far is nearest to the truth; a clock that was set is followed.
    if (this.offset === undefined || offset < this.offset || offset > this.offset + 3) this.offset = offset;
    this.seen = seen;
    if (this.summary.textContent !== seen.summary) this.summary.textContent = seen.summary;
    this.rows(seen.lanes);
    this.more.textContent = seen.more ? `And ${seen.more} more workers.` : "";
    this.jobs(seen);
    this.rates(seen);
    this.store.textContent = `${seen.store.kind} ${seen.store.words}.`;
    this.store.dataset.trouble = seen.store.trouble;
    this.news.replaceChildren(...seen.news.map(([when, words]) =>
      tagged("li", {}, element("span", "workers-quiet", when), ` ${words}`)));
    this.draw();
  }

  rows(lanes) {
    this.lines ??= new Map();
    const names = new Set(lanes.map(({ name }) => name));
    for (const [name, line] of this.lines) {
      if (names.has(name)) continue;
      line.root.remove();
      this.lines.delete(name);
    }
    lanes.forEach((lane, at) => {
      const line = this.lines.get(lane.name) ?? this.line(lane.name);
      line.lane = lane;
      line.device.textContent = lane.device;
      line.device.dataset.device = lane.device;
      line.where.textContent = `${lane.where} · ${lane.what} · ${lane.memory}`;
      line.fill.style.width = `${100 * (lane.share ?? 0)}%`;
      line.words.textContent = lane.words;
      line.root.dataset.trouble = String(lane.trouble);
      if (this.lanes.children[at] !== line.root) this.lanes.insertBefore(line.root, this.lanes.children[at] ?? null);
    });
  }

  line(name) {
    const device = element("span", "workers-device");
    const where = element("span", "workers-quiet");
    const fill = element("i", "");
    const words = element("p", "workers-now");
    const canvas = tagged("canvas", { "aria-hidden": "true" });
    const root = tagged("div", { class: "workers-lane", role: "listitem" },
      tagged("div", { class: "workers-who" },
        tagged("p", {}, tagged("strong", {}, name), " ", device), where,
        tagged("span", { class: "workers-memory", "aria-hidden": "true" }, fill)),
      tagged("div", { class: "workers-track" }, canvas, words));
    const line = { root, device, where, fill, words, canvas };
    this.lines.set(name, line);
    return line;
  }

  jobs(seen) {
    const theme = this.theme();
    this.none.hidden = seen.jobs.length > 0;
    const items = seen.jobs.map((job) => {
      const chip = element("span", "workers-chip", job.letter);
      chip.style.setProperty("--job", colourOf(theme, job.number));
      const bar = tagged("progress", { max: job.total, value: job.done, "aria-label": `Blocks of ${job.letter}` });
      return tagged("li", {}, chip,
        tagged("span", { class: "workers-job" }, tagged("strong", {}, job.words), ` ${job.who.join(", ")}`),
        tagged("span", { class: "workers-state" }, job.state),
        tagged("span", { class: "workers-bar" }, bar, `${job.done} of ${job.total} blocks`));
    });
    if (seen.waiting_more) items.push(element("li", "workers-quiet", `And ${seen.waiting_more} more.`));
    redrawn(this.queue, items);
  }

  rates({ rate, rate_words: words }) {
    const theme = this.theme();
    const most = Math.max(1, ...rate.map((value) => value ?? 0));
    const wide = 400 / rate.length;
    redrawn(this.rate, [
      shape("title", {}, words),
      shape("line", { x1: 0, x2: 400, y1: 89.5, y2: 89.5, stroke: theme.quiet, "vector-effect": "non-scaling-stroke" }),
      ...rate.map((value, at) => shape("rect", {
        x: at * wide + 0.8, width: wide - 1.6, y: 89 - (84 * (value ?? 0)) / most, height: (84 * (value ?? 0)) / most, fill: theme.curves[0],
      })),
    ]);
    this.rateWords.textContent = words;
  }

  theme() {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim() || "#ffffff";
    return this.themes[themeOf(ground)];
  }

  draw() {
    if (!this.seen || !this.lines) return;
    const theme = this.theme();
    const now = Date.now() / 1000 - this.offset;
    for (const line of this.lines.values()) this.track(line, theme, now);
  }

  // One lane: the last minute, blocks that ended and those that still grow.
  track({ canvas, lane }, theme, now) {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width) return;
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
    const brush = canvas.getContext("2d");
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, width, height);
    const across = (time) => width * (1 - (now - time) / this.span);
    brush.fillStyle = theme.grid;
    for (let back = 10; back < this.span; back += 10) brush.fillRect(across(now - back), 0, 1, height);
    const growing = lane.now.map(([number, letter, began]) => [number, letter, began, now]);
    const blocks = [...lane.blocks, ...growing];
    for (const [number, , began, ended] of blocks) {
      const left = Math.max(0, across(began));
      const wide = Math.max(1.5, across(ended) - left - 1);
      brush.fillStyle = colourOf(theme, number);
      brush.fillRect(left, 3, wide, height - 6);
    }
    brush.font = `700 13px ${getComputedStyle(canvas).fontFamily}`;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    for (const [letter, number, began, ended] of together(blocks)) {
      const [left, right] = [Math.max(0, across(began)), Math.min(width, across(ended))];
      const wide = brush.measureText(letter).width;
      if (right - left < wide + 5) continue;
      // A plate below the letter, so that it is read over whatever is narrower than it.
      for (let at = left + Math.min((right - left) / 2, 60); at < right - wide / 2; at += 120) {
        brush.fillStyle = theme.ground;
        brush.fillRect(at - wide / 2 - 3, height / 2 - 8, wide + 6, 16);
        brush.fillStyle = theme.text;
        brush.fillText(letter, at, height / 2 + 1);
      }
    }
  }

  close() {
    this.closed = true;
    this.rest();
    document.removeEventListener("visibilitychange", this.turned);
  }
}

// Blocks of one job that follow each other, as one stretch with its letter.
function together(blocks) {
  const found = [];
  for (const [number, letter, began, ended] of [...blocks].sort((a, b) => a[2] - b[2])) {
    const last = found.at(-1);
    if (last && last[1] === number && began - last[3] < GAP) last[3] = Math.max(last[3], ended);
    else found.push([letter, number, began, ended]);
  }
  return found;
}

const boards = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-workers");
  if (!boards.has(root)) boards.set(root, new Board(root));
  const board = boards.get(root);
  board.take(data);
  return () => {
    if (root.isConnected) return;
    board.close();
    boards.delete(root);
  };
}
