// The meanings of words of the glossary, in one small box. Elements of the class "moeviz-term" with
// data-term="id" become buttons where the page says their word for the first time.

import { element } from "@dom";

const OPEN_AFTER = 120; // Milliseconds that a pointer rests on a word.
const SHUT_AFTER = 250; // And that it may be on its way from the word to the box.
const GAP = 6;
const MARGIN = 8;

let meanings = null; // A promise of a Map from ids to words; one for all texts.
let known = null; // The Map, when it is here.

function fetched(address) {
  meanings ??= fetch(new URL(address, document.baseURI))
    .then((answer) => {
      if (!answer.ok) throw new Error(answer.statusText);
      return answer.json();
    })
    .then((words) => { known = new Map(words.map((word) => [word.id, word])); })
    .catch(() => { meanings = null; }); // The next text asks again.
  return meanings;
}

// Marks the words of all texts on the page; call it when a text has changed.
export async function mark(address) {
  await fetched(address);
  settle();
}

let settling = 0;

export function settle() {
  if (!known) return;
  clearTimeout(settling);
  settling = setTimeout(() => {
    const all = [...document.querySelectorAll(".moeviz-term")];
    const seen = new Set();
    // What is folded away may take a word only if nothing in sight says it.
    const order = [...all.filter((t) => t.checkVisibility()), ...all.filter((t) => !t.checkVisibility())];
    for (const term of order) {
      const word = known.get(term.dataset.term);
      turn(term, word && !seen.has(word.id) ? word : null);
      if (word) seen.add(word.id);
    }
  });
}

let count = 0;

function turn(term, word) {
  const button = term.querySelector(":scope > button");
  if (Boolean(button) === Boolean(word)) return;
  if (!word) {
    if (box.of === button) box.shut();
    term.replaceChildren(button.textContent);
    return;
  }
  const made = element("button", "moeviz-word", term.textContent);
  made.type = "button";
  made.setAttribute("aria-expanded", "false");
  made.setAttribute("aria-haspopup", "dialog");
  // Who listens hears the sentence with the word.
  const said = element("span", "", word.says);
  said.hidden = true;
  said.id = `moeviz-said-${(count += 1)}`;
  made.setAttribute("aria-describedby", said.id);
  made.onpointerenter = ({ pointerType }) => pointerType === "mouse" && box.soon(made, word);
  made.onpointerleave = () => box.leave();
  made.onpointerdown = () => { box.before = box.of === made ? box.how : null; };
  made.onclick = ({ detail }) => box.press(made, word, detail > 0);
  made.onfocus = () => made.matches(":focus-visible") && box.open(made, word, "focus");
  // There is no `onfocusout`.
  term.addEventListener("focusout", ({ relatedTarget }) => {
    if (box.of === made && !term.contains(relatedTarget)) box.shut();
  });
  term.replaceChildren(made, said);
}

// Words with what stands low or high set low or high: A_j, n^(−1/2).
function typeset(text) {
  const pieces = text.split(/(_[\p{L}\d]|\^\([^)]*\))/u);
  return pieces.filter(Boolean).map((piece, index) => {
    if (index && /^_./u.test(piece)) return element("sub", "", piece.slice(1));
    if (index && /^\^\(/.test(piece)) return element("sup", "", piece.slice(2, -1));
    return document.createTextNode(piece);
  });
}

// A page of this app, as large as this one is shown.
function addressed(page) {
  const address = new URL(page, document.baseURI);
  const enlarged = new URLSearchParams(window.location.search).get("projector");
  if (enlarged) address.searchParams.set("projector", enlarged);
  return address;
}

class Box {
  constructor() {
    this.of = null; // The button that it belongs to while it is open.
    this.how = null; // "hover", "focus" or "press": what opened it, which is what shuts it.
    this.before = null;
    this.timer = 0;
    this.root = element("span", "moeviz-meaning");
    this.root.popover = "manual";
    this.root.setAttribute("role", "dialog");
    this.root.onpointerenter = () => clearTimeout(this.timer);
    this.root.onpointerleave = () => this.leave();
    const place = () => this.of && this.place();
    window.addEventListener("scroll", place, { capture: true, passive: true });
    window.addEventListener("resize", place);
    window.addEventListener("pointerdown", ({ target }) => {
      if (this.of && !this.of.parentElement?.contains(target)) this.shut();
    }, true);
    window.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.of) return;
      event.stopPropagation(); // It shuts this box and not the dialog behind it.
      const { of } = this;
      const inside = this.root.contains(document.activeElement);
      this.shut();
      if (inside) of.focus({ preventScroll: true, focusVisible: false });
    }, true);
  }

  soon(button, word) {
    clearTimeout(this.timer);
    if (this.of === button) return;
    this.timer = setTimeout(() => this.open(button, word, "hover"), OPEN_AFTER);
  }

  leave() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.how === "hover" && this.shut(), SHUT_AFTER);
  }

  press(button, word, pointed) {
    const how = pointed ? this.before : this.of === button ? this.how : null;
    this.before = null;
    if (how === "press") this.shut();
    else this.open(button, word, "press");
  }

  open(button, word, how) {
    clearTimeout(this.timer);
    if (!button.isConnected) return;
    if (this.of !== button) {
      this.shut();
      this.of = button;
      button.after(this.root);
      button.setAttribute("aria-expanded", "true");
      this.fill(word);
      this.root.showPopover();
    }
    this.how = how;
    this.place();
  }

  shut() {
    clearTimeout(this.timer);
    if (!this.of) return;
    this.of.setAttribute("aria-expanded", "false");
    this.of = null;
    this.how = null;
    if (this.root.matches(":popover-open")) this.root.hidePopover();
    this.root.remove();
  }

  fill(word) {
    const title = element("span", "moeviz-meaning-title", word.title);
    title.tabIndex = -1;
    const parts = [title];
    if (word.symbol) {
      const symbol = element("span", "moeviz-meaning-symbol");
      symbol.append(...typeset(word.symbol));
      parts.push(symbol);
    }
    for (const [name, text] of [["says", word.says], ["more", word.more]]) {
      const line = element("span", `moeviz-meaning-${name}`);
      line.append(...typeset(text));
      parts.push(line);
    }
    if (word.source) parts.push(element("span", "moeviz-meaning-source", `Papers: ${word.source}`));
    parts.push(this.ways(word));
    this.root.setAttribute("aria-label", `What ${word.title} means`);
    this.root.replaceChildren(...parts);
    return title;
  }

  ways(word) {
    const ways = element("span", "moeviz-meaning-ways");
    if (word.page) {
      const link = element("a", "", word.look);
      const arrow = element("span", "", " ↗");
      arrow.setAttribute("aria-hidden", "true");
      link.append(arrow, element("span", "moeviz-unseen", " (opens a new tab)"));
      link.href = addressed(word.page);
      link.target = "_blank";
      link.rel = "noopener";
      ways.append(link);
    }
    for (const other of word.near.map((name) => known.get(name)).filter(Boolean)) {
      const button = element("button", "moeviz-near", other.title);
      button.type = "button";
      button.onclick = () => this.turn(other);
      ways.append(button);
    }
    return ways;
  }

  // Goes on to a related word, in the same place.
  turn(word) {
    // The button that was pressed goes; focus must be somewhere all the while.
    this.of.focus({ preventScroll: true });
    this.how = "press";
    this.fill(word).focus({ preventScroll: true });
    this.root.scrollTop = 0;
    this.place();
  }

  place() {
    const at = this.of.getClientRects()[0];
    if (!this.of.isConnected || !at || at.bottom < 0 || at.top > window.innerHeight) {
      this.shut();
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const left = Math.min(at.left, window.innerWidth - width - MARGIN);
    const below = at.bottom + GAP;
    const fits = below + height <= window.innerHeight - MARGIN;
    const above = at.top - GAP - height;
    const top = fits || above < MARGIN ? Math.min(below, window.innerHeight - height - MARGIN) : above;
    this.root.style.left = `${Math.max(MARGIN, left)}px`;
    this.root.style.top = `${Math.max(MARGIN, top)}px`;
  }
}

const box = new Box();
