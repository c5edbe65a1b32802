// A picture that answers to the hand. moeviz/ui/shared/surface.js draws it; what is drawn comes from
// a scene in the browser, or from the server where there is none.

import { button, tagged } from "@dom";

const COARSE = 1, FINE = 2; // How finely a scene computes while a hand moves, and at rest.

const load = (path) => import(new URL(path, document.baseURI));

function download(address, name) {
  const link = tagged("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

class Plane {
  constructor(root) {
    this.root = root;
    this.serial = 0;
    this.draws = 0;
    this.positions = new Map();
    this.looked = new Map(); // Where the cursor is, of handles that stand in cells.
    this.panels = tagged("div", { class: "plane-panels" });
    this.later = tagged("div", { class: "plane-later" });
    this.said = tagged("p", { class: "plane-said", "aria-live": "polite" });
    this.tables = tagged("div", { class: "plane-tables" });
    this.data = tagged("details", { class: "plane-data" }, tagged("summary", {}, "Data"), this.tables);
    this.data.addEventListener("toggle", () => this.fill());
    this.tools = tagged(
      "div", { class: "plane-tools" },
      button("Save SVG", () => this.save("svg")), button("Save PNG", () => this.save("png")),
    );
    root.replaceChildren(this.panels, this.said, this.later, tagged("div", { class: "plane-below" }, this.data, this.tools));
  }

  async take(data, send) {
    this.send = send;
    if (this.given?.asks !== data.asks) this.asking?.drop(); // Another design's answers.
    this.given = data;
    if (!this.document) this.serial = data.serial; // The picture was shown before, and left.
    const made = this.text === data.document ? null : JSON.parse(data.document);
    const playing = made?.player && load("@player"); // On its way meanwhile.
    if (!this.surface) {
      const scene = data.scene && load(data.scene); // Likewise.
      const asking = data.asks && load("@asking");
      const [surface, formulas, asks] = await Promise.all([load("@surface"), load("@formulas"), asking, scene]);
      if (this.closed) return;
      if (asks) this.asking ??= new asks.Asking({ question: () => this.question(), answer: (...found) => this.answer(...found) });
      this.kit = { ...surface, ...formulas };
      this.surface ??= new surface.Surface(this.panels, this.later, {
        move: (id, at, stamp) => this.move(id, at, stamp),
        rest: () => this.rest(),
        look: (id, at, stamp) => this.look(id, at, stamp),
        redraw: () => this.soon(FINE),
      });
    }
    if (made) {
      const scene = data.scene ? (await load(data.scene)).scene : this.kit.still;
      const player = await playing;
      if (this.closed || this.given !== data) return;
      const cells = (handles) => JSON.stringify(handles?.map((handle) => handle.cells));
      if (cells(made.handles) !== cells(this.document?.handles)) this.looked.clear();
      this.text = data.document;
      this.document = made;
      this.scene = scene(made, this.kit);
      // What the hand did later than this, told or not told yet, stays.
      if (data.serial >= this.serial && !this.untold) {
        this.positions = new Map(made.handles.map((handle) => [handle.id, handle.at]));
        this.sent = null;
      } else {
        for (const { id, at } of made.handles) if (!this.positions.has(id)) this.positions.set(id, at);
      }
      if (player && !this.player) {
        this.player = new player.Player(this);
        this.panels.after(this.player.root);
      }
      if (player) this.player.open(made.player);
    }
    this.tools.hidden = !data.tools;
    this.root.toggleAttribute("data-compact", data.compact);
    if (data.asks) this.root.dataset.answered = String(data.serial); // For who measures.
    this.draw(this.surface.held ? COARSE : FINE);
  }

  // Shows what is in the cell under the cursor, and tells nobody: neither the server nor who listens.
  look(id, at, stamp) {
    if (at) this.looked.set(id, at);
    else if (!this.looked.delete(id)) return;
    this.stamp = this.stamp ?? stamp;
    this.said.removeAttribute("aria-live");
    this.soon(FINE);
    clearTimeout(this.speaking);
    if (!at) this.speaking = setTimeout(() => this.said.setAttribute("aria-live", "polite"), 200); // After it is drawn.
  }

  move(id, at, stamp) {
    this.positions.set(id, at);
    this.looked.clear();
    clearTimeout(this.speaking);
    this.untold = this.given.sends;
    this.stamp = this.stamp ?? stamp;
    this.said.removeAttribute("aria-live");
    this.soon(COARSE);
    if (this.given.asks) this.asking?.want();
  }

  rest() {
    this.said.setAttribute("aria-live", "polite");
    this.soon(FINE);
    this.asking?.drop();
    this.tell();
  }

  // Where the server is to draw the picture of where the handles are; null where it has been asked.
  question() {
    const { dataset } = this.root;
    const now = [...this.positions].map(([id, at]) => `&${encodeURIComponent(id)}=${at[0]}`).join("");
    const asked = now === this.asked;
    if (!asked) this.serial += 1;
    dataset.asked = String(this.serial); // For who measures; said again, all that moved since is known.
    if (asked) {
      if (dataset.answered === dataset.asked) dataset.answered = dataset.asked;
      return null;
    }
    this.asked = now;
    return { address: this.given.asks + now, serial: this.serial };
  }

  answer(found, serial) {
    this.text = null; // Of what is shown from now on.
    this.document = { ...this.document, ...found };
    this.scene = this.kit.still(this.document);
    this.root.dataset.answered = String(serial);
    this.soon(COARSE);
  }

  soon(detail) {
    this.detail = Math.max(detail, this.frame ? this.detail : 0);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (!this.closed) this.draw(this.detail);
    });
  }

  // Says where the handles are, once they rest.
  tell() {
    this.untold = false;
    if (!this.given.sends) return;
    const handles = Object.fromEntries(this.positions);
    const now = JSON.stringify(handles);
    if (now === this.sent && !this.asked) return; // What was asked for is drawn roughly.
    this.sent = now;
    this.asked = null;
    this.serial += 1;
    this.root.dataset.asked = String(this.serial);
    this.send({ handles, serial: this.serial });
  }

  draw(detail) {
    const { document: made } = this;
    if (!made || !this.panels.clientWidth) return;
    const { scene, positions, looked, said, given: { themes } } = this;
    this.found = this.surface.stage({ made, scene, positions, looked, fine: detail === FINE, said, themes });
    this.player?.shown();
    this.fill();
    this.draws += 1;
    this.root.dataset.draws = String(this.draws);
    this.root.dataset.fine = String(detail === FINE);
    if (this.stamp !== undefined) {
      this.root.dataset.milliseconds = (performance.now() - this.stamp).toFixed(1);
      this.stamp = undefined;
    }
  }

  fill() {
    if (!this.data.open || !this.found) return;
    const rows = (this.found.tables ?? []).map(({ title, columns, rows: body }) => {
      const digits = (value) =>
        value !== 0 && Math.abs(value) < 1e-4 ? this.kit.powerOfTen(value, 4) : value.toFixed(6);
      const cell = (value) => {
        if (typeof value === "string") return tagged("th", { scope: "row" }, value);
        return tagged("td", { "data-value": String(value) }, Number.isFinite(value) ? digits(value).replaceAll("-", "−") : "not a number");
      };
      return tagged(
        "table", {}, tagged("caption", {}, title),
        tagged("thead", {}, tagged("tr", {}, ...columns.map((name) => tagged("th", { scope: "col" }, name)))),
        tagged("tbody", {}, ...body.map((row) => tagged("tr", {}, ...row.map(cell)))),
      );
    });
    this.tables.replaceChildren(...rows);
  }

  async save(format) {
    const { title, fileName } = this.given;
    const words = { title, sentence: this.said.textContent, address: window.location.href };
    const { saved } = await load("@saved");
    const { text, width, height } = saved(this.surface, words);
    const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    try {
      if (format === "svg") return download(address, `${fileName}.svg`);
      const image = new Image();
      image.src = address;
      await image.decode();
      const canvas = tagged("canvas", { width: String(2 * width), height: String(2 * height) });
      canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
      return download(canvas.toDataURL("image/png"), `${fileName}.png`);
    } finally {
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    }
  }

  close() {
    this.closed = true;
    clearTimeout(this.speaking);
    this.asking?.drop();
    this.player?.close();
    if (this.frame) cancelAnimationFrame(this.frame);
    this.surface?.close();
  }
}

const planes = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".moeviz-plane");
  if (!planes.has(root)) planes.set(root, new Plane(root));
  const plane = planes.get(root);
  plane.take(data, (moved) => setStateValue("moved", moved)).catch((error) => {
    plane.said.setAttribute("role", "alert");
    plane.said.textContent = error.message;
    if (plane.surface) plane.surface.sentence = null;
  });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the picture stays.
    if (root.isConnected) return;
    plane.close();
    planes.delete(root);
  };
}
