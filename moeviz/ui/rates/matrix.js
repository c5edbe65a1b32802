// The matrix of rates. All that it shows comes with the page; a change is drawn here at once, and
// the server hears of it for the address alone.

import { element, themeOf } from "@dom";

const FLAT = 0.15; // The axis goes from here, a loss that rises,
const STEEP = -1.25; // to here; further right is faster.
const TICKS = [0, -0.5, -1];
const EDGE = 8; // Pixels that an open cell keeps from the window's border.
const PHONE = "(max-width: 40rem)";
const ALL = "all";

function role(made, name) {
  made.setAttribute("role", name);
  return made;
}

const signed = (value, digits = 2) => {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};
const place = (slope) => (100 * (FLAT - Math.max(STEEP, Math.min(FLAT, slope)))) / (FLAT - STEEP);

// n^(−1/4) as a power; everything else letter by letter.
function typeset(into, text) {
  text.split(/\^\(([^)]*)\)/).forEach((part, index) => {
    into.append(index % 2 ? element("sup", "", part) : part);
  });
  return into;
}

class Matrix {
  constructor(root) {
    this.root = root;
    [this.bar, this.notice, this.frame, this.legend, this.ideas] = root.children;
    this.panel = role(element("div", "rates-open"), "dialog");
    this.panel.popover = "auto";
    this.panel.addEventListener("toggle", (event) => {
      if (event.newState === "closed") this.closed();
    });
    root.append(this.panel);
    this.phone = window.matchMedia(PHONE);
    this.redraw = () => this.draw();
    this.resized = () => this.view?.cell && this.position();
    this.phone.addEventListener("change", this.redraw);
    window.addEventListener("resize", this.resized);
  }

  show(data, tell) {
    this.tell = tell;
    this.meanings = data.meanings;
    const anew = data.matrix !== this.text;
    if (anew) {
      this.text = data.matrix;
      this.data = JSON.parse(data.matrix);
      this.cells = new Map();
      for (const row of this.data.rows) for (const cell of row.cells) this.cells.set(cell.name, { row, cell });
      this.controls();
      this.explain();
    }
    if (anew || data.generation !== this.generation) {
      this.generation = data.generation;
      this.view = JSON.parse(data.view);
      const { cell, paper } = this.view;
      // A phone shows one paper: the one of the cell that a link has open.
      if (cell && paper === ALL && this.phone.matches) this.view.paper = this.cells.get(cell).row.paper;
      this.draw();
      if (this.view.cell) requestAnimationFrame(() => this.open(this.view.cell, false));
      else if (this.panel.matches(":popover-open")) this.panel.hidePopover();
    } else {
      this.colour();
    }
  }

  change(changes) {
    Object.assign(this.view, changes);
    this.draw();
    this.tell({ ...this.view });
  }

  // The paper on show: on a phone one, but for the few claims of one agreement.
  get paper() {
    const { paper, agreement } = this.view;
    const one = paper === ALL && agreement === ALL && this.phone.matches;
    return one ? Object.keys(this.data.papers)[0] : paper;
  }

  controls() {
    const papers = role(element("div", "rates-papers"), "group");
    papers.setAttribute("aria-label", "Paper");
    for (const [name, title] of [[ALL, "All papers"], ...Object.entries(this.data.papers)]) {
      const made = element("button", "rates-paper", title);
      made.type = "button";
      made.dataset.paper = name;
      made.onclick = () => this.change({ paper: name });
      papers.append(made);
    }
    const setting = this.select("setting", "Setting", "all settings", this.data.settings);
    const said = { differ: "only contradicted claims", agree: "only confirmed claims", open: "only undecided" };
    const agreement = this.select("agreement", "Agreement", "contradicted or not", said);
    const read = element("button", "rates-read", "samples for error ε");
    read.type = "button";
    read.onclick = () => this.change({ read: this.view.read === "samples" ? "rate" : "samples" });
    this.bar.replaceChildren(papers, setting, agreement, read);
  }

  select(name, title, all, options) {
    const made = element("select", "rates-select");
    made.setAttribute("aria-label", title);
    made.dataset.choice = name;
    for (const [value, text] of [[ALL, all], ...Object.entries(options)]) {
      const option = element("option", "", text);
      option.value = value;
      made.append(option);
    }
    made.onchange = () => this.change({ [name]: made.value });
    return made;
  }

  colour() {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim();
    const theme = themeOf(ground);
    if (this.theme === theme) return;
    this.theme = theme;
    for (const [kind, colour] of Object.entries(this.data.colours[theme])) {
      this.root.style.setProperty(`--rates-${kind}`, colour);
    }
  }

  draw() {
    if (!this.data) return;
    const held = this.frame.contains(document.activeElement) ? document.activeElement.dataset.cell : null;
    const { setting, agreement, read } = this.view;
    const { paper } = this;
    this.colour();
    this.root.dataset.read = read;
    this.root.dataset.agreement = agreement;
    for (const made of this.bar.querySelectorAll("[data-paper]")) {
      made.setAttribute("aria-pressed", String(made.dataset.paper === paper));
    }
    for (const made of this.bar.querySelectorAll("select")) made.value = this.view[made.dataset.choice];
    this.bar.lastChild.setAttribute("aria-pressed", String(read === "samples"));
    this.notice.textContent = this.data.notices[`${paper}|${setting}|${agreement}`];
    const shown = this.data.rows
      .filter((row) => [ALL, row.paper].includes(paper))
      .map((row) => ({
        row,
        cells: row.cells.filter((c) => [ALL, c.setting].includes(setting) && [ALL, c.agreement].includes(agreement)),
      }))
      .filter(({ cells }) => cells.length);
    this.frame.replaceChildren(...(shown.length ? [this.table(shown)] : []));
    this.frame.style.setProperty("--rates-rows", shown.length);
    this.pick(held ?? this.view.cell ?? this.first, Boolean(held));
  }

  table(shown) {
    const used = new Set(shown.flatMap(({ cells }) => cells.map((cell) => cell.column)));
    this.columns = Object.keys(this.data.columns).filter((name) => used.has(name));
    this.first = shown[0].cells[0].name;
    const table = role(element("table", "rates-table"), "grid");
    table.classList.toggle("rates-single", this.columns.length === 1);
    table.classList.toggle("rates-pair", this.columns.length === 2);
    table.setAttribute("aria-label", "Claimed and measured rates by gate and expert");
    const head = role(element("tr"), "row");
    head.append(this.heading("", "papers-head"), this.heading("gate", "gate"), this.heading("setting", "regime"));
    for (const name of this.columns) head.append(this.axis(name));
    const top = role(element("thead"), "rowgroup");
    top.append(head);
    const body = role(element("tbody"), "rowgroup");
    shown.forEach((one, index) => body.append(this.row(one, shown, index)));
    table.append(top, body);
    this.grid = shown.map(({ cells }) => this.columns.map((name) => cells.find((c) => c.column === name)?.name));
    table.onkeydown = (event) => this.move(event);
    return table;
  }

  heading(text, className) {
    const made = role(element("th", `rates-${className}`, text), "columnheader");
    made.scope = "col";
    if (!text) made.append(element("span", "rates-hidden", "paper"));
    return made;
  }

  axis(name) {
    const made = this.heading(this.data.columns[name], "column");
    const scale = element("span", "rates-scale");
    scale.setAttribute("aria-hidden", "true");
    for (const tick of TICKS) {
      const text = this.view.read === "samples" ? (tick ? `ε^(−${-1 / tick})` : "∞") : signed(tick, tick % 1 ? 1 : 0);
      const mark = typeset(element("span"), text);
      mark.style.left = `${place(tick)}%`;
      scale.append(mark);
    }
    made.append(scale);
    return made;
  }

  row({ row, cells }, shown, index) {
    const made = role(element("tr"), "row");
    const before = shown[index - 1]?.row;
    if (before?.paper !== row.paper) {
      made.className = "rates-begins";
      const paper = role(element("th", "rates-paper-name"), "rowheader");
      paper.append(element("span", "", this.data.papers[row.paper]));
      paper.rowSpan = shown.filter((one) => one.row.paper === row.paper).length;
      paper.scope = "rowgroup";
      made.append(paper);
    }
    const gate = role(element("th", "rates-gate", row.short), "rowheader");
    gate.title = row.gate;
    if (before?.paper === row.paper && before.gate === row.gate) gate.classList.add("rates-same");
    gate.scope = "row";
    const regime = role(element("td", "rates-regime", row.regime.replaceAll("-specified", "")), "gridcell");
    made.append(gate, regime);
    for (const name of this.columns) {
      const cell = cells.find((one) => one.column === name);
      const td = role(element("td", cell ? "rates-cell" : "rates-none"), "gridcell");
      td.append(cell ? this.cell(cell) : element("span", "rates-hidden", "no claim"));
      made.append(td);
    }
    return made;
  }

  cell(cell) {
    const made = element("button", `rates-face rates-${cell.kind}`);
    made.type = "button";
    made.classList.toggle("rates-function", cell.column === "function");
    made.tabIndex = -1;
    made.dataset.cell = cell.name;
    made.setAttribute("aria-label", cell.label);
    made.setAttribute("aria-haspopup", "dialog");
    made.setAttribute("aria-expanded", "false");
    const line = element("span", "rates-line");
    line.append(element("span", "rates-expert", cell.face));
    line.append(typeset(element("span", "rates-claim"), this.view.read === "samples" ? cell.samples : cell.short));
    const marks = element("span", "rates-marks");
    if (!cell.measured) marks.append(element("span", "rates-missing", "no slope"));
    const glyph = this.data.marks[cell.proof].glyph;
    if (cell.measured?.mark === "unknown" && cell.exponent !== null) marks.append(element("span", "rates-untold", "?"));
    if (cell.agreement === "differ") marks.append(element("span", "rates-differ", "≠"));
    if (glyph) marks.append(element("span", `rates-${cell.proof}`, glyph));
    line.append(marks);
    made.append(line, this.strip(cell));
    made.onpointerdown = () => { this.pressed = this.view.cell === cell.name; };
    made.onclick = () => {
      const again = this.pressed;
      this.pressed = false;
      this.pick(cell.name, true);
      if (!again) this.open(cell.name, true);
    };
    return made;
  }

  strip({ measured, exponent }) {
    const strip = element("span", "rates-strip");
    for (const tick of TICKS) this.mark(strip, "rates-tick", tick);
    if (exponent !== null) this.mark(strip, "rates-theory", exponent);
    if (!measured) return strip;
    const bar = element("span", "rates-interval");
    bar.style.left = `${place(measured.high)}%`;
    bar.style.width = `${place(measured.low) - place(measured.high)}%`;
    strip.append(bar);
    this.mark(strip, "rates-point", measured.slope);
    return strip;
  }

  mark(strip, className, slope) {
    const made = element("span", className);
    made.style.left = `${place(slope)}%`;
    strip.append(made);
  }

  face(name) {
    return [...this.frame.querySelectorAll("[data-cell]")].find((made) => made.dataset.cell === name);
  }

  // One cell is where Tab arrives; arrows move from there.
  pick(name, focus) {
    const chosen = this.face(name) ?? this.face(this.first);
    for (const made of this.frame.querySelectorAll('[data-cell][tabindex="0"]')) made.tabIndex = -1;
    if (!chosen) return;
    chosen.tabIndex = 0;
    if (focus) chosen.focus({ preventScroll: true });
    if (focus) chosen.scrollIntoView({ block: "nearest" });
  }

  move(event) {
    const name = event.target.dataset?.cell;
    const row = this.grid.findIndex((cells) => cells.includes(name));
    if (row < 0) return;
    const column = this.grid[row].indexOf(name);
    const to = this.next(event, row, column);
    if (!to) return;
    event.preventDefault();
    this.pick(to, true);
  }

  next(event, row, column) {
    const here = this.grid[row];
    const filled = (cells) => cells.filter(Boolean);
    const all = filled(this.grid.flat());
    switch (event.key) {
      case "ArrowRight": return here.slice(column + 1).find(Boolean);
      case "ArrowLeft": return filled(here.slice(0, column)).pop();
      case "ArrowDown": return this.nearest(this.grid[row + 1], column);
      case "ArrowUp": return this.nearest(this.grid[row - 1], column);
      case "Home": return (event.ctrlKey ? all : filled(here))[0];
      case "End": return (event.ctrlKey ? all : filled(here)).pop();
      default: return undefined;
    }
  }

  nearest(cells, column) {
    const found = (cells ?? []).map((name, index) => [Math.abs(index - column), name]);
    return found.filter(([, name]) => name).sort(([a], [b]) => a - b)[0]?.[1];
  }

  open(name, told) {
    const found = this.cells.get(name);
    const face = this.face(name);
    if (!found || !face) return;
    this.panel.setAttribute("aria-label", found.cell.label.split(":")[0]);
    this.panel.replaceChildren(...this.words(found));
    if (!this.panel.matches(":popover-open")) this.panel.showPopover();
    this.view.cell = name;
    for (const made of this.frame.querySelectorAll("[data-cell]")) {
      made.setAttribute("aria-expanded", String(made === face));
    }
    this.position();
    // Without the meanings the words are still words.
    import(new URL("@meanings", document.baseURI)).then(({ mark }) => mark(this.meanings), () => {});
    this.panel.querySelector(".rates-close").focus({ preventScroll: true });
    if (told) this.tell({ ...this.view });
  }

  closed() {
    const face = this.face(this.view.cell);
    face?.setAttribute("aria-expanded", "false");
    const lost = document.activeElement === document.body || this.panel.contains(document.activeElement);
    if (lost) face?.focus({ preventScroll: true });
    this.view.cell = null;
    this.tell({ ...this.view });
  }

  position() {
    const face = this.face(this.view.cell);
    if (!face) return;
    if (this.phone.matches) {
      this.panel.removeAttribute("style");
      return;
    }
    const at = face.getBoundingClientRect();
    const { innerWidth, innerHeight } = window;
    const { offsetWidth: width, offsetHeight: height } = this.panel;
    // Beside the cell where there is room, so that its row and column stay in sight.
    const right = at.right + EDGE + width < innerWidth - EDGE;
    const left = right ? at.right + EDGE : Math.max(EDGE, at.left - EDGE - width);
    const top = Math.max(EDGE, Math.min(at.top, innerHeight - height - EDGE));
    this.panel.style.left = `${left}px`;
    this.panel.style.top = `${top}px`;
  }

  words({ row, cell }) {
    const close = element("button", "rates-close", "Close");
    close.type = "button";
    close.onclick = () => this.panel.hidePopover();
    const head = element("div", "rates-head");
    head.append(element("h2", "", `${row.gate}, ${row.regime}: ${cell.expert}`), close);
    const list = element("dl");
    const say = (term, ...parts) => {
      list.append(element("dt", "", term));
      for (const part of parts.filter(Boolean)) {
        const said = element("dd");
        said.append(...[part].flat());
        list.append(said);
      }
    };
    const text = (words) => this.sentence(words);
    const link = (words, href) => {
      const made = element("a", "", words);
      made.href = href;
      made.target = "_blank"; // A class comes back to the matrix by closing a tab.
      return made;
    };
    const end = (words) => (words && !words.endsWith(".") ? `${words}.` : words);
    const bold = typeset(element("strong"), cell.claim);
    say("Claimed", [bold, " ", text(`(${cell.source}).`)], cell.note && text(end(this.begun(cell.note))),
      text(cell.needs));
    const { measured } = cell;
    if (measured) {
      const size = (n) => n.toLocaleString("en");
      const expert = cell.measured_with && `with ${cell.measured_with}, `;
      say("Measured",
        [expert, element("strong", "", `slope ${signed(measured.slope)}`), text(`, 95 % interval ${signed(measured.low)} to ${signed(measured.high)}, n = ${size(measured.from)} to ${size(measured.to)}.`)],
        text(measured.words), measured.note && text(measured.note),
        this.root.dataset.read === "samples" && text(`By this slope ${measured.samples}.`),
        [link("See the measurement", cell.kept), ` (${measured.date}, ${measured.device}) · `, link("Run it yourself", cell.study)]);
    } else {
      say("Measured", text(cell.why_not), [link("Run it yourself", cell.study)]);
    }
    for (const one of cell.elsewhere) {
      list.append(element("dd", "", `${one.same_expert ? "Also" : "For another expert"}: slope ${signed(one.slope)}, ${one.words}, in `));
      list.lastChild.append(link(one.title, one.href), ".");
    }
    const claims = cell.claims.map((one) => {
      const { glyph } = this.data.marks[one.mark];
      const expert = one.expert && `for ${one.expert}, `;
      return [`${glyph} `, link(one.claim, one.href), ` (${one.reference}): ${expert}`, text(one.says), "."];
    });
    say("Decided", ...(claims.length ? claims : [text(this.data.undecided)]));
    say("Together", text(cell.together));
    return [head, list];
  }

  // Words of the glossary open their meaning.
  sentence(words) {
    const said = element("span");
    for (const piece of this.data.terms[words] ?? [words]) {
      const [id, word] = typeof piece === "string" ? [null, piece] : piece;
      const part = typeset(element("span", id ? "moeviz-term" : ""), word);
      if (id) part.dataset.term = id;
      said.append(part);
    }
    return said;
  }

  begun(note) {
    return /^[a-z]+ /.test(note) ? note[0].toUpperCase() + note.slice(1) : note;
  }

  explain() {
    const parts = Object.entries(this.data.kinds).map(([kind, title]) => {
      const made = element("span", "rates-key");
      const [rate, samples] = [title, this.data.needed[kind]].map((words, index) =>
        typeset(element("span", index ? "rates-as-samples" : "rates-as-rate"), words));
      made.append(element("span", `rates-swatch rates-${kind}`), rate, samples);
      return made;
    });
    for (const name of ["proved", "fails", "condition"]) {
      const { glyph, says } = this.data.marks[name];
      parts.push(element("span", "rates-key", `${glyph} ${says}`));
    }
    parts.push(element("span", "rates-key", "≠ contradicted by checker or slope"));
    parts.push(element("span", "rates-key", "? slope cannot tell"));
    const bar = element("span", "rates-key rates-bar-key");
    const strip = this.strip({ measured: { slope: -0.5, low: -0.8, high: -0.2 }, exponent: -0.5 });
    const half = "−0.5 also for n^(−1/4): this loss is squared";
    const slope = typeset(element("span", "rates-as-rate"), `slope of the loss, 95 %; upright: the claim's (${half})`);
    const squared = "ε^(−2) also for ε^(−4): this loss is squared";
    const needed = typeset(element("span", "rates-as-samples"), `samples until the loss is ε, 95 %; upright: the claim's (${squared})`);
    bar.append(strip, slope, needed);
    this.legend.replaceChildren(...parts, bar);
    const ideas = [
      ["Which claims are contradicted?", { agreement: "differ" }],
      ["How many samples for an error ε?", { read: "samples" }],
      ["What does one expert too many cost?", { setting: "over" }],
      ["Everything again", { paper: ALL, setting: ALL, agreement: ALL, read: "rate" }],
    ];
    this.ideas.replaceChildren(element("span", "", "Try this:"), ...ideas.map(([text, changes]) => {
      const made = element("button", "rates-idea", text);
      made.type = "button";
      made.onclick = () => this.change(changes);
      return made;
    }));
  }

  end() {
    this.phone.removeEventListener("change", this.redraw);
    window.removeEventListener("resize", this.resized);
  }
}

const made = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".moeviz-rates");
  if (!made.has(root)) made.set(root, new Matrix(root));
  const matrix = made.get(root);
  matrix.show(data, (view) => setStateValue("view", view));
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the matrix stays.
    if (root.isConnected) return;
    matrix.end();
    made.delete(root);
  };
}
