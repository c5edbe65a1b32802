// The lecturer's screen of a room: what is asked and what the class said, large; the code; and what
// only the lecturer may do. It follows a stream of its own, and no script of the server's runs.

import { button, element, tagged } from "@dom";
import { follow } from "@live";
import { Axes, aboveAndBelow, curveOf, drawn, inWords, keyTo, keyToKnown, paragraphs, worded, write } from "@roomdraw";
import { News, got, home, send } from "@roomnet";
import { questionForm } from "@roomask";
import { choices, keyForm } from "@roomopen";
import { Shows } from "@roomshow";
import { learn } from "@roomtex";

const ROOT = 18; // The font size for which pictures are drawn.

// What stands on a projector is read by all.
const SEEN = "Anybody who sees this screen can read them.";
const enlarged = () => parseFloat(getComputedStyle(document.documentElement).fontSize) > 1.2 * ROOT;

const isDark = (node) => {
  const found = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  return /^#0|^rgb\(0|^black/.test(found);
};

class Desk {
  constructor(root) {
    this.root = root;
    this.peek = false;
  }

  take(data) {
    const other = this.data?.code !== data.code;
    this.data = data;
    document.documentElement.classList.toggle("moeviz-dark", isDark(this.root));
    if (!other) {
      if (this.told) this.refresh();
      this.shows?.draw(); // Perhaps in another theme.
      return;
    }
    this.close();
    if (data.code) this.enter();
    else this.choose();
  }

  close() {
    this.news?.stop();
    this.stop?.();
    this.shows?.close();
    removeEventListener("resize", this.resized);
    this.been = false;
    this.stop = this.news = this.told = this.shows = null;
  }

  // --- Opening.

  choose() {
    this.root.replaceChildren(...choices(this.data.lessons));
  }

  async enter() {
    const { code } = this.data;
    const key = new URLSearchParams(location.hash.slice(1)).get("key");
    try {
      if (key) {
        await send(`moeviz/room/${code}/claim`, { key });
        history.replaceState(history.state, "", location.pathname + location.search);
      }
      await got(`moeviz/room/${code}/lead.json`);
    } catch (error) {
      if (error.status) return this.lost(error);
      this.root.replaceChildren(element("p", "", error.message));
      return setTimeout(() => this.data.code === code && this.enter(), 1500);
    }
    this.build();
    this.news = new News(`moeviz/room/${code}/lead`, {
      onMessage: (told) => this.show(told),
      onContact: (there) => this.say(there ? "" : "The connection is lost; it comes back by itself."),
      onLost: (error) => this.lost(error),
    });
  }

  lost(error) {
    const lead = (key) => {
      location.hash = `key=${key}`;
      this.enter();
    };
    this.root.replaceChildren(...keyForm(this.data.code, error.message, lead));
  }

  // --- What stands on the screen.

  build() {
    const part = (name, tag = "div") => (this[name] = element(tag, `room-${name}`));
    part("title", "h1");
    this.title.tabIndex = -1;
    for (const name of ["words", "picture", "takeaway", "came", "number", "join", "place", "acts", "more", "names", "notes", "asks"]) part(name);
    this.status = tagged("p", { class: "room-said", role: "status" });
    for (const node of [this.takeaway, this.came]) node.setAttribute("aria-live", "polite");
    this.main = element("div", "room-main");
    this.shows = new Shows(this.data.code);
    this.main.append(this.title, this.words, this.number, this.takeaway, this.picture, this.shows.root, this.came);
    const side = tagged("aside", { "aria-label": "Leading the room" }, this.join, this.place, this.acts, this.more, this.status, this.names, this.notes, this.asks);
    this.root.replaceChildren(this.main, side);
    this.code();
    this.buttons();
    this.asks.append(questionForm((step) => this.act("ask", step)));
    new ResizeObserver(() => this.told && this.draw()).observe(this.picture);
    // Projector mode is pressed beside the title: what is private goes at once.
    removeEventListener("resize", this.resized);
    this.resized = () => this.told && this.root.isConnected && this.privately();
    addEventListener("resize", this.resized);
  }

  code() {
    const link = home(`join?code=${this.data.code}`).href;
    const picture = tagged("img", { alt: `QR code of ${link}`, src: home(`${this.data.qr}?text=${encodeURIComponent(link)}`).href });
    const own = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    const where = own ? this.data.alone : `${location.host}${home("join").pathname}`;
    this.here = element("p", "room-here");
    this.join.append(
      ...(own ? [] : [element("p", "room-quiet", "go to"), element("p", "room-where", where)]),
      element("p", "room-quiet", "join with"), element("p", "room-code", this.data.code), picture,
      ...(own ? [element("p", "room-alone", where)] : []), this.here,
    );
  }

  buttons() {
    const act = (name, words, does, className) => (this[name] = button(words, does, { className }));
    act("reveal", "Reveal", () => this.act("reveal", this.told.step.id), "room-press");
    act("run", "Run it live", () => this.act("run", this.told.step.id), "room-press");
    act("back", "Back", () => this.act("lead", this.told.at - 1));
    act("next", "Next", () => this.act("lead", this.told.at + 1));
    this.acts.append(this.reveal, this.run, this.back, this.next);
    act("hide", "Hide", () => this.act(this.told.hidden ? "show" : "hide"));
    act("pause", "Pause", () => this.act(this.told.paused ? "resume" : "pause"));
    act("free", "Let them explore", () => this.act(this.told.free ? "follow" : "free"));
    act("undo", "Undo reveal", () => this.act("undo"));
    act("look", "Look at answers now", () => {
      this.peek = !this.peek;
      this.refresh();
    });
    this.export = tagged("a", { href: home(`moeviz/room/${this.data.code}/answers.csv`).href, download: "" }, "Answers as CSV");
    act("end", "End", () => this.ending());
    this.another = tagged("a", { href: home("room").href }, "Open another room");
    this.more.append(this.another, this.look, this.hide, this.pause, this.free, this.undo, this.end, this.export);
  }

  // Ending cannot be undone: the second press does it.
  ending() {
    if (this.sure) return this.act("end");
    this.sure = true;
    this.end.textContent = "End for all?";
    setTimeout(() => {
      this.sure = false;
      this.end.textContent = "End";
    }, 4000);
  }

  say(words) {
    this.status.textContent = words;
  }

  async act(action, value) {
    this.say("");
    try {
      await send(`moeviz/room/${this.data.code}/act`, { action, value });
      return true;
    } catch (error) {
      this.say(error.message);
      if (error.status === 403) this.lost(error);
      return false;
    }
  }

  show(told) {
    const view = `${told.step.id} ${told.revealed} ${told.job}`;
    const other = this.told?.step.id !== told.step.id;
    this.told = told;
    learn(told.letters);
    if (view !== this.view) {
      this.view = view;
      if (other) this.peek = false;
      this.screen = null;
      this.stop?.();
      this.stop = null;
      this.progress = "";
      if (told.revealed && told.job && told.step.kind === "slope") this.watch(told.job);
    }
    const led = other && this.been;
    this.been = true;
    this.refresh();
    if (led) this.arrive();
  }

  // Another step begins at its top, with the focus on its heading, as on a lesson's page.
  arrive() {
    this.title.focus({ preventScroll: true });
    const scrolls = this.root.closest('[data-testid="stMain"]');
    const top = this.title.getBoundingClientRect().top;
    if (top < 0 || top > 0.5 * innerHeight) scrolls?.scrollTo(0, 0);
    if (this.title.getBoundingClientRect().top > 0.5 * innerHeight) this.title.scrollIntoView({ block: "start" });
  }

  watch(job) {
    this.stop = follow(job, {
      theme: isDark(this.root) ? "dark" : "light",
      onMessage: (news) => {
        if (news.screen) this.screen = news.screen;
        this.refresh();
      },
      onEnd: (last) => {
        this.progress = last?.gone ? last.message : "";
        this.refresh();
      },
    });
  }

  refresh() {
    const { told } = this;
    const { step } = told;
    const asks = step.kind !== "look";
    this.main.dataset.kind = step.kind;
    const line = (node, text) => {
      if (node.textContent !== text) node.textContent = text;
    };
    const titled = told.ended ? "The room has ended." : told.hidden ? "Hidden" : step.title;
    if (this.title.dataset.of !== titled) {
      this.title.dataset.of = titled;
      this.title.replaceChildren(...worded(titled));
    }
    const words = told.hidden || told.ended ? "" : step.words;
    write(this.words, [words]);
    const page = step.page && !told.hidden && !told.ended ? step.page : "";
    if (this.words.dataset.page !== `${words} ${page}`) {
      this.words.dataset.page = `${words} ${page}`;
      this.words.querySelector(".room-open")?.remove();
      if (page) {
        const link = tagged("a", { href: home(page).href, target: "_blank", rel: "noopener" }, "Open this page beside the room");
        this.words.append(tagged("p", { class: "room-open" }, link));
      }
    }
    line(this.number, asks && !told.hidden && !told.ended && (told.revealed || this.peek) ? `${told.count} ${step.kind === "slope" ? "prediction" : "answer"}${told.count === 1 ? "" : "s"}` : "");
    line(this.here, `${told.here} here`);
    const place = `Step ${told.at + 1} of ${told.of}`;
    if (this.place.dataset.of !== place) {
      this.place.dataset.of = place;
      const lesson = tagged("a", { href: home(told.link).href, target: "_blank", rel: "noopener" }, ...worded(told.title));
      this.place.replaceChildren(element("strong", "", place), " · ", lesson);
    }
    line(this.run, told.runs === "check" ? "Decide it again, live" : "Run it live");
    line(this.reveal, told.runs ? "Reveal and run" : "Reveal");
    line(this.hide, told.hidden ? "Show" : "Hide");
    line(this.pause, told.paused ? "Go on" : "Pause");
    line(this.free, told.free ? "Lead again" : "Let them explore");
    line(this.look, this.peek ? "Cover answers" : "Look at answers now");
    this.reveal.hidden = !asks || told.revealed;
    this.look.hidden = !asks || told.revealed;
    this.run.hidden = asks || !told.runs || (told.ran && !told.outcome?.trouble);
    this.shows.take(told.ended ? {} : told);
    // What a question is about stands before it; what came out, behind.
    const before = asks && !told.revealed ? this.number : this.came;
    if (this.shows.root.nextSibling !== before) this.main.insertBefore(this.shows.root, before);
    this.next.classList.toggle("room-press", !asks || told.revealed);
    this.back.disabled = told.at === 0;
    this.next.disabled = told.at === told.of - 1;
    this.undo.disabled = !told.undo;
    const over = Boolean(told.ended);
    for (const node of [this.acts, this.asks, this.join, ...this.more.querySelectorAll("button")]) node.hidden ||= over;
    this.another.hidden = !over;
    this.privately();
    this.draw();
  }

  // Notes and names are shut until somebody opens them, and are not there in Projector mode.
  privately() {
    const { told } = this;
    const shut = enlarged() || Boolean(told.ended);
    const one = (node, title, text, made) => {
      node.hidden = shut || !text;
      if (shut) node.querySelector("details")?.removeAttribute("open");
      if (node.dataset.of === text) return;
      const open = node.querySelector("details")?.open && node === this.names;
      node.dataset.of = text;
      const summary = tagged("summary", {}, element("strong", "", title), ` ${SEEN}`);
      const details = tagged("details", {}, summary, ...made());
      details.open = Boolean(open);
      node.replaceChildren(details);
    };
    const names = told.names.join(", ");
    one(this.names, "Nicknames.", names, () => [element("p", "", names)]);
    one(this.notes, "Notes, with answers.", told.notes ?? "", () => paragraphs(told.notes));
  }

  draw() {
    const { told } = this;
    const { step } = told;
    const shown = !told.hidden && !told.ended && step.kind !== "look" && (told.revealed || this.peek);
    const covered = !shown && !told.hidden && !told.ended && step.kind !== "look";
    const trouble = told.hidden || told.ended ? "" : told.outcome?.trouble ?? "";
    if (!shown) {
      this.picture.replaceChildren(...(covered ? [...this.axes(), this.cover()] : []));
      write(this.takeaway, []);
      return write(this.came, [trouble, told.numbers]);
    }
    const curve = this.screen ? curveOf(this.screen, told.curve ?? 0) : null;
    const all = { ...told, curve };
    // What was right stands beside the plot; what there is to read, below it.
    const [above, below] = aboveAndBelow(told);
    write(this.takeaway, [above, inWords(step, all)]);
    const scale = this.scale();
    const wide = this.picture.clientWidth || 800;
    const scrolled = this.root.closest('[data-testid="stMain"]')?.scrollTop ?? 0;
    const room = window.innerHeight - this.picture.getBoundingClientRect().top - scrolled - 110 * scale;
    // Beside pictures and results of its own answers take less room.
    const [least, share] = told.shown?.length && step.kind === "number" ? [200, 0.3] : [300, 0.62];
    const high = Math.max(least, Math.min(share * wide, room));
    this.picture.replaceChildren(drawn(step, all, wide, high, scale));
    write(this.came, [told.revealed ? told.outcome?.reads : "", below, trouble, told.numbers, this.progress]);
  }

  scale() {
    return (parseFloat(getComputedStyle(document.documentElement).fontSize) || ROOT) / ROOT;
  }

  // The axes on which the class draws, with what is known before.
  axes() {
    const { step } = this.told;
    if (!step.known?.length) return [];
    const scale = this.scale();
    const wide = this.picture.clientWidth || 800;
    const heights = step.known.flatMap(({ points }) => points.map(([, y]) => y));
    const axes = new Axes(step, wide, Math.max(240, Math.min(0.45 * wide, 0.42 * innerHeight)), { scale, heights });
    axes.known();
    axes.root.setAttribute("role", "img");
    axes.root.setAttribute("aria-label", step.known.map(({ words }) => words).join(", "));
    return [tagged("figure", { class: "room-figure" }, axes.root, keyTo(keyToKnown(step)))];
  }

  cover() {
    const { told } = this;
    const said = "Answers stay hidden until you reveal them.";
    return tagged(
      "div", { class: "room-cover" }, element("p", "room-big", told.here >= told.count ? `${told.count} of ${told.here}` : String(told.count)),
      element("p", "", "have answered"), element("p", "room-quiet", said),
    );
  }
}

const desks = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-room");
  if (!desks.has(root)) desks.set(root, new Desk(root));
  desks.get(root).take(data);
  return () => {
    if (root.isConnected) return;
    desks.get(root)?.close();
    desks.delete(root);
  };
}
