// The strip of chips and their pickers. Opening a picker asks the server for nothing: what the
// choices are comes as one file that is fetched once, how they stand to each other with the page.

let element, button, scrolling; // dom.js's, once it is there.

async function load() {
  ({ element, button, scrolling } = await import(new URL("@dom", document.baseURI)));
}

let cards; // One promise for the whole page.

function loadCards(path) {
  cards ??= fetch(new URL(path, document.baseURI)).then((answer) => {
    if (!answer.ok) throw new Error("The choices did not load from this server; reload the page.");
    return answer.json();
  });
  cards.catch(() => { cards = undefined; });
  return cards;
}

const EDGE = 8; // Pixels that a picker keeps from the window's border.

class Strip {
  constructor(root) {
    this.root = root;
    this.chips = new Map();
    this.panel = element("div", "moeviz-picker");
    this.panel.popover = "auto";
    this.panel.setAttribute("role", "dialog");
    this.panel.addEventListener("toggle", (event) => this.toggled(event.newState === "open"));
    this.panel.addEventListener("keydown", (event) => this.move(event));
    root.replaceChildren(this.panel);
    scrolling(root);
    this.open = null; // The name of the chip whose picker is open.
    this.untaken = []; // Picks of which the server has not said that it took them.
    this.last = 0;
    this.resized = () => this.open && this.place();
    window.addEventListener("resize", this.resized);
  }

  // `send` tells the server. It keeps only the newest of what it is told before it runs, so each time
  // it is told all that it has not taken; a pick made in a hurry after another replaces none.
  show(data, send) {
    this.untaken = this.untaken.filter(({ id }) => id > data.taken);
    this.pick = (picked) => {
      this.last = Math.max(this.last + 1, Date.now());
      this.untaken.push({ id: this.last, ...picked });
      send(this.untaken);
    };
    this.path = data.cards;
    if (this.text === data.state) return;
    this.text = data.state;
    this.state = JSON.parse(data.state);
    for (const chip of this.state.chips) this.chip(chip);
    this.follow(this.state.follow);
    if (this.open) this.fill(this.focused());
  }

  chip({ name, says }) {
    if (!this.chips.has(name)) {
      const made = button("", () => this.toggle(name), { className: "moeviz-chip" });
      made.append(element("span", "moeviz-what", name), element("span", "moeviz-says"));
      made.setAttribute("aria-haspopup", "dialog");
      made.setAttribute("aria-expanded", "false");
      made.dataset.chip = name;
      // A press while the picker is open closes it by itself, before the click arrives.
      made.onpointerdown = () => { this.pressed = this.open === name; };
      this.chips.set(name, made);
      this.panel.before(made);
    }
    const made = this.chips.get(name);
    made.lastChild.textContent = says;
    made.title = says;
  }

  // The switch at the end: whether what is set is run at once.
  follow(on) {
    if (!this.switch) {
      const turn = () => {
        const next = this.switch.getAttribute("aria-checked") === "true" ? "0" : "1";
        this.pick({ field: "follow", name: next, mode: "alone" });
      };
      this.switch = button("", turn, { className: "moeviz-chip moeviz-switch" });
      this.switch.append(element("span", "moeviz-what", "follow"), element("span", "moeviz-says"));
      this.switch.setAttribute("role", "switch");
      this.switch.setAttribute("aria-label", "Follow: run what is set as soon as it is set");
      this.switch.title = "Run what is set as soon as it is set";
      this.panel.before(this.switch);
    }
    this.switch.setAttribute("aria-checked", String(on));
    this.switch.lastChild.textContent = on ? "on" : "off";
  }

  toggle(name) {
    const again = this.pressed;
    this.pressed = false;
    if (again) return;
    this.open = name;
    this.panel.setAttribute("aria-label", `Choose: ${name}`);
    this.fill(null).then(() => {
      if (!this.panel.matches(":popover-open")) this.panel.showPopover();
      this.place();
      const first = this.panel.querySelector('[aria-pressed="true"]') ?? this.panel.querySelector("button");
      first?.focus();
      first?.scrollIntoView({ block: "nearest" });
    });
  }

  toggled(open) {
    for (const [name, chip] of this.chips) {
      chip.setAttribute("aria-expanded", String(open && name === this.open));
    }
    if (open) return;
    const chip = this.chips.get(this.open);
    this.open = null;
    const lost = document.activeElement === document.body || this.panel.contains(document.activeElement);
    if (lost) chip?.focus();
  }

  close() {
    if (this.panel.matches(":popover-open")) this.panel.hidePopover();
  }

  place() {
    const at = this.chips.get(this.open).getBoundingClientRect();
    const { innerWidth, innerHeight } = window;
    const width = Math.min(this.panel.offsetWidth, innerWidth - 2 * EDGE);
    const below = innerHeight - at.bottom - 2 * EDGE;
    const top = below > innerHeight / 3 ? at.bottom + EDGE : EDGE;
    this.panel.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
    this.panel.style.top = `${top}px`;
    this.panel.style.maxHeight = `${innerHeight - top - EDGE}px`;
  }

  focused() {
    return this.panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  }

  async fill(focus) {
    const name = this.open;
    let all;
    try {
      all = await loadCards(this.path);
    } catch (error) {
      const said = element("p", "moeviz-why", error.message);
      said.setAttribute("role", "alert");
      this.panel.replaceChildren(said);
      return;
    }
    if (this.open !== name) return;
    const chip = this.state.chips.find((each) => each.name === name);
    const parts = [];
    if (name === "study") parts.push(...this.sizes());
    for (const group of chip.groups) parts.push(...this.group(group, all[group.field]));
    this.panel.replaceChildren(...parts);
    const found = focus && [...this.panel.querySelectorAll("button")].find((b) => b.dataset.key === focus);
    found?.focus();
  }

  sizes() {
    if (!this.state.sizes.length) return [];
    const row = element("div", "moeviz-sizes");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Size");
    for (const { field, name, title, chosen } of this.state.sizes) {
      row.append(this.choose("moeviz-size", title, field, name, "alone", chosen));
    }
    return [row];
  }

  group({ field, title, caption }, all) {
    const stands = this.state.choices[field];
    const parts = caption ? [element("p", "moeviz-caption", caption)] : [];
    let heading;
    let list;
    for (const card of all) {
      const state = stands[card.name];
      if (!state) continue;
      const over = card.group || field === "study" ? this.state.papers[card.group] ?? "Your own" : title;
      if (over !== heading) {
        heading = over;
        list = element("div", "moeviz-cards");
        list.setAttribute("role", "group");
        list.setAttribute("aria-label", over);
        parts.push(element("p", "moeviz-heading", over), list);
      }
      list.append(this.card(field, card, state));
    }
    return parts;
  }

  card(field, card, state) {
    const made = element("div", "moeviz-card");
    const refused = Boolean(state.why);
    const main = refused
      ? element("div", "moeviz-face")
      : this.choose("moeviz-face", "", field, card.name, "alone", state.chosen);
    if (!refused) main.setAttribute("aria-label", `${card.title}. ${card.words}`);
    const picture = element("span", "moeviz-picture");
    picture.innerHTML = card.picture;
    main.append(picture, element("span", "moeviz-title", card.title));
    if (card.formula) {
      const formula = element("span", "moeviz-formula-small");
      formula.innerHTML = card.formula;
      main.append(formula);
    }
    main.append(element("span", "moeviz-words", card.words));
    made.append(main);
    if (refused) {
      made.append(element("p", "moeviz-why", state.why));
      if (state.can) {
        const text = `${card.title}: takes ${state.takes} with it`;
        made.append(this.choose("moeviz-takes", text, field, card.name, "alone", undefined));
      }
    }
    if (state.beside) {
      const adds = state.beside === "add";
      const beside = this.choose(
        "moeviz-beside", adds ? "+ compare" : "− leave out", field, card.name, "beside", undefined,
      );
      beside.setAttribute("aria-label", adds ? `Compare with ${card.title}` : `Leave out ${card.title}`);
      made.append(beside);
    }
    made.classList.toggle("moeviz-chosen", state.chosen);
    return made;
  }

  choose(className, text, field, name, mode, chosen) {
    const act = () => {
      this.pick({ field, name, mode });
      if (mode === "alone") this.close();
    };
    const made = button(text, act, { className, pressed: chosen });
    made.dataset.key = `${field}.${name}.${mode}`;
    return made;
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const buttons = [...this.panel.querySelectorAll("button")];
    const now = buttons.indexOf(document.activeElement);
    const to = step ? now + step : { Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons[to].focus();
  }

  end() {
    this.close();
    window.removeEventListener("resize", this.resized);
  }
}

const strips = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-chips");
  if (!strips.has(root)) strips.set(root, {});
  const held = strips.get(root);
  held.newest = data;
  load()
    .then(() => {
      if (!strips.has(root) || held.newest !== data) return;
      held.strip ??= new Strip(root);
      held.strip.show(data, (picked) => setTriggerValue("picked", picked));
    })
    .catch((error) => {
      root.setAttribute("role", "alert");
      root.textContent = error.message;
    });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the strip stays.
    if (root.isConnected) return;
    held.strip?.end();
    strips.delete(root);
  };
}
