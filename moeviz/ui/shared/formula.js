// A typeset model whose symbols say what they are: on hover, on a tap, and to who walks through
// them with the arrow keys. The whole formula is one stop of the Tab key.

const ROWS = 2; // Of equations that stand before the rest is folded away.
const NARROW = "(max-width: 40rem)"; // Where they stand in one row that scrolls (formula.css).

let button, element, scrolling; // dom.js's, once it is there.

async function load() {
  ({ button, element, scrolling } = await import(new URL("@dom", document.baseURI)));
}

class Formula {
  constructor(root) {
    this.root = root;
    this.line = element("div", "moeviz-equations");
    this.line.setAttribute("role", "group");
    this.line.setAttribute("aria-label", "The model as set; arrow keys walk through its symbols");
    this.bubble = element("div", "moeviz-bubble");
    this.bubble.popover = "manual";
    this.bubble.setAttribute("aria-hidden", "true");
    this.fold = button("", () => this.turn(), { className: "moeviz-fold" });
    this.open = false;
    root.replaceChildren(this.line, this.bubble);
    scrolling(this.line);
    this.line.addEventListener("pointerover", (event) => this.say(this.of(event)));
    this.line.addEventListener("pointerleave", () => this.say(this.stops.find((s) => s === document.activeElement)));
    this.line.addEventListener("click", (event) => this.say(this.of(event)));
    this.line.addEventListener("focusin", (event) => this.reach(this.of(event)));
    this.line.addEventListener("focusout", () => this.say(null));
    this.line.addEventListener("keydown", (event) => this.key(event));
    this.line.addEventListener("scroll", () => this.say(null));
    new ResizeObserver(() => this.lay()).observe(root);
  }

  show({ formula: text, folds }) {
    if (this.text === text) return;
    this.text = text;
    this.folds = folds;
    this.say(null);
    this.line.innerHTML = text;
    for (const math of this.line.querySelectorAll("math")) {
      // As mathematics it would be one thing to a screen reader, without parts to walk through.
      math.setAttribute("role", "group");
      math.setAttribute("aria-label", math.textContent);
    }
    const first = new Map();
    for (const symbol of this.line.querySelectorAll(".moeviz-symbol")) {
      if (!first.has(symbol.dataset.key)) first.set(symbol.dataset.key, symbol);
    }
    this.stops = [...first.values()];
    this.stops.forEach((symbol, index) => {
      symbol.setAttribute("tabindex", index ? "-1" : "0");
      symbol.setAttribute("role", "button");
      symbol.setAttribute("aria-label", symbol.dataset.meaning);
    });
    this.line.append(this.fold);
    this.lay();
  }

  turn() {
    this.open = !this.open;
    this.lay();
  }

  // Equations that would take more than two rows fill one, and a button shows the others. The first
  // stays: it is the model, the others say of what it is made.
  lay() {
    const all = [...this.line.querySelectorAll(".moeviz-equation")];
    const rows = () => {
      const there = [...all, this.fold].filter((each) => !each.hidden);
      const lefts = there.map((each) => each.getBoundingClientRect().left);
      return lefts.filter((left, i) => i === 0 || left <= lefts[i - 1]).length;
    };
    for (const each of all) each.hidden = false;
    this.fold.hidden = true;
    if (!this.folds || matchMedia(NARROW).matches || rows() <= ROWS) return;
    this.fold.hidden = false;
    this.fold.setAttribute("aria-expanded", String(this.open));
    this.fold.textContent = "Fewer formulas";
    for (let last = all.length - 1; !this.open && last > 0 && rows() > 1; last -= 1) {
      all[last].hidden = true;
      const count = all.length - last;
      this.fold.textContent = `${count} more formula${count > 1 ? "s" : ""}`;
    }
    // What is folded away is no stop of the Tab key.
    const stop = this.stops?.find((symbol) => symbol.getAttribute("tabindex") === "0");
    if (stop?.closest("[hidden]")) {
      stop.setAttribute("tabindex", "-1");
      this.stops[0].setAttribute("tabindex", "0");
    }
  }

  of(event) {
    return event.target.closest?.(".moeviz-symbol") ?? null;
  }

  reach(symbol) {
    if (!symbol) return;
    for (const stop of this.stops) stop.setAttribute("tabindex", stop === symbol ? "0" : "-1");
    this.say(symbol);
  }

  say(symbol) {
    for (const lit of this.line.querySelectorAll(".moeviz-lit")) lit.classList.remove("moeviz-lit");
    if (!symbol) {
      if (this.bubble.matches(":popover-open")) this.bubble.hidePopover();
      return;
    }
    const same = `[data-key="${CSS.escape(symbol.dataset.key)}"]`;
    for (const each of this.line.querySelectorAll(same)) each.classList.add("moeviz-lit");
    this.bubble.textContent = symbol.dataset.meaning;
    this.bubble.showPopover();
    const at = symbol.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.bubble;
    const left = at.left + at.width / 2 - width / 2;
    const above = at.top - height - 6;
    this.bubble.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
    this.bubble.style.top = `${above > 8 ? above : at.bottom + 6}px`;
  }

  key(event) {
    const stops = this.stops.filter((symbol) => symbol.getClientRects().length);
    const now = stops.indexOf(document.activeElement);
    if (now < 0) return;
    if (event.key === "Escape") {
      this.say(null);
      return;
    }
    const last = stops.length - 1;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = step ? now + step : { Home: 0, End: last, Enter: now, " ": now }[event.key];
    if (to === undefined || !stops[to]) return;
    event.preventDefault();
    stops[to].focus();
    this.say(stops[to]);
  }
}

const formulas = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-formula");
  if (!formulas.has(root)) formulas.set(root, {});
  const held = formulas.get(root);
  held.newest = data;
  load()
    .then(() => {
      if (held.newest !== data) return;
      held.formula ??= new Formula(root);
      held.formula.show(data);
    })
    .catch((error) => {
      root.setAttribute("role", "alert");
      root.textContent = error.message;
    });
}
