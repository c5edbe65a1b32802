// What a step shows besides words: pictures, what came of runs, what the checker decided, links.

import { element, tagged } from "@dom";
import { worded } from "@roomdraw";
import { got, home } from "@roomnet";

class Entry {
  constructor(said, code) {
    this.name = JSON.stringify(said);
    this.root = tagged("section", { class: "room-thing" });
    if (said.picture !== undefined) this.draw(said, code);
    else this.write(said);
  }

  write({ statement, says, page, words }) {
    const link = (text) => tagged("a", { href: home(page).href, target: "_blank", rel: "noopener" }, text);
    if (statement === undefined) {
      this.root.append(tagged("p", {}, page ? link(words) : words));
      return;
    }
    this.root.classList.add("room-proof");
    this.root.append(
      tagged("p", {}, ...worded(statement)), tagged("p", { class: "room-verdict" }, element("strong", "", "The checker: "), ...worded(says), "."),
      tagged("p", { class: "room-below" }, `${words} `, link("The certificate")),
    );
  }

  draw({ picture, scene, words }, code) {
    this.place = tagged("div", { class: "moeviz-plane" });
    if (scene) this.place.dataset.compact = "";
    this.below = element("p", "room-below", words);
    this.root.append(this.place, this.below);
    this.fetch(picture, scene, code);
  }

  async fetch(picture, scene, code) {
    try {
      const [data, { Picture }] = await Promise.all([got(`moeviz/room/${code}/shown/${picture}`, { cache: "default" }), import("@roomlook")]);
      if (this.closed) return;
      this.drawn = new Picture(this.place);
      await this.drawn.take(data, scene);
    } catch (error) {
      if (error.status !== 409) this.below.textContent = error.message;
    }
  }

  draws() {
    this.drawn?.draw(true);
  }

  close() {
    this.closed = true;
    this.drawn?.close();
    this.root.remove();
  }
}

export class Shows {
  constructor(code) {
    this.code = code;
    this.root = element("div", "room-shows");
    this.progress = tagged("p", { class: "room-running", role: "status" });
    this.bar = tagged("progress", { max: "1", "aria-label": "Progress" });
    this.running = tagged("div", { class: "room-progress" }, this.bar, this.progress);
    this.list = element("div", "room-things");
    this.root.append(this.running, this.list);
    this.entries = [];
    this.take({});
  }

  // What stands there already stays as it is, where a hand has moved it.
  take({ shown = [], progress = null }) {
    this.running.hidden = !progress;
    if (progress) {
      this.bar.value = progress.fraction;
      if (this.progress.textContent !== progress.sentence) this.progress.textContent = progress.sentence;
    }
    const wanted = shown.map((said) => JSON.stringify(said));
    const kept = this.entries.filter((entry) => wanted.includes(entry.name));
    for (const entry of this.entries) if (!kept.includes(entry)) entry.close();
    this.entries = shown.map((said, at) => kept.find((entry) => entry.name === wanted[at]) ?? new Entry(said, this.code));
    const roots = this.entries.map((entry) => entry.root);
    if (roots.some((root, at) => this.list.children[at] !== root)) this.list.replaceChildren(...roots);
  }

  draw() {
    for (const entry of this.entries) entry.draws();
  }

  close() {
    this.take({});
  }
}
