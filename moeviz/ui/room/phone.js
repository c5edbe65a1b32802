// The phone's page of a lecture room: join by the code, answer, see what came out. It runs by itself:
// no script of the server's stands behind it, and it is back by itself when the server was away.

import { button, element, tagged } from "@dom";
import { follow } from "@live";
import { asking } from "@phoneask";
import { aboveAndBelow, contentWords, curveOf, drawn, inWords, paragraphs, verdictOf, worded, write } from "@roomdraw";
import { News, got, home, insist, send } from "@roomnet";
import { Shows } from "@roomshow";
import { learn, spelled } from "@roomtex";

const WIDE = 360;

const dark = matchMedia("(prefers-color-scheme: dark)");
const themed = () => document.documentElement.classList.toggle("moeviz-dark", dark.matches);
themed();

const clean = (text) => text.toUpperCase().replace(/[^A-Z]/g, "").slice(0, 6);

class Phone {
  constructor(root) {
    this.root = root;
    this.answers = {};
    this.status = tagged("p", { class: "phone-status", role: "status" });
    const code = clean(new URLSearchParams(location.search).get("code") ?? "");
    if (code.length === 6) this.enter(code);
    else this.ask("", "");
  }

  // --- Joining.

  async enter(code) {
    this.code = code;
    try {
      await this.meet(() => got(`moeviz/room/${code}/me`));
    } catch (error) {
      if (error.status) this.ask(code, "");
      else {
        this.root.replaceChildren(element("p", "", error.message));
        setTimeout(() => this.enter(code), 1500);
      }
    }
  }

  ask(code, said) {
    const field = tagged("input", {
      id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "8",
      "aria-describedby": "said", class: "phone-code", value: code,
    });
    field.oninput = () => { field.value = clean(field.value); };
    const name = tagged("input", { id: "nickname", autocomplete: "nickname", maxlength: "24" });
    const join = button("Join", () => {}, { className: "phone-press" });
    join.type = "submit";
    const words = tagged("p", { id: "said", class: "phone-said", role: "alert" }, said);
    const form = tagged(
      "form", { class: "phone-join" },
      element("h1", "", "Join the room"),
      tagged("label", { for: "code" }, "Code on the screen"), field,
      tagged("label", { for: "nickname" }, "Nickname, if you like"), name,
      join, words,
      element("p", "phone-quiet", "You need no account and no name. Answers are shown to the class without names."),
    );
    form.onsubmit = async (event) => {
      event.preventDefault();
      this.code = clean(field.value);
      if (this.code.length < 6) {
        words.textContent = "The code has six letters.";
        field.focus();
        return;
      }
      join.disabled = true;
      try {
        await this.meet(() => send(`moeviz/room/${this.code}/join`, { nickname: name.value }));
      } catch (error) {
        words.textContent = error.message;
        join.disabled = false;
        field.focus();
      }
    };
    this.root.replaceChildren(form);
    (code ? join : field).focus();
  }

  async meet(asked) {
    const me = await asked();
    if (me.joined === false) return this.ask(this.code, "");
    this.answers = Object.fromEntries(Object.entries(me.answers).map(([step, given]) => [step, given.content]));
    this.nickname = me.nickname;
    history.replaceState(null, "", `?code=${this.code}`);
    this.root.replaceChildren(element("p", "", "You are in."), this.status);
    this.news?.stop();
    this.news = new News(`moeviz/room/${this.code}/stream`, {
      onMessage: (told) => this.show(told),
      onContact: (there) => this.say(there ? "" : "The connection is lost; it comes back by itself."),
      onLost: (error) => this.ask(this.code, error.message),
    });
  }

  say(words) {
    this.status.textContent = words;
  }

  // --- What the room tells.

  show(told) {
    learn(told.letters);
    this.told = told;
    const phase = told.ended || (told.hidden && "hidden") || (told.free && "free")
      || (told.revealed && `revealed ${told.job}`) || "open";
    const view = `${told.step?.id} ${phase}`;
    const text = JSON.stringify(told.step);
    if (view !== this.view || text !== this.text) {
      const same = view === this.view; // The step speaks of another run now.
      const [place, chosen] = same ? [scrollY, this.asked?.value] : [0];
      Object.assign(this, { view, text, chosen });
      this.stop?.();
      this.stop = null;
      this.screen = null;
      this.build(phase);
      scrollTo(0, place);
    }
    this.refresh();
  }

  build(phase) {
    const { told } = this;
    const { step } = told;
    this.count = element("p", "phone-quiet");
    this.body = element("div", "phone-body");
    this.picture = null;
    this.asked = null;
    this.shows?.close();
    this.shows = new Shows(this.code);
    const head = tagged(
      "header", {}, tagged("p", { class: "phone-quiet" }, ...worded(told.title), ` · ${told.at + 1} of ${told.of}`),
    );
    const title = tagged("h1", { tabindex: "-1" });
    if (told.ended) {
      title.textContent = "The room has ended.";
      this.body.append(tagged("p", {}, "Thank you for answering. ", this.link("./", "Look around the laboratory")));
    } else if (phase === "hidden") {
      title.textContent = "Look to the front.";
    } else {
      title.append(...worded(step.title));
      if (phase === "free") this.explore(step);
      else if (step.kind === "look") this.look(step);
      else if (told.revealed) this.revealed(step);
      else this.question(step);
    }
    this.root.replaceChildren(head, title, this.body, this.count, this.status);
    const lost = document.activeElement === document.body || !document.activeElement;
    if (lost) title.focus({ preventScroll: true });
  }

  link(page, words) {
    return tagged("a", { href: home(page).href, target: "_blank", rel: "noopener" }, words);
  }

  look(step) {
    this.lines = element("div");
    this.came = element("div", "phone-words");
    this.body.append(this.lines, this.came, this.shows.root);
    if (step.page) this.body.append(tagged("p", {}, this.link(step.page, "Open it on this phone")));
  }

  explore(step) {
    this.body.append(element("p", "", "Explore on your own now. This page waits for you, and leads you again when the lecturer does."));
    if (step.page) this.body.append(tagged("p", {}, this.link(step.page, "This step's page")));
    this.body.append(tagged("p", {}, this.link("./", "All pages")));
  }

  question(step) {
    this.came = element("div", "phone-words");
    this.body.append(...paragraphs(step.words), this.came);
    this.asked = asking(step, this.chosen ?? this.answers[step.id]);
    this.sent = element("p", "phone-sent");
    this.sent.setAttribute("role", "status");
    this.press = button("Send", () => this.send(step), { className: "phone-press" });
    this.asked.changed = () => this.refresh();
    this.body.append(this.shows.root, this.asked.root, this.press, this.sent);
  }

  async send(step) {
    const { value } = this.asked;
    this.sending = true;
    this.refresh();
    try {
      const away = () => { this.sent.textContent = "Not sent yet: the server is away. It is sent as soon as it is back."; };
      const kept = await insist(`moeviz/room/${this.code}/answer`, { step: step.id, answer: value }, away);
      this.answers[step.id] = kept.answer;
      if (this.told.step?.id === step.id) this.sent.textContent = "";
    } catch (error) {
      if (this.told.step?.id === step.id) this.sent.textContent = error.message;
      if (error.status === 404) this.enter(this.code);
    }
    this.sending = false;
    this.refresh();
  }

  revealed(step) {
    this.picture = element("div", "phone-picture");
    this.words = element("div", "phone-words");
    this.words.setAttribute("role", "status");
    this.came = element("div", "phone-words");
    this.body.append(this.words, this.picture, this.shows.root, this.came);
    // Of a slope the points arrive one by one.
    if (!this.told.job || step.kind !== "slope") return;
    this.progress = element("p", "phone-quiet");
    this.body.append(this.progress);
    this.stop = follow(this.told.job, {
      theme: dark.matches ? "dark" : "light",
      onMessage: (news) => {
        if (news.screen) this.screen = news.screen;
        this.refresh();
      },
      onEnd: (last) => { this.progress.textContent = last?.gone ? last.message : ""; },
    });
  }

  refresh() {
    const { told } = this;
    const { step } = told;
    this.count.textContent = told.ended ? "" : !step || step.kind === "look"
      ? `${told.here} here`
      : `${told.count}${told.here >= told.count ? ` of ${told.here}` : ""} answered`;
    if (told.ended || told.hidden || told.free || !step) return;
    this.shows.take(told);
    if (this.asked) this.refreshAsked(step);
    if (step.kind === "look") this.refreshLook(step);
    if (!this.picture) return;
    const own = this.answers[step.id];
    const curve = this.screen ? curveOf(this.screen, told.curve ?? 0) : null;
    const all = { ...told, own, curve };
    this.picture.replaceChildren(drawn(step, all, WIDE, 300));
    // What was right stands beside the plot; what there is to read, below it.
    const [above, below] = aboveAndBelow(told);
    write(this.words, [this.verdict(step, own), above, inWords(step, all)]);
    const reads = own === undefined ? told.outcome?.reads : "";
    write(this.came, [reads, below, told.outcome?.trouble, told.numbers]);
  }

  refreshLook(step) {
    write(this.lines, [step.words]);
    write(this.came, [this.told.outcome?.trouble, this.told.numbers]);
  }

  // What the lesson's page says of such an answer.
  verdict(step, own) {
    if (own === undefined) return "You did not answer this one.";
    const { outcome, together } = this.told;
    const guess = contentWords(step, own);
    const mine = `You said ${typeof own === "number" ? guess : `“${guess}”`}.`;
    const strong = (words) => (words.includes("*") ? words : `**${words}**`);
    const verdict = verdictOf(together, own);
    if (!verdict) return mine;
    const said = outcome?.says?.[verdict];
    if (said?.includes("{guess}")) return strong(said.replaceAll("{guess}", () => guess));
    const plain = { right: "That is right.", near: "That is near.", wrong: "That is not it." };
    return `${mine} ${strong(said || plain[verdict])}`;
  }

  refreshAsked(step) {
    write(this.came, [this.told.numbers]);
    const kept = this.answers[step.id];
    const { value } = this.asked;
    const same = JSON.stringify(kept) === JSON.stringify(value);
    const { paused } = this.told;
    this.press.disabled = paused || this.sending || value === undefined || (same && kept !== undefined);
    this.press.textContent = this.sending ? "Sending…" : kept !== undefined && same ? "Sent ✓" : kept === undefined ? "Send" : "Send the change";
    if (this.sending) return;
    if (paused) this.sent.textContent = "Paused by the lecturer.";
    else if (kept !== undefined) {
      this.sent.textContent = `Sent: ${spelled(contentWords(step, kept))}. You can change it until it is revealed.`;
    } else if (this.sent.textContent === "Paused by the lecturer.") this.sent.textContent = "";
  }
}

const phone = new Phone(document.getElementById("room"));
dark.addEventListener("change", () => {
  themed();
  phone.shows?.draw();
});
