// Lists the jobs of whoever looks. It asks the server itself, now and then, and only while it is
// looked at: no script runs for it.

const BUSY_MS = 3_000; // While something is computed.
const IDLE_MS = 20_000;

let copied, element, button, tagged; // dom.js's, once it is there.

async function load() {
  ({ copied, element, button, tagged } = await import(new URL("@dom", document.baseURI)));
}

const TITLES = { waiting: "Waiting", running: "Running", done: "Finished" };

function ago(seconds) {
  if (seconds < 60) return "just now";
  const [count, unit] =
    seconds < 3600 ? [seconds / 60, "minute"]
      : seconds < 86400 ? [seconds / 3600, "hour"] : [seconds / 86400, "day"];
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? "" : "s"} ago`;
}

const at = (path) => new URL(path, document.baseURI);

class Jobs {
  constructor(root, data) {
    Object.assign(this, { root, data, tag: null, closed: false });
    this.said = tagged("p", { class: "jobs-said", role: "status" });
    this.own = element("div", "jobs-list");
    this.all = element("div", "jobs-list");
    this.foot = element("div", "jobs-foot");
    root.replaceChildren(this.said, this.own, this.all, this.foot);
    this.say("Asking the server for your jobs…");
    this.waits = true;
    this.turned = () => this.ask();
    document.addEventListener("visibilitychange", this.turned);
    this.ask();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.turned);
  }

  async ask() {
    clearTimeout(this.timer);
    if (this.closed || document.hidden) return;
    let busy = this.busy;
    try {
      const headers = this.tag ? { "If-None-Match": this.tag } : {};
      const answer = await fetch(at(`${this.data.list}.json`), { headers, cache: "no-store" });
      if (answer.ok) {
        this.tag = answer.headers.get("ETag");
        const list = await answer.json();
        this.draw(list);
        busy = [...list.jobs, ...list.all].some(({ active }) => active);
      } else if (answer.status !== 304) this.say((await answer.json()).message);
      this.lost = false;
    } catch {
      this.lost = true;
      this.say("The server does not answer; it is asked again.");
    }
    this.busy = busy;
    this.timer = setTimeout(() => this.ask(), busy || this.lost ? BUSY_MS : IDLE_MS);
  }

  say(words) {
    this.said.textContent = words;
  }

  async send(path, method = "POST", body = undefined) {
    try {
      const answer = await fetch(at(path), { method, body });
      const words = answer.status === 204 ? "" : (await answer.json()).message;
      this.say(words);
      return answer.ok;
    } catch {
      this.say("The server does not answer; try again.");
      return false;
    }
  }

  draw(list) {
    const held = document.activeElement?.dataset?.hold;
    if (this.lost || this.waits) this.say("");
    this.waits = false;
    const none = list.named
      ? "Nothing yet. Whatever you run in the lab, the checker or the training page stands here, "
        + "also when its tab is closed."
      : "This browser keeps no cookies for this page, so that what you run belongs to the tab that "
        + "ran it, and cannot be listed.";
    this.own.replaceChildren(
      ...(list.jobs.length ? list.jobs.map((job) => this.card(job, false)) : [element("p", "", none)]),
    );
    this.all.replaceChildren(
      ...(list.lecturer
        ? [tagged("h2", {}, "All jobs of this server"), ...list.all.map((job) => this.card(job, true))]
        : []),
    );
    if (this.drawn !== list.lecturer) this.ends(list);
    this.drawn = list.lecturer;
    if (held) this.hold(held);
  }

  // The button that had the focus has it again; one that has gone leaves it to the job's others.
  hold(held) {
    const [same, job] = [`[data-hold="${held}"]`, `[data-hold$="-${held.split("-").at(-1)}"]`];
    (this.root.querySelector(same) ?? this.root.querySelector(job))?.focus();
  }

  card(job, lecturer) {
    const card = tagged("article", { class: "jobs-card", "data-state": job.state });
    const title = tagged("h3", {});
    if (job.link) title.append(tagged("a", { href: at(job.link), target: "_self" }, job.title));
    else title.append(job.title);
    const asked = ago(Date.now() / 1000 - job.at);
    const words = [job.kind, job.detail, lecturer ? "" : `asked for ${asked}`];
    if (lecturer) words.push(`changed ${asked}`);
    if (lecturer && job.active) words.push(job.wishes === 1 ? "one wants it" : `${job.wishes} want it`);
    card.append(title, element("p", "jobs-words", words.filter(Boolean).join(" · ")));
    const state = element("p", "jobs-state");
    const said = job.ended || (TITLES[job.state] ?? job.state);
    // Most sentences begin with the state itself.
    const rest = job.sentence.startsWith(said) ? job.sentence.slice(said.length) : `: ${job.sentence}`;
    state.append(element("b", "", said), rest);
    card.append(state);
    if (job.active) {
      card.append(tagged("progress", {
        max: "1", value: String(job.fraction), "aria-label": `Progress of ${job.title}`,
      }));
    }
    card.append(this.buttons(job, lecturer));
    return card;
  }

  buttons(job, lecturer) {
    const row = element("div", "jobs-buttons");
    const add = (text, act) => {
      const made = button(text, act);
      made.dataset.hold = `${lecturer ? "all" : "own"}-${text}-${job.job}`.replaceAll(" ", "-");
      made.setAttribute("aria-label", `${text}: ${job.title}`);
      row.append(made);
      return made;
    };
    const then = (sent) => sent.then(() => this.ask());
    if (job.link) row.append(tagged("a", { class: "jobs-open", href: at(job.link), target: "_self" }, "Open"));
    if (job.cancels) add("Cancel", () => then(this.send(`${this.data.list}/${job.job}/cancel`)));
    if (job.continues) add("Continue", () => then(this.send(`${this.data.list}/${job.job}/continue`)));
    if (lecturer && job.active) add("End for all", () => then(this.send(`${this.data.list}/${job.job}/end`)));
    if (job.link && !lecturer) add("Copy link", () => this.copy(job));
    if (job.file) {
      row.append(tagged("a", { class: "jobs-open", href: at(job.file), download: "" }, "Export"));
    }
    return row;
  }

  async copy(job) {
    const back = document.activeElement;
    const field = tagged("input", { "aria-label": "Link to the job" });
    field.readOnly = true;
    field.value = String(at(job.link));
    this.said.after(field);
    if (await copied(field)) {
      field.remove();
      back?.focus();
      this.say("Copied. Who opens the link can look and export; only who asked for it can cancel.");
    } else {
      field.onblur = () => field.remove();
      this.say("This browser copies nothing for a page without https; the link is selected, copy it by hand.");
    }
  }

  // The ways out, and the lecturer's way in.
  ends(list) {
    const forget = button("Forget me", () => sure());
    const words = "This browser has a key, drawn by chance, by which the server knows which jobs are "
      + "yours. It stays for 180 days after your last visit.";
    const key = list.lecturer
      ? [
        element("p", "", "You gave the lecturer's key: you see all jobs and may end any."),
        button("Give the power back", () =>
          this.send(this.data.lecturer, "DELETE").then(() => window.location.reload())),
      ]
      : [this.form()];
    const sure = () => {
      forget.textContent = "Forget me: my list is gone, and what only I want ends";
      forget.onclick = () => this.send(this.data.forget).then((ok) => ok && window.location.reload());
    };
    const about = tagged("details", {}, tagged("summary", {}, "How are these yours?"));
    about.append(element("p", "", words), forget);
    const lecturer = tagged("details", {}, tagged("summary", {}, "Lecturer"), ...key);
    if (list.lecturer) lecturer.open = true;
    this.foot.replaceChildren(...(list.named ? [about, lecturer] : []));
  }

  form() {
    const field = tagged("input", {
      type: "password", autocomplete: "off", maxlength: "200", "aria-label": "Lecturer's key",
      placeholder: "Lecturer's key",
    });
    const form = tagged("form", { class: "jobs-key" });
    form.append(
      element("p", "", "The key was printed where the server was started. With it you see all jobs, "
        + "and may end any, until this browser is closed, and for twelve hours at most."),
      field, button("Give the key", () => form.requestSubmit()),
    );
    form.onsubmit = (event) => {
      event.preventDefault();
      const body = JSON.stringify({ key: field.value });
      field.value = "";
      this.send(this.data.lecturer, "POST", body).then((ok) => ok && window.location.reload());
    };
    return form;
  }
}

const shown = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-jobs");
  if (!shown.has(root)) {
    shown.set(root, null);
    load().then(() => {
      if (shown.has(root)) shown.set(root, new Jobs(root, data));
    });
  }
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then all goes on.
    if (root.isConnected) return;
    shown.get(root)?.close();
    shown.delete(root);
  };
}
