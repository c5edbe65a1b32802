// Draws a Plotly figure with Plotly.react, so that the node and the reader's zoom stay while
// points arrive. Everything comes from this server; no other host is asked for anything.

const NARROW = 640;

let library; // One promise for the whole page: plotly.js is loaded once.

function loadPlotly() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "PLOTLY";
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      library = undefined;
      reject(new Error("plotly.js did not load from this server; reload the page."));
    };
    document.head.append(script);
  });
  return library;
}

function merged(base, patch) {
  const result = { ...base };
  for (const [name, value] of Object.entries(patch ?? {})) {
    const plain = value !== null && typeof value === "object" && !Array.isArray(value);
    result[name] = plain ? merged(base[name] ?? {}, value) : value;
  }
  return result;
}

class Plot {
  constructor(root) {
    this.root = root;
    this.canvas = document.createElement("div");
    this.canvas.className = "moeviz-canvas";
    this.canvas.setAttribute("role", "img");
    this.tools = document.createElement("div");
    this.tools.className = "moeviz-tools";
    root.replaceChildren(this.canvas, this.tools);
    this.zoom = null; // The reader's axis ranges; null while the figure chooses its own.
    this.unlabelled = new Set(); // Axes that show fewer than two of the figure's own ticks.
    this.redraws = 0;
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(root);
  }

  async show(data, figure) {
    if (this.data?.view !== data.view) this.zoom = null;
    const drawn = this.redraws > 0 && ["figure", "view", "tools"].every((k) => this.data[k] === data[k]);
    const dressed = this.data?.tools === data.tools;
    this.data = data;
    this.figure = figure;
    this.canvas.setAttribute("aria-label", data.description);
    if (!dressed) this.dress();
    this.plotly ??= await loadPlotly();
    if (!drawn) await this.draw();
  }

  layout() {
    const { figure, data: { view } } = this;
    this.narrow = this.root.clientWidth < NARROW;
    const base = this.narrow ? merged(figure.layout, figure.narrow) : merged(figure.layout, {});
    const family = getComputedStyle(this.root).fontFamily;
    const layout = merged(base, { autosize: true, uirevision: view, font: { family } });
    for (const [axis, range] of Object.entries(this.zoom ?? {})) {
      layout[axis] = { ...layout[axis], range, autorange: false };
    }
    for (const axis of this.unlabelled) {
      layout[axis] = { ...layout[axis], dtick: null, tickmode: "auto" };
    }
    return layout;
  }

  // A range of less than two decades may hold one decade or none: a scale that nobody can read.
  // There Plotly chooses the ticks.
  label() {
    const change = {};
    for (const axis of ["xaxis", "yaxis"]) {
      const { type, dtick } = this.figure.layout[axis] ?? {};
      if (type !== "log" || !dtick) continue;
      const [low, high] = this.canvas._fullLayout[axis].range;
      const few = Math.floor(high / dtick) <= Math.ceil(low / dtick);
      if (few === this.unlabelled.has(axis)) continue;
      this.unlabelled[few ? "add" : "delete"](axis);
      change[`${axis}.dtick`] = few ? null : dtick;
      change[`${axis}.tickmode`] = few ? "auto" : "linear";
    }
    return Object.keys(change).length ? this.plotly.relayout(this.canvas, change) : null;
  }

  async draw() {
    if (!this.root.clientWidth) return; // Hidden; the observer calls again when there is room.
    const first = this.redraws === 0;
    this.redraws += 1;
    const config = { displayModeBar: false, displaylogo: false, doubleClick: "reset+autosize" };
    await this.plotly.react(this.canvas, this.figure.data, this.layout(), config);
    if (first) this.canvas.on("plotly_relayout", (change) => this.remember(change));
    await this.label();
    this.canvas.dataset.redraws = String(this.redraws);
    this.canvas.dataset.points = String(
      this.figure.data.reduce((sum, trace) => sum + (trace.meta?.measured ? trace.x.length : 0), 0),
    );
  }

  remember(change) {
    const keys = Object.keys(change);
    if (keys.some((key) => key.endsWith(".autorange"))) {
      this.zoom = null;
    } else if (keys.some((key) => key.includes("axis.range"))) {
      this.zoom = this.ranges();
    } else {
      return; // The ticks alone.
    }
    this.label();
  }

  ranges() {
    const { xaxis, yaxis } = this.canvas._fullLayout;
    return { xaxis: [...xaxis.range], yaxis: [...yaxis.range] };
  }

  scale(factor) {
    const ranges = this.ranges();
    for (const [axis, [low, high]] of Object.entries(ranges)) {
      const middle = (low + high) / 2;
      const half = ((high - low) / 2) * factor;
      ranges[axis] = [middle - half, middle + half];
    }
    this.zoom = ranges;
    return this.draw();
  }

  reset() {
    this.zoom = null;
    return this.draw();
  }

  save(format) {
    const { width, height } = this.canvas.getBoundingClientRect();
    const scale = format === "png" ? 2 : 1;
    const options = { format, filename: this.data.fileName, width, height, scale };
    return this.plotly.downloadImage(this.canvas, options);
  }

  resize() {
    if (!this.plotly || !this.data) return;
    const changed = this.redraws === 0 || this.narrow !== this.root.clientWidth < NARROW;
    if (changed) this.draw();
    else if (this.root.clientWidth) this.plotly.Plots.resize(this.canvas);
  }

  dress() {
    const actions = [
      ["Zoom in", () => this.scale(0.7)],
      ["Zoom out", () => this.scale(1 / 0.7)],
      ["Whole plot", () => this.reset()],
      ["Save SVG", () => this.save("svg")],
      ["Save PNG", () => this.save("png")],
    ];
    const buttons = actions.map(([label, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.onclick = () => this.plotly && act();
      return button;
    });
    this.tools.replaceChildren(...(this.data.tools ? buttons : []));
  }

  close() {
    this.observer.disconnect();
    this.plotly?.purge(this.canvas);
  }
}

const plots = new WeakMap();

// The page's ground as the theme has it now; asks for a new figure when this one has another.
function followTheme(shown, figure, root, setTriggerValue) {
  const ground = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const fits = ground.toLowerCase() === figure.layout.paper_bgcolor.toLowerCase();
  if (!fits && shown.asked !== ground) setTriggerValue("theme", ground);
  shown.asked = fits ? null : ground;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-figure");
  if (!plots.has(root)) plots.set(root, new Plot(root));
  const shown = plots.get(root);
  // A poll that brings nothing new brings the same text.
  const figure = shown.data?.figure === data.figure ? shown.figure : JSON.parse(data.figure);
  followTheme(shown, figure, root, setTriggerValue);
  shown.show(data, figure).catch((error) => {
    root.setAttribute("role", "alert");
    root.textContent = error.message;
  });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the plot stays.
    if (root.isConnected) return;
    shown.close();
    plots.delete(root);
  };
}
