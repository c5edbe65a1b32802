// Shows a study: figure with named curves, toggles, slope meters, takeaway, progress. While the
// study runs its news arrive as a stream, and the page's script does not run.

const script = (path) => import(new URL(path, document.baseURI));
const load = () =>
  Promise.all([script("@figure"), script("@names"), script("@meters"), script("@live")]).then(
    (modules) => Object.assign({}, ...modules),
  );

const FAINT = 0.4;
const PINNED = 0.8;
const ROOM = 1.6; // Factor of the loss above and below the curves.

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(label, pressed, act) {
  const made = element("button", "", label);
  made.type = "button";
  made.setAttribute("aria-pressed", String(pressed));
  made.onclick = act;
  return made;
}

const isLine = ({ meta }) => meta.part === "mean" || meta.part === "start";
const curvesOf = ({ meta }) => meta.curves ?? [meta.curve];

// Which theme a ground such as #ffffff belongs to.
function themeOf(ground) {
  const channels = [1, 3, 5].map((i) => parseInt(ground.slice(i, i + 2), 16));
  return channels.reduce((sum, value) => sum + value, 0) > 382 ? "light" : "dark";
}

// How far the axis of the loss may go: a replicate far out does not press the curves together.
function span(traces) {
  const drawn = traces.filter(
    ({ visible, meta, yaxis }) => visible && !yaxis && meta.part !== "replicates",
  );
  const values = drawn.flatMap(({ y }) => y).filter((value) => value > 0);
  if (!values.length) return {};
  return { clipmin: Math.min(...values) / ROOM, clipmax: Math.max(...values) * ROOM };
}

// An arrow towards a reach stays at the edge of an axis that has become wider.
function atTheEdge(trace, { layout }, wide) {
  if (trace.meta.part !== "reach") return trace;
  const side = ["triangle-left", "triangle-right"].indexOf(trace.marker.symbol);
  const { range } = wide.xaxis;
  if (side < 0) {
    // Words stand where there is room for them: on the side on which most of the axis lies.
    const share = (Math.log10(trace.x[0]) - range[0]) / (range[1] - range[0]);
    return { ...trace, textposition: share > 0.55 ? "middle left" : "middle right" };
  }
  const moved = range[side] - layout.xaxis.range[side];
  return moved ? { ...trace, x: trace.x.map((n) => n * 10 ** moved) } : trace;
}

class Watch {
  constructor(root, tools) {
    this.root = root;
    this.tools = tools;
    const part = (name) => root.querySelector(`.watch-${name}`);
    for (const name of [
      "toggles", "heading", "note", "reveal", "meters", "summary", "progress", "bar", "sentence",
    ]) {
      this[name] = part(name);
    }
    this.reveal.addEventListener("click", () => {
      this.revealed = true;
      this.render().catch((error) => this.fail(error));
      this.heading.focus();
    });
    this.names = new tools.EndNames(tools.lines);
    this.figure = new tools.Figure(part("figure"), "@plotly", {
      tools: part("tools"),
      arrange: (layout, figure) => this.names.arrange(layout, figure),
      annotate: (figure) => this.names.annotate(figure),
    });
  }

  take(data, trigger) {
    this.trigger = trigger;
    const other = this.data?.view !== data.view || this.data?.job !== data.job;
    if (this.data?.view !== data.view) {
      this.on = new Map(); // Curves that the visitor switched, by place.
      this.hidden = new Set(); // Layers that are off.
      this.replicates = true;
      this.revealed = false;
    }
    if (data.sentence) this.news = { active: false, sentence: data.sentence };
    else if (data.job !== this.data?.job) this.news = null;
    if (other || data.screen !== this.data.screen) {
      this.screen = data.screen ? JSON.parse(data.screen) : null;
    }
    if (data.layers !== this.data?.layers) {
      this.layers = JSON.parse(data.layers).map(
        (layer) => ({ ...layer, screen: JSON.parse(layer.screen) }));
    }
    this.data = data;
    const ground = this.tools.groundOf(this.root);
    this.theme = themeOf(ground);
    this.root.dataset.theme = this.theme;
    this.askForTheme(ground);
    this.follow();
    return this.render();
  }

  // What the page's script has made is in the theme of then; the stream is asked for today's.
  askForTheme(ground) {
    const made = [this.screen, ...this.layers.map((layer) => layer.screen)].filter(Boolean);
    const fits = made.every(
      ({ figure }) => figure.layout.paper_bgcolor.toLowerCase() === ground,
    );
    if (!fits && this.asked !== ground) this.trigger("theme", ground);
    this.asked = fits ? null : ground;
  }

  follow() {
    const { job, live, visitor } = this.data;
    const wanted = live && job ? `${job} ${this.theme} ${visitor}` : null;
    if (wanted === this.following) return;
    this.stop?.();
    this.stop = null;
    this.following = wanted;
    if (!wanted) return;
    this.stop = this.tools.follow(job, {
      theme: this.theme,
      visitor,
      onMessage: (news) => this.hear(news),
      onEnd: (news) => {
        if (news) this.hear(news);
        this.trigger("ended", job);
      },
    });
  }

  hear(news) {
    this.news = news;
    if (news.screen) this.screen = news.screen;
    this.render().catch((error) => this.fail(error));
  }

  fail(error) {
    this.sentence.textContent = error.message;
    this.progress.hidden = false;
  }

  // The study in front: one's own, else the first that lies faint behind it.
  get main() {
    return this.screen ?? this.layers.find((layer) => layer.look === "faint")?.screen ?? null;
  }

  shows(place) {
    return this.on.get(place) ?? this.main.curves[place].first;
  }

  async render() {
    this.tell();
    const { main } = this;
    this.root.dataset.empty = String(!main);
    if (!main) return;
    this.offer();
    this.judge();
    const { figure, names } = this.composed();
    this.names.curves = names;
    await this.figure.show({
      figure,
      description: main.description,
      view: this.data.view,
      fileName: this.data.fileName,
      tools: true,
      caption: { title: this.data.title, takeaway: main.summary },
    });
  }

  // Progress under the plot.
  tell() {
    const { news } = this;
    this.progress.hidden = !news;
    if (!news) return;
    this.bar.hidden = !news.active;
    if (typeof news.fraction === "number") this.bar.value = news.fraction;
    const failed = news.gone || news.state === "failed";
    const words = failed ? [news.sentence, news.message] : [news.sentence];
    const text = words.filter(Boolean).join(" ");
    if (this.sentence.textContent !== text) this.sentence.textContent = text;
    // Read out at the end, and not at every step.
    this.sentence.setAttribute("aria-live", news.active ? "off" : "polite");
  }

  // Buttons: one a curve, one a layer, one for the replicates.
  offer() {
    const { main } = this;
    const wanted = JSON.stringify([
      main.curves.map((curve, place) => [curve.name, curve.glyph, curve.colour, this.shows(place)]),
      this.layers.map((layer) => [layer.name, this.hidden.has(layer.name)]),
      this.replicates,
    ]);
    if (wanted === this.offered) return;
    this.offered = wanted;
    const again = () => this.render().catch((error) => this.fail(error));
    const held = [...this.toggles.children].indexOf(document.activeElement);
    const curves = main.curves.map((curve, place) => {
      const made = button("", this.shows(place), () => {
        this.on.set(place, !this.shows(place));
        again();
      });
      made.title = curve.label;
      made.style.setProperty("--curve", curve.colour);
      const glyph = element("span", "glyph", curve.glyph);
      glyph.setAttribute("aria-hidden", "true");
      made.append(glyph, ` ${curve.name}`);
      return made;
    });
    const layers = this.layers
      .filter((layer) => layer.screen !== main)
      .map((layer) =>
        button(layer.name, !this.hidden.has(layer.name), () => {
          if (!this.hidden.delete(layer.name)) this.hidden.add(layer.name);
          again();
        }),
      );
    const dots = button("Replicates", this.replicates, () => {
      this.replicates = !this.replicates;
      again();
    });
    this.toggles.replaceChildren(...(curves.length > 1 ? curves : []), ...layers, dots);
    if (held >= 0) this.toggles.children[held]?.focus();
  }

  // Meters of the curves that are on, and the takeaway.
  judge() {
    const { main, data } = this;
    const shown = main.meters.filter((meter) => this.shows(meter.curve));
    const kept = main !== this.screen;
    // Who has run nothing yet may predict first: what lies behind is drawn, and judged on demand.
    const held = kept && !this.revealed;
    const wanted = JSON.stringify([shown, data.guesses, main.summary, kept, held]);
    if (wanted === this.judged) return;
    this.judged = wanted;
    const layer = this.layers.find((each) => each.screen === main);
    this.note.textContent = kept && layer
      ? `Pale: ${layer.name}. Predict the slopes, then run your own.`
      : "0 is flat; −0.5 is one over the square root of n.";
    this.reveal.hidden = !held;
    this.meters.hidden = held;
    this.summary.hidden = held;
    this.meters.replaceChildren(
      ...shown.map((meter) => this.tools.meterNode(meter, data.guesses[meter.curve])),
    );
    this.summary.textContent = main.summary;
  }

  // What was put together last, as long as nothing that it is made of has changed.
  composed() {
    const on = this.main.curves.map((_, place) => this.shows(place));
    const made = [this.main, this.layers, [...this.hidden, on, this.replicates].join()];
    if (!this.made?.every((part, i) => part === made[i])) this.last = this.compose();
    this.made = made;
    return this.last;
  }

  compose() {
    const { main } = this;
    const names = [];
    const own = main === this.screen;
    const behind = this.layers.filter(
      (layer) => layer.screen !== main && !this.hidden.has(layer.name),
    );
    const dressed = main.figure.data.map((trace) => {
      const on = curvesOf(trace).some((place) => this.shows(place));
      const { part } = trace.meta;
      const visible = on && (part !== "replicates" || (this.replicates && own));
      if (isLine(trace) && visible) names.push(this.named(main, trace));
      const faint = !own && part !== "guide" && part !== "reach"; // Texts stay readable.
      const meta = own ? trace.meta : { ...trace.meta, measured: false };
      return { ...trace, meta, visible, ...(faint ? { opacity: FAINT } : {}) };
    });
    const under = behind.flatMap((layer) => this.behind(layer, names));
    const wide = this.widened(main.figure, behind);
    const data = [...under, ...dressed].map((trace) => atTheEdge(trace, main.figure, wide));
    const layout = this.tools.merged(wide, {
      yaxis: { autorangeoptions: span(data) },
    });
    return { names, figure: { ...main.figure, layout, data } };
  }

  named(screen, trace, note = "") {
    const curve = screen.curves[trace.meta.curve];
    const name = note ? `${curve.name} · ${note}` : curve.name;
    const { glyph, colour } = curve;
    return { name, glyph, colour, x: trace.x, y: trace.y, pinned: Boolean(note) };
  }

  // A further study: its means, open and thin where it is pinned, faint where it lies behind.
  behind(layer, names) {
    const pinned = layer.look === "pinned";
    const { main } = this;
    const on = (place) => {
      const curve = layer.screen.curves[place];
      const twin = main.curves.findIndex((each) => each.name === curve.name);
      return twin < 0 ? curve.first : this.shows(twin);
    };
    return layer.screen.figure.data
      .filter((trace) => isLine(trace) || (trace.meta.part === "band" && !pinned))
      .filter((trace) => on(trace.meta.curve))
      .map((trace) => {
        if (pinned && isLine(trace)) names.push(this.named(layer.screen, trace, layer.short));
        const marker = trace.marker && {
          ...trace.marker,
          size: 0.75 * trace.marker.size,
          symbol: pinned ? `${trace.marker.symbol.replace("-open", "")}-open` : trace.marker.symbol,
        };
        return {
          ...trace,
          ...(marker ? { marker } : {}),
          line: { ...trace.line, width: isLine(trace) ? 2 : 0 },
          meta: { ...trace.meta, measured: false },
          name: `${trace.name}, ${layer.name}`,
          opacity: pinned ? PINNED : FAINT,
          visible: true,
        };
      });
  }

  // The figure's layout, with an axis of n that has room for what lies behind.
  widened(figure, behind) {
    const axes = [figure, ...behind.map((layer) => layer.screen.figure)].map(
      ({ layout }) => layout.xaxis,
    );
    const range = [
      Math.min(...axes.map((axis) => axis.range[0])),
      Math.max(...axes.map((axis) => axis.range[1])),
    ];
    const [low, high] = figure.layout.xaxis.range;
    if (range[0] === low && range[1] === high) return figure.layout;
    const ticks = new Map();
    for (const { tickvals, ticktext } of axes) {
      tickvals.forEach((n, i) => ticks.set(n, ticktext[i]));
    }
    const xaxis = { range, tickvals: [...ticks.keys()], ticktext: [...ticks.values()] };
    return this.tools.merged(figure.layout, { xaxis });
  }

  close() {
    this.stop?.();
    this.figure.close();
  }
}

const watches = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-watch");
  if (!watches.has(root)) watches.set(root, {});
  const held = watches.get(root);
  held.newest = data;
  load()
    .then((tools) => {
      if (!watches.has(root) || held.newest !== data) return null;
      held.watch ??= new Watch(root, tools);
      return held.watch.take(data, setTriggerValue);
    })
    .catch((error) => {
      root.setAttribute("role", "alert");
      root.textContent = error.message;
    });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then all stays.
    if (root.isConnected) return;
    held.watch?.close();
    watches.delete(root);
  };
}
