// Shows a comparison of sparse networks while it trains and afterwards: tokens by expert for two
// methods, a slider of checkpoints, curves, paired differences, diagnostics. News arrive as a stream.

const script = (path) => import(new URL(path, document.baseURI));
const load = () =>
  Promise.all([
    script("@dom"), script("@following"), script("@routing"), script("@tokens"),
    script("@tokencard"), script("@noticing"), script("@trainingboard"),
  ]).then((modules) => Object.assign({}, ...modules));

const RATE = 350; // Milliseconds of a checkpoint in a replay,
const PATIENCE = 1_500; // and how long a replay waits for one that is on its way.
const MOST = 4; // Kinds of tokens that are named of an expert.
const NUMBERED = 18; // Pixels of a share that has room for its expert's number.
const PHONE = 800; // Pixels, as in training.css.
const TRUTH = "truth"; // In place of a method.
const SIDES = ["left", "right"];

class Training {
  constructor(root, tools) {
    this.root = root;
    this.tools = tools;
    this.view = { left: 0, right: 1, layer: 0, seed: 0, domain: 0, place: null };
    this.on = new Map(); // Curves that the visitor switched, by method.
    this.all = false; // Whether all rows of tokens are shown.
    this.looks = new tools.Looks(() => this.render());
    this.build();
    this.board = new tools.Board(this);
    this.sized = new ResizeObserver(() => this.resize());
    this.sized.observe(root);
    this.resized = () => this.resize();
    window.addEventListener("resize", this.resized);
  }

  build() {
    const { tagged, element, button } = this.tools;
    const part = (tag, name, ...inner) => tagged(tag, { class: `training-${name}` }, ...inner);
    this.lent = tagged("p", { class: "training-lent following-lent" });
    this.sides = SIDES.map((side, at) => this.panel(side, at));
    this.play = button("▶ Replay", () => this.replay(), { className: "training-play" });
    this.slider = tagged("input", { type: "range", min: "0", step: "1", "aria-label": "Step of training" });
    this.slider.addEventListener("input", () => {
      this.halt();
      this.slide(Number(this.slider.value));
    });
    this.slider.addEventListener("change", () => this.send());
    this.step = tagged("output", { class: "training-step" });
    this.layers = tagged("div", { class: "training-layers", role: "group", "aria-label": "Layer" });
    this.seeds = this.choice("Seed", (value) => { this.view.seed = value; });
    this.domains = this.choice("Left out", (value) => { this.view.domain = value; });
    this.more = button("", () => {
      this.all = !this.all;
      this.fit();
    }, { className: "training-more" });
    this.player = part("div", "player", this.play, this.slider, this.step);
    this.choices = part("div", "choices", this.layers, this.seeds.root, this.domains.root, this.more);
    this.said = tagged("p", { class: "training-said", "aria-live": "polite" });
    const progress = part("div", "progress");
    this.following = new this.tools.Following(this.root, progress, {
      label: "Progress of training",
      onNews: ({ screen }) => {
        if (screen) this.screen = screen;
        this.render();
      },
    });
    this.right = part("div", "right", progress);
    this.wide = part("div", "wide");
    this.cardPlace = part("div", "card");
    this.cardPlace.hidden = true;
    this.heard = tagged("p", { class: "training-heard", "aria-live": "polite" });
    this.sheet = element("style");
    this.left = part(
      "div", "left", this.lent, this.sides[0].root, this.sides[1].root, this.player, this.choices, this.said,
    );
    this.root.replaceChildren(this.sheet, this.left, this.right, this.wide, this.cardPlace, this.heard);
  }

  panel(side, at) {
    const { tagged, element, Tokens } = this.tools;
    const select = tagged("select", { "aria-label": at ? "Method beside it" : "Method" });
    select.addEventListener("change", () => {
      if (at) this.truth = select.value === TRUTH;
      if (select.value !== TRUTH) this.view[side] = Number(select.value);
      this.render();
      this.send();
    });
    const note = element("span", "training-note");
    const load = tagged("div", { class: "training-load", role: "group", "aria-label": "Experts by their share of choices; each shows its tokens alone" });
    load.addEventListener("keydown", (event) => this.walk(event));
    const tokens = new Tokens({ onPoint: (token, node) => this.point(at, token, node) });
    const root = tagged(
      "div", { class: "training-panel" }, tagged("div", { class: "training-head" }, select, note), load, tokens.root,
    );
    root.dataset.side = side;
    return { side, root, select, note, load, tokens, only: null };
  }

  choice(name, act) {
    const { tagged, element } = this.tools;
    const select = tagged("select");
    const root = tagged("label", { class: "training-choice" }, element("span", "", name), select);
    select.addEventListener("change", () => {
      act(Number(select.value));
      this.render();
      this.send();
    });
    return { root, select };
  }

  take(data, { setTriggerValue, setStateValue }) {
    this.tell = setStateValue;
    const before = this.data;
    this.data = data;
    if (data.job !== before?.job || data.source !== before?.source || data.screen !== before?.screen) {
      const made = data.screen ? JSON.parse(data.screen) : null;
      if (made?.hash !== this.screen?.hash) {
        this.on.clear();
        this.board.forget();
        this.halt();
      }
      this.screen = made;
    }
    this.looks.open(data.source);
    // What the page says anew, and not what it repeats of our own.
    if (data.view !== before?.view && data.view !== this.sent) this.viewed = false;
    this.root.toggleAttribute("data-compact", data.compact);
    this.lent.textContent = data.lent;
    this.lent.hidden = !data.lent;
    this.following.take(data, this.screen ? [this.screen.ground] : [], setTriggerValue);
    this.render();
  }

  // What the page says of the view, as places.
  readView() {
    const { methods, seeds, domains, layers, steps } = this.screen;
    const said = JSON.parse(this.data.view || "{}");
    const method = (text, other) => {
      const at = methods.findIndex((each) => each.text === text);
      return at < 0 ? other : at;
    };
    const routed = methods.map((_, at) => at).filter((at) => !methods[at].dense);
    const first = routed[0] ?? 0;
    this.view = {
      left: method(said.left, first),
      right: method(said.right, routed[1] ?? Math.min(1, methods.length - 1)),
      layer: Math.min(layers, Math.max(1, said.layer ?? 1)) - 1,
      seed: seeds.includes(said.seed) ? said.seed : seeds[0],
      domain: domains.some(({ place }) => place === said.domain) ? said.domain : domains[0].place,
      place: steps.includes(said.step) ? steps.indexOf(said.step) : null,
    };
    this.viewed = true;
  }

  send() {
    const { methods, steps } = this.screen;
    const { left, right, layer, seed, domain, place } = this.view;
    const view = {
      left: methods[left].text, right: methods[right].text, layer: layer + 1, seed, domain,
      step: place === null ? null : steps[place],
    };
    const known = Object.fromEntries(Object.entries(view).filter(([, value]) => value !== null));
    this.sent = JSON.stringify(known);
    if (this.data.sends) this.tell("view", known);
  }

  runOf(method) {
    const { seed, domain } = this.view;
    return this.screen.runs.find(
      (run) => run.method === method && run.seed === seed && run.domain === domain);
  }

  // How many checkpoints both shown runs have reached.
  get reached() {
    return Math.min(...SIDES.map((side) => this.runOf(this.view[side])?.last ?? 0));
  }

  // The place of the checkpoint that is shown, or -1.
  get place() {
    const last = this.reached - 1;
    return this.view.place === null ? last : Math.min(this.view.place, last);
  }

  block(method, place) {
    return `${this.runOf(method).id}-${String(place).padStart(3, "0")}.json`;
  }

  slide(place) {
    this.view.place = place >= this.reached - 1 ? null : place;
    this.render();
  }

  replay() {
    if (this.timer) return this.halt(true);
    if (this.reached < 2) return;
    let at = this.place >= this.reached - 1 ? 0 : this.place;
    this.play.textContent = "⏸ Pause";
    this.slide(at);
    let shown = performance.now();
    this.timer = setInterval(() => {
      const waited = performance.now() - shown;
      if (this.waiting && waited < PATIENCE) return;
      at += 1;
      if (at > this.reached - 1) return this.halt(true);
      shown = performance.now();
      this.slide(at);
    }, RATE);
  }

  halt(tell = false) {
    clearInterval(this.timer);
    if (this.timer && tell) this.send();
    this.timer = null;
    this.play.textContent = "▶ Replay";
  }

  render() {
    this.following.show();
    const { screen } = this;
    this.root.dataset.empty = String(!screen);
    if (!screen) return;
    if (!this.viewed || this.hash !== screen.hash) this.readView();
    this.hash = screen.hash;
    const rules = `${this.following.theme} ${screen.ground} ${screen.experts}`;
    if (this.rules !== rules) {
      this.rules = rules;
      this.sheet.textContent = this.tools.tints(screen.looks, screen.experts);
    }
    this.waiting = false;
    const tokens = this.looks.get(
      screen.domains.length > 1 ? `tokens.json?domain=${this.view.domain}` : "tokens.json");
    if (!tokens?.truth) this.truth = false;
    this.offer(tokens?.truth);
    this.sides.forEach((panel) => this.paint(panel, tokens));
    for (const near of [this.place + 1, this.place - 1]) {
      if (near < 0 || near >= this.reached || this.waiting) continue;
      for (const side of SIDES) if (!screen.methods[this.view[side]].dense) this.looks.get(this.block(this.view[side], near), false);
    }
    this.notice();
    this.fit();
    this.board.show();
    if (this.pointed) this.showCard();
  }

  // Choices and the slider.
  offer(truth) {
    const { screen, view } = this;
    const { element, button } = this.tools;
    const options = (select, entries, chosen) => {
      const wanted = JSON.stringify(entries);
      if (select.dataset.made !== wanted) {
        select.dataset.made = wanted;
        select.replaceChildren(...entries.map(([value, text]) => {
          const made = element("option", "", text);
          made.value = String(value);
          return made;
        }));
      }
      select.value = String(chosen);
    };
    const methods = screen.methods.map((method, at) => [at, method.title]);
    this.sides.forEach(({ side, select, root }, at) => {
      const known = at && truth ? [[TRUTH, "the true gate"]] : [];
      options(select, [...methods, ...known], at && this.truth ? TRUTH : view[side]);
      root.style.setProperty("--curve", at && this.truth ? "currentcolor" : screen.methods[view[side]].colour);
    });
    this.sides[1].root.hidden = screen.methods.length < 2 && !truth;
    options(this.seeds.select, screen.seeds.map((seed) => [seed, String(seed)]), view.seed);
    this.seeds.root.hidden = screen.seeds.length < 2;
    options(this.domains.select, screen.domains.map(({ place, name }) => [place, name]), view.domain);
    this.domains.root.hidden = screen.domains.length < 2;
    this.layers.hidden = screen.layers < 2;
    if (this.layers.childElementCount !== screen.layers + 1) {
      this.layers.replaceChildren(
        element("span", "", "Layer"),
        ...Array.from({ length: screen.layers }, (_, layer) => button(String(layer + 1), () => {
          this.view.layer = layer;
          this.render();
          this.send();
        }, { pressed: false })),
      );
    }
    [...this.layers.querySelectorAll("button")].forEach((each, layer) =>
      each.setAttribute("aria-pressed", String(layer === view.layer)));
    const { place, reached } = this;
    this.slider.max = String(Math.max(0, reached - 1));
    this.slider.disabled = this.play.disabled = reached < 2;
    this.slider.value = String(Math.max(0, place));
    const steps = screen.steps;
    const words = place < 0 ? "not begun" : `step ${steps[place].toLocaleString("en-US")} of ${steps.at(-1).toLocaleString("en-US")}`;
    this.slider.setAttribute("aria-valuetext", words);
    this.step.textContent = words;
  }

  paint(panel, shown) {
    const { screen, view, place } = this;
    const method = screen.methods[view[panel.side]];
    const look = place < 0 || method.dense ? null : this.looks.get(this.block(view[panel.side], place));
    if (look === undefined) this.waiting = true;
    if (shown?.kind) panel.tokens.open(shown);
    else if (shown === undefined) this.waiting = true;
    panel.root.toggleAttribute("data-waiting", look === undefined);
    const second = panel.side === "right" && !this.sides[1].root.hidden;
    let note = second ? "same tokens, same step" : "colour and mark: first expert · depth: its weight";
    if (method.dense) note = "no router: nothing to colour";
    else if (place < 0) note = this.data.live ? "waits for its first checkpoint" : "has no colours yet";
    else if (look?.missing || shown?.missing || (look && !look.layers[view.layer]?.chosen)) {
      note = "the tokens of this seed were not kept";
    }
    const gate = this.truth && panel.side === "right";
    const layer = gate ? this.gate(shown) : look?.layers?.[view.layer];
    if (gate) note = "true experts, in the colours of those that match";
    if (layer?.chosen && panel.only !== null && panel.tokens.rows) note = this.aloneWords(panel, layer);
    panel.note.textContent = note;
    if (look === undefined) return; // What stood there stays until the next is there.
    panel.layer = layer;
    panel.tokens.paint(layer);
    panel.tokens.root.setAttribute(
      "aria-label", `Tokens of ${method.title} by first expert, layer ${view.layer + 1}; arrow keys go from token to token`);
    this.showLoad(panel, layer);
  }

  // What an expert reads most, where its tokens are shown alone.
  aloneWords({ tokens, only }, layer) {
    const text = tokens.shown.kind === "text";
    const most = tokens.most(layer, only).filter(([name]) => name).slice(0, text ? MOST : 2);
    const parts = most.map(([name, share]) => `${name} ${Math.round(100 * share)}\u00a0%`);
    return `expert ${only + 1} alone${parts.length ? `: ${parts.join(text ? ", " : "; ")}` : ""}`;
  }

  // The true gate, each of its experts as the one of the left router that stands for it.
  gate(shown) {
    const match = this.sides[0].layer?.truth?.match;
    if (!match) return null;
    const data = shown.truth.map((expert) => match[expert] ?? -1);
    const load = Array.from({ length: this.screen.experts }, (_, expert) =>
      data.filter((each) => each === expert).length / data.length);
    return { chosen: { shape: [1, data.length], data }, load };
  }

  // Shares of the tokens' choices, expert by expert, as one bar that is their legend too; each part
  // shows its expert's tokens alone.
  showLoad(panel, layer) {
    const { button, element } = this.tools;
    const load = layer?.load ?? [];
    if (panel.only >= load.length) panel.only = null;
    panel.tokens.only(panel.only);
    if (panel.loaded === load) return this.press(panel);
    panel.loaded = load;
    while (panel.load.childElementCount > load.length) panel.load.lastChild.remove();
    load.forEach((share, expert) => {
      const part = panel.load.children[expert] ?? panel.load.appendChild(button("", () => {
        panel.only = panel.only === expert ? null : expert;
        this.render();
      }));
      part.className = `e${expert}-3`;
      part.style.flexGrow = String(Math.max(0, share));
      const words = `Expert ${expert + 1}: ${Math.round(100 * share)} % of choices`;
      part.title = words;
      part.setAttribute("aria-label", words);
      const room = share * panel.root.clientWidth > NUMBERED * this.unit;
      part.replaceChildren(...(room ? [element("b", "", String(expert + 1))] : []));
    });
    this.press(panel);
  }

  // One of the parts is reached by the tabulator, the others by the arrow keys.
  press(panel) {
    const parts = [...panel.load.children];
    const reached = Math.max(0, parts.indexOf(document.activeElement), panel.only ?? 0);
    parts.forEach((part, expert) => {
      part.setAttribute("aria-pressed", String(expert === panel.only));
      part.tabIndex = expert === reached ? 0 : -1;
    });
  }

  walk(event) {
    const by = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[event.key];
    if (!by) return;
    event.preventDefault();
    event.target[by]?.focus();
  }

  // What to notice at the slider's step; numbers between stars are strong.
  notice() {
    const { screen, view, place } = this;
    const { element } = this.tools;
    let text = this.data.live || place >= 0
      ? "Training begins: the first colours come with the first checkpoint."
      : "It stopped before the first checkpoint of all methods, with which the colours come.";
    if (place >= 0 && screen.diagnostics.length) {
      const told = screen.diagnostics[0].places;
      const at = told.reduce((best, each, i) => (each <= place ? i : best), 0);
      const words = (method) => screen.texts[screen.says[method][view.layer][at]];
      const [left, right] = [view.left, view.right];
      const pair = !screen.methods[left].dense && words(left)[0] !== words(left)[1];
      const said = (method, form) => this.tools.filled(words(method)[form], screen, method, view.layer, at);
      const parts = [said(left, 0)];
      if (right !== left && screen.methods.length > 1) parts.push(said(right, pair ? 1 : 0));
      const over = screen.seeds.length > 1 ? " (mean of the seeds)" : "";
      text = `Step ${screen.steps[told[at]].toLocaleString("en-US")}, layer ${view.layer + 1}${over}: ${parts.join(" ")}`;
    }
    if (this.saying === text) return;
    this.saying = text;
    this.said.replaceChildren(
      ...text.split("*").map((piece, at) => (at % 2 ? element("strong", "", piece) : piece)));
    this.said.setAttribute("aria-live", this.timer || this.following.news?.active ? "off" : "polite");
  }

  // The token under the hand, in both panels.
  point(at, token, node) {
    this.pointed = token === null ? null : { at, token, node };
    for (const panel of this.sides) panel.tokens.mark(token);
    this.sides.forEach(({ tokens }, other) => {
      if (other !== at) tokens.active = undefined;
    });
    if (this.pointed) this.showCard();
    else this.cardPlace.hidden = true;
  }

  // Beside the tokens where there is room, and then of both methods; else below the token.
  showCard() {
    const { at, token, node } = this.pointed;
    const { unit } = this;
    const wide = window.innerWidth > PHONE && !this.data.compact;
    const both = this.sides.filter(({ root }, side) => !root.hidden && !(side && this.truth));
    const shown = wide || !both.includes(this.sides[at]) ? both : [this.sides[at]];
    const room = wide ? this.right.clientWidth - 26 * unit : Math.min(300 * unit, this.root.clientWidth - 40);
    const width = Math.floor(shown.length > 1 ? (room - 20 * unit) / 2 : Math.min(room, 340 * unit));
    const cards = shown.map((panel) => this.tools.card({
      layer: panel.layer, token, unit, width, named: panel.tokens.named(token), looks: this.screen.looks,
      method: this.screen.methods[this.view[panel.side]].title,
    }));
    this.cardPlace.replaceChildren(...cards.map(({ root }) => root));
    this.cardPlace.toggleAttribute("data-wide", cards.length > 1);
    this.cardPlace.style.width = cards.length > 1 ? `${room + 26 * unit}px` : `${width + 26 * unit}px`;
    this.cardPlace.hidden = false;
    const own = this.root.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    const { offsetWidth, offsetHeight: tall } = this.cardPlace;
    let left = Math.max(0, Math.min(own.width - offsetWidth, box.left - own.left - offsetWidth / 3));
    let top = box.bottom - own.top + 8;
    const fits = box.bottom + 8 + tall < document.documentElement.clientHeight;
    if (wide) {
      left = this.right.getBoundingClientRect().left - own.left;
      top = Math.max(0, Math.min(box.top - own.top - 20, document.documentElement.clientHeight - tall - own.top - 12));
    } else if (!fits && box.top - tall > 60) top = box.top - own.top - tall - 8;
    this.cardPlace.style.translate = `${left}px ${top}px`;
    const { words } = cards[Math.max(0, shown.indexOf(this.sides[at]))];
    if (this.sides[at].tokens.root.matches(":focus-visible") && this.heard.textContent !== words) this.heard.textContent = words;
  }

  get unit() {
    return parseFloat(getComputedStyle(document.documentElement).fontSize) / 18 || 1;
  }

  resize() {
    const size = `${this.root.clientWidth} ${window.innerHeight} ${this.unit}`;
    if (size === this.size || !this.screen) return;
    this.size = size;
    this.fit();
    this.board.show();
  }

  // As many rows of tokens as leave slider and sentence on the first screen.
  fit() {
    const panels = this.sides.filter(({ root, tokens }) => !root.hidden && tokens.rows);
    if (!panels.length) return;
    const narrow = window.innerWidth <= PHONE;
    const scroller = this.root.closest('[data-testid="stMain"]') ?? document.documentElement;
    const top = this.root.getBoundingClientRect().top + scroller.scrollTop;
    const below = this.player.offsetHeight + this.choices.offsetHeight + this.said.offsetHeight + 30;
    const free = document.documentElement.clientHeight - top - below;
    const heads = panels.map(({ root, tokens }) => root.offsetHeight - tokens.root.offsetHeight);
    const room = narrow ? free - heads[0] : (free - heads.reduce((sum, each) => sum + each, 0)) / panels.length - 12;
    for (const { tokens } of panels) tokens.fit(this.all ? 1e6 : room, narrow || tokens.shown.kind === "digits" ? 1 : 2);
    const cut = panels.some(({ tokens }) => tokens.whole === false);
    this.more.hidden = !cut && !this.all;
    const kinds = { text: "windows", digits: "digits", plane: "points" };
    const { rows, shown } = panels[0].tokens;
    this.more.textContent = this.all ? "Fewer" : `All ${rows.length} ${kinds[shown.kind]}`;
  }

  shows(method) {
    const { left, right } = this.view;
    const { text, first } = this.screen.methods[method];
    const begins = this.data.chosen.length ? this.data.chosen.includes(text) : first;
    return this.on.get(method) ?? (begins || method === left || method === right);
  }

  async save(format) {
    const { save } = await script("@trainingsaved");
    await save(this, this.board, format).catch((error) => this.following.fail(error));
  }

  close() {
    this.halt();
    this.following.close();
    this.looks.close();
    this.sized.disconnect();
    window.removeEventListener("resize", this.resized);
  }
}

const trainings = new WeakMap();

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".moeviz-training");
  if (!trainings.has(root)) trainings.set(root, {});
  const held = trainings.get(root);
  held.newest = data;
  load()
    .then((tools) => {
      if (!trainings.has(root) || held.newest !== data) return;
      held.training ??= new Training(root, tools);
      held.training.take(data, { setTriggerValue, setStateValue });
    })
    .catch((error) => {
      root.setAttribute("role", "alert");
      root.textContent = error.message;
    });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then all stays.
    if (root.isConnected) return;
    held.training?.close();
    trainings.delete(root);
  };
}
