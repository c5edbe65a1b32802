// Beside the tokens: curves of what is held out, paired differences; below: diagnostics, numbers.

import { button, element, scrolling, tagged } from "@dom";
import { LineChart } from "@linechart";
import { formed } from "@noticing";
import { loadChart, scheduleMap } from "@trainingmaps";

const MARKS = { better: "✓", worse: "✗", "cannot tell": "?" };
const HIGH = 262, LOW = 205; // Heights of the two charts at the usual font size.
const WORDS = {
  load: ["Load", "How the choices of the shown seed are spread over experts at the slider's step; the line is an equal share."],
  schedule: ["Competitions Λ", "In which steps a layer lets all experts compete, drawn by chance before training: each dark cell holds one."],
};

// What a paper prints of a method, and what that says of it beside another.
function printed({ values, lower }, at, reference) {
  const [own, other] = [values[at], values[reference]];
  if (own === null) return "–";
  if (at === reference || other === null || own === other) return String(own);
  return `${own} ${own < other === lower ? "better" : "worse"}`;
}

// What stands at the end of a curve, and where there is little room.
function ends(title, glyph, last, form) {
  const value = last === undefined ? "" : ` ${formed(last, form)}`;
  return { end: `${title}${value}`, short: `${glyph}${value}` };
}

export class Board {
  constructor(training) {
    this.training = training;
    this.reference = 0;
    this.tab = null; // The one that a hand has chosen.
    const part = (tag, name, ...inner) => tagged(tag, { class: `board-${name}` }, ...inner);
    this.curvesRoot = part("div", "curves");
    this.toggles = tagged("div", { class: "board-toggles following-row following-toggles", role: "group", "aria-label": "Curves that are drawn" });
    this.summary = tagged("p", { class: "board-summary", "aria-live": "polite" });
    this.table = part("div", "table");
    this.tabs = tagged("div", { class: "board-tabs following-row", role: "tablist", "aria-label": "Diagnostics" });
    this.says = part("p", "says");
    this.chartRoot = part("div", "chart");
    this.mapRoot = part("div", "map");
    this.panel = tagged("div", { class: "board-panel", role: "tabpanel" }, this.says, this.chartRoot, this.mapRoot);
    this.numbers = part("div", "numbers");
    this.details = tagged("details", { class: "board-details" }, tagged("summary", {}, "Numbers"), this.numbers);
    this.details.addEventListener("toggle", () => this.fill());
    this.tools = part(
      "div", "tools", button("Save SVG", () => training.save("svg")), button("Save PNG", () => training.save("png")),
    );
    training.right.append(this.curvesRoot, this.toggles, this.summary, this.table);
    training.wide.append(this.tabs, this.panel, part("div", "below", this.details, this.tools));
    scrolling(this.toggles);
    scrolling(this.tabs);
    this.curves = new LineChart(this.curvesRoot);
    this.chart = new LineChart(this.chartRoot);
  }

  // Of another comparison.
  forget() {
    this.reference = 0;
    this.tab = null;
  }

  get screen() {
    return this.training.screen;
  }

  show() {
    const { training, screen } = this;
    if (!screen || training.data.compact || !this.curvesRoot.clientWidth) return;
    const style = getComputedStyle(training.root);
    this.colours = {
      text: style.getPropertyValue("--st-text-color").trim(),
      ground: style.getPropertyValue("--st-background-color").trim(),
      quiet: style.getPropertyValue("--quiet").trim(),
      grid: style.getPropertyValue("--grid").trim(),
    };
    const { place } = training;
    this.step = place < 0 ? null : screen.steps[place];
    this.common = { xname: "step", xmax: screen.steps.at(-1), mark: this.step, colours: this.colours };
    this.offer();
    this.drawCurves();
    const came = screen.complete ? screen.summary : "";
    if (this.summary.textContent !== came) this.summary.textContent = came;
    this.summary.hidden = !came;
    this.drawTable();
    this.drawTab();
    this.fill();
  }

  get on() {
    return this.screen.methods.map((_, at) => at).filter((at) => this.training.shows(at));
  }

  offer() {
    const { screen, training } = this;
    const wanted = JSON.stringify(screen.methods.map((method, at) => [method.title, method.colour, training.shows(at)]));
    if (wanted === this.offered) return;
    this.offered = wanted;
    const held = [...this.toggles.children].indexOf(document.activeElement);
    this.toggles.replaceChildren(...screen.methods.map((method, at) => {
      const made = button("", () => {
        training.on.set(at, !training.shows(at));
        this.show();
      }, { pressed: training.shows(at) });
      made.style.setProperty("--curve", method.colour);
      const glyph = element("span", "glyph", method.glyph);
      glyph.setAttribute("aria-hidden", "true");
      made.append(glyph, ` ${method.title}`);
      return made;
    }));
    if (held >= 0) this.toggles.children[held]?.focus();
  }

  drawCurves() {
    const { screen } = this;
    const x = screen.places.map((place) => screen.steps[place]);
    const form = screen.percent ? "points" : "fine";
    const lines = this.on.map((at) => {
      const { title, colour, dash, glyph } = screen.methods[at];
      const { mean, low, high, seeds } = screen.curves[at];
      const last = mean.findLast((value) => value !== null);
      return {
        name: title, ...ends(title, glyph, last, form), colour, dash, x,
        mean, low, high, faint: seeds.length > 1 ? seeds : [],
      };
    });
    const guides = screen.baseline ? [{ at: screen.baseline.value, name: screen.baseline.name }] : [];
    const title = `${screen.axis}, along the steps of training: ${lines.map((line) => line.end).join("; ")}`;
    this.curves.show({
      ...this.common, lines, guides, form, title, yname: screen.axis, late: true, height: HIGH * this.training.unit,
    });
  }

  // Finals, and differences against one method, seed by seed.
  drawTable() {
    const { screen } = this;
    const wanted = JSON.stringify([screen.finals, screen.asked, screen.differences, screen.paper, screen.methods, this.reference]);
    if (wanted === this.tabled) return;
    this.tabled = wanted;
    this.reference = Math.min(this.reference, screen.methods.length - 1);
    const focused = this.table.contains(document.activeElement) && document.activeElement.tagName === "SELECT";
    const select = tagged("select", { "aria-label": "Compared with" }, ...screen.methods.map(({ title }, at) => {
      const made = element("option", "", title);
      made.value = String(at);
      return made;
    }));
    select.value = String(this.reference);
    select.addEventListener("change", () => {
      this.reference = Number(select.value);
      this.drawTable();
    });
    const paper = screen.paper;
    const head = [
      tagged("th", { scope: "col" }, ""), tagged("th", { scope: "col" }, screen.percent ? "final accuracy" : "final loss"),
      tagged("th", { scope: "col" }, "against ", select),
      ...(paper ? [tagged("th", { scope: "col", title: paper.note }, paper.title)] : []),
    ];
    const rows = screen.methods.map((method, at) => {
      const found = screen.differences[this.reference][at];
      const name = tagged("th", { scope: "row" });
      name.style.setProperty("--curve", method.colour);
      name.append(element("span", "glyph", method.glyph), `\u00a0${method.title}`);
      if (method.diverged) name.append(` (${method.diverged} diverged)`);
      const verdict = found && found.pairs ? `${MARKS[found.says]} ${found.says}` : "";
      const difference = tagged("td", { class: "board-difference" }, element("span", "", found ? found.words : "–"), " ");
      if (verdict) difference.append(element("span", "", verdict));
      const cells = [element("td", "", screen.finals[at]), difference];
      if (paper) cells.push(element("td", "", printed(paper, at, this.reference)));
      return tagged("tr", {}, name, ...cells);
    });
    this.table.replaceChildren(tagged(
      "table", {}, tagged("thead", {}, tagged("tr", {}, ...head)), tagged("tbody", {}, ...rows),
    ));
    this.table.append(element("p", "board-note", `Difference of runs of the same seed: mean and its 95 % interval. ${screen.asked}`));
    if (paper?.note) this.table.append(element("p", "board-note", paper.note));
    if (focused) this.table.querySelector("select").focus();
  }

  // Tabs that have something to show.
  drawTab() {
    const { screen } = this;
    const tabs = [...screen.diagnostics.map(({ name, title }) => [name, title])];
    if (screen.methods.some((method) => !method.dense)) tabs.splice(4, 0, ["load", WORDS.load[0]]);
    if (screen.schedules.length) tabs.push(["schedule", WORDS.schedule[0]]);
    const opens = [this.tab, screen.reads].find((wanted) => tabs.some(([name]) => name === wanted));
    this.open = opens ?? tabs[0]?.[0];
    const wanted = JSON.stringify([tabs, this.open]);
    if (wanted !== this.tabbed) {
      this.tabbed = wanted;
      const held = this.tabs.contains(document.activeElement);
      this.tabs.replaceChildren(...tabs.map(([name, title]) => {
        const made = button(title, () => this.turn(name));
        made.setAttribute("role", "tab");
        made.setAttribute("aria-selected", String(name === this.open));
        made.tabIndex = name === this.open ? 0 : -1;
        made.addEventListener("keydown", (event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (!by) return;
          event.preventDefault();
          const at = tabs.findIndex(([each]) => each === name);
          this.turn(tabs[(at + by + tabs.length) % tabs.length][0]);
        });
        return made;
      }));
      if (held) this.tabs.querySelector('[aria-selected="true"]')?.focus();
    }
    if (this.open) this.drawPanel();
  }

  turn(name) {
    this.tab = name;
    this.drawTab();
  }

  drawPanel() {
    const { screen, training } = this;
    const { view, unit } = training;
    const map = this.open === "load" || this.open === "schedule";
    this.chartRoot.hidden = map;
    this.mapRoot.hidden = !map;
    if (map) {
      this.says.textContent = WORDS[this.open][1];
      const width = this.mapRoot.clientWidth;
      const asked = { training, screen, colours: this.colours, unit, width };
      this.mapRoot.replaceChildren(this.open === "load" ? loadChart(asked) : scheduleMap(asked));
      return;
    }
    const each = screen.diagnostics.find(({ name }) => name === this.open);
    const layer = each.layered ? view.layer : 0;
    this.says.textContent = each.says;
    const x = each.places.map((place) => screen.steps[place]);
    const lines = this.on.flatMap((at) => {
      const found = each.methods[at][layer];
      if (!found) return [];
      const { title, colour, dash, glyph } = screen.methods[at];
      const last = found.mean.findLast((value) => value !== null);
      return [{ name: title, ...ends(title, glyph, last, each.form), colour, dash, x, ...found }];
    });
    const guides = [];
    if (each.name === "agreement") guides.push({ at: screen.top / screen.experts, name: `chance ${formed(screen.top / screen.experts, "percent")}` });
    if (each.name === "use_entropy") guides.push({ at: each.most, name: `most: log₂ ${screen.experts} = ${formed(each.most, "number")}` });
    if (each.name === "rank_down") guides.push({ at: 0, name: "no difference" });
    const yname = each.layered ? `${each.axis}, layer ${layer + 1}` : each.axis;
    this.chart.show({
      ...this.common, lines, guides, form: each.form, yname, title: `${yname}: ${lines.map((line) => line.end).join("; ")}`,
      height: LOW * unit, ymin: ["percent", "thousands", "count"].includes(each.form) ? 0 : undefined,
      ymax: each.form === "percent" ? 1 : undefined,
    });
  }

  // The curves as tables, while they are looked at.
  fill() {
    if (!this.details.open) return;
    const { screen, training } = this;
    const made = (caption, x, columns) => tagged(
      "table", {}, tagged("caption", {}, caption),
      tagged("thead", {}, tagged("tr", {}, ...["step", ...columns.map(([name]) => name)].map((name) => tagged("th", { scope: "col" }, name)))),
      tagged("tbody", {}, ...x.map((step, at) => tagged(
        "tr", {}, tagged("th", { scope: "row" }, String(step)), ...columns.map(([, values, form]) => element("td", "", formed(values[at], form))),
      ))),
    );
    const named = (at) => screen.methods[at].title;
    const curves = screen.methods.map((_, at) => [named(at), screen.curves[at].mean, screen.percent ? "points" : "fine"]);
    const tables = [made(`${screen.axis}, mean of the seeds`, screen.places.map((place) => screen.steps[place]), curves)];
    for (const each of screen.diagnostics) {
      const layer = each.layered ? training.view.layer : 0;
      const columns = screen.methods.flatMap((_, at) => (each.methods[at][layer] ? [[named(at), each.methods[at][layer].mean, each.form]] : []));
      const where = each.layered ? `, layer ${layer + 1}` : "";
      tables.push(made(`${each.axis}${where}`, each.places.map((place) => screen.steps[place]), columns));
    }
    this.numbers.replaceChildren(...tables);
  }
}
