// Shows a study: figure with named curves, toggles, slope meters, takeaway, progress. While the
// study runs its news arrive as a stream, and the page's script does not run.

const script = (path) => import(new URL(path, document.baseURI));
const load = () =>
  Promise.all([
    script("@dom"), script("@figure"), script("@names"), script("@labels"), script("@meters"),
    script("@following"), script("@composition"),
  ]).then((modules) => Object.assign({}, ...modules));

const LEAST = 0.55; // Share of its natural height that the plot keeps on the smallest screen.
const SMALL = 0.36, LARGE = 0.6; // Shares of the screen of a plot that stands beside words.
const EDGE = 8; // Pixels that it keeps from the screen's lower end.

// A meter before anything is said of what came out.
const BLANK = { estimate: null, low: null, high: null, theory: null, paper: null,
  mark: "waiting", words: "" };

const AGES = [[86_400, "day", "days"], [3_600, "h", "h"], [60, "min", "min"], [1, "s", "s"]];

function ago(seconds) {
  const [size, one, many] = AGES.find(([size]) => seconds >= size) ?? AGES.at(-1);
  const count = Math.floor(seconds / size);
  return `${count} ${count === 1 ? one : many}`;
}

class Watch {
  constructor(root, tools) {
    this.root = root;
    this.tools = tools;
    const part = (name) => root.querySelector(`.watch-${name}`);
    for (const name of [
      "lent", "say", "note", "reveal", "summary", "toggles", "heading", "predicted", "meters",
      "progress", "reading",
    ]) {
      this[name] = part(name);
    }
    this.reveal.addEventListener("click", () => {
      this.revealed = true;
      this.draw();
      this.heading.focus();
    });
    this.following = new tools.Following(root, this.progress, {
      label: "Progress of the study",
      onNews: ({ screen }) => {
        if (screen) this.screen = screen;
        this.lay();
        this.draw();
      },
    });
    this.given = []; // All layers, and
    this.layers = []; // those that are there at this moment.
    this.names = new tools.EndNames(tools.lines);
    this.stood = new Map(); // Where words beside lines stood.
    this.figure = new tools.Figure(part("figure"), "@plotly", {
      tools: part("tools"),
      arrange: (layout, figure) => this.arrange(layout, figure),
      annotate: (figure) => [
        ...this.names.annotate(figure),
        ...tools.lineWords(figure, this.names.boxes, this.stood),
      ],
      height: (natural, figure) => this.room(natural, figure),
    });
    tools.scrolling(this.toggles);
    this.scroller = root.closest('[data-testid="stMain"]') ?? document.documentElement;
    // What stands above the picture may come later than it, or go.
    this.shifted = new ResizeObserver(() => this.figure.resize());
    this.shifted.observe(this.scroller.firstElementChild);
  }

  arrange(layout, figure) {
    const own = figure.zoom || !this.extent.length;
    return this.names.arrange(own ? layout : this.extended(layout, figure), figure);
  }

  // An axis of the loss on which all is seen. Plotly cuts by a clip and widens by a shape that
  // nobody sees (`include` it does not read on a logarithmic axis).
  extended(layout, figure) {
    const { height, margin, yaxis } = layout;
    const pixels = (height - margin.t - margin.b) * (1 - yaxis.domain[0]);
    const [clipmin, clipmax] = this.tools.ends(this.extent, pixels / figure.factor);
    const shape = {
      type: "line", opacity: 0, line: { width: 0 },
      xref: "paper", x0: 0, x1: 0, yref: "y", y0: clipmin, y1: clipmax,
    };
    const free = { range: undefined, autorange: true, autorangeoptions: { clipmin, clipmax } };
    return { ...layout, shapes: [shape], yaxis: { ...yaxis, ...free } };
  }

  // The plot's height for which its axis, and below it the takeaway, lie on the first screen.
  room(natural, { canvas, narrow }) {
    const top = canvas.getBoundingClientRect().top + this.scroller.scrollTop;
    const { clientHeight } = document.documentElement;
    if (this.data.compact) return Math.round(Math.min(natural, (narrow ? SMALL : LARGE) * clientHeight));
    // On a phone the takeaway comes later; where studies follow, whose curves these are does not.
    const said = this.data.follows ? [this.note, this.progress] : [];
    const below = narrow
      ? said.reduce((sum, part) => sum + part.offsetHeight, 0)
      : this.say.offsetHeight;
    const free = clientHeight - top - below - EDGE;
    return Math.round(Math.min(natural, Math.max(free, LEAST * natural)));
  }

  take(data, trigger) {
    const other = this.data?.view !== data.view || this.data?.job !== data.job;
    if (this.data?.view !== data.view) {
      this.on = new Map(); // Curves that the visitor switched, by place.
      this.hidden = new Set(); // Layers that are off.
      this.replicates = true;
      this.revealed = false;
    }
    if (other || data.screen !== this.data.screen) {
      this.screen = data.screen ? JSON.parse(data.screen) : null;
    }
    if (data.layers !== this.data?.layers) {
      this.given = JSON.parse(data.layers).map(
        (layer) => ({ ...layer, screen: JSON.parse(layer.screen) }));
    }
    this.data = data;
    this.taken = performance.now();
    this.lay();
    this.root.toggleAttribute("data-compact", data.compact);
    this.root.toggleAttribute("data-follows", data.follows);
    const made = [this.screen, ...this.layers.map((layer) => layer.screen)].filter(Boolean);
    this.following.take(data, made.map(({ figure }) => figure.layout.paper_bgcolor), trigger);
    return this.render();
  }

  // A study whose place another has taken stays until that one has a point.
  lay() {
    const there = this.given.filter((layer) => !layer.until || !this.screen?.n_done);
    const same = there.length === this.layers.length && there.every((layer, i) => layer === this.layers[i]);
    if (!same) this.layers = there;
    this.before = there.find((layer) => layer.before) ?? null;
    this.root.toggleAttribute("data-before", Boolean(this.before));
  }

  draw() {
    this.render().catch((error) => this.following.fail(error));
  }

  // The study in front: one's own, else the first that lies faint behind it.
  get main() {
    return (this.before ? null : this.screen) ?? this.layers.find((layer) => layer.look === "faint")?.screen ?? null;
  }

  shows(place) {
    return this.on.get(place) ?? this.main.curves[place].first;
  }

  async render() {
    this.following.show();
    const { main } = this;
    this.root.dataset.empty = String(!main);
    if (!main) return;
    this.offer();
    this.judge();
    this.tell();
    const { figure, names } = this.composed();
    this.names.curves = names;
    const span = this.data.span.map((loss) => ({ at: Math.log10(loss), below: 0, above: 0 }));
    this.extent = [...this.tools.extent(figure.data), ...span];
    await this.figure.show({
      figure,
      description: main.description,
      view: this.data.view,
      fileName: this.data.fileName,
      tools: true,
      caption: { title: this.data.title, takeaway: main.summary },
    });
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
    const { element, button } = this.tools;
    const held = [...this.toggles.children].indexOf(document.activeElement);
    const toggle = (text, pressed, turn) => {
      const act = () => {
        turn();
        this.draw();
      };
      return button(text, act, { pressed });
    };
    const curves = main.curves.map((curve, place) => {
      const made = toggle("", this.shows(place), () => this.on.set(place, !this.shows(place)));
      made.title = curve.label;
      made.style.setProperty("--curve", curve.colour);
      const glyph = element("span", "glyph", curve.glyph);
      glyph.setAttribute("aria-hidden", "true");
      made.append(glyph, ` ${curve.name}`);
      return made;
    });
    const layers = this.layers
      .filter((layer) => layer.screen !== main)
      .map(({ name }) =>
        toggle(name, !this.hidden.has(name), () => {
          if (!this.hidden.delete(name)) this.hidden.add(name);
        }),
      );
    const dots = toggle("Replicates", this.replicates, () => {
      this.replicates = !this.replicates;
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
    const held = kept && !this.revealed && !this.before;
    const { guesses } = data;
    const wanted = JSON.stringify([
      shown, guesses, data.lent, data.predicted, main.summary, kept, held, Boolean(this.before),
      main.reading,
    ]);
    if (wanted === this.judged) return;
    this.judged = wanted;
    const layer = this.layers.find((each) => each.screen === main);
    this.lent.textContent = data.lent;
    this.lent.hidden = !kept || !data.lent;
    this.pale = data.lent || this.before ? "" : `Pale: ${layer?.name}. `;
    if (kept && layer?.warning) this.pale += `${layer.warning} `;
    const predicts = shown.some((meter) => typeof guesses[meter.curve] === "number");
    this.predicted.textContent = data.predicted;
    this.predicted.hidden = !data.predicted || !predicts;
    this.next = held ? "Guess first (Predict), then Run; or show what came out." : "Run your own over it.";
    this.reveal.hidden = !held || data.follows;
    this.summary.hidden = held;
    this.meters.replaceChildren(
      ...shown.map((meter) =>
        this.tools.meterNode(held ? { ...meter, ...BLANK } : meter, guesses[meter.curve]),
      ),
    );
    this.summary.textContent = main.summary;
    this.reading.textContent = main.reading ?? "";
  }

  // Whose curves these are, and how old.
  tell() {
    const kept = this.main !== this.screen;
    const said = kept ? this.data.waiting : this.data.done;
    const age = said && ago(said.age + (performance.now() - this.taken) / 1000);
    const words = said ? said.text.replace("{age}", age) : kept ? this.next : "";
    const text = words && kept ? `${this.pale}${words}` : words;
    if (this.note.textContent !== text) this.note.textContent = text;
    this.note.hidden = !text;
    clearTimeout(this.ticking);
    if (said?.text.includes("{age}")) this.ticking = setTimeout(() => this.tell(), 1000);
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
    const behind = this.layers.filter(
      (layer) => layer.screen !== this.main && !this.hidden.has(layer.name),
    );
    return this.tools.composition({
      main: this.main,
      own: this.main === this.screen,
      behind,
      shows: (place) => this.shows(place),
      replicates: this.replicates,
    });
  }

  close() {
    clearTimeout(this.ticking);
    this.following.close();
    this.shifted.disconnect();
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
