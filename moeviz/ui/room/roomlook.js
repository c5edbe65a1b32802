// A picture of a room, drawn as the pages draw it: handles that are not held fast answer to the hand, on
// this screen alone.

import { tagged } from "@dom";
import * as formulas from "@formulas";
import { home } from "@roomnet";
import * as surfaces from "@surface";

const ROOT = 18; // The font size in pixels in whose units a scene is told its room.

const still = (data) => ({ picture: () => data });

export class Picture {
  constructor(root) {
    this.root = root;
    this.panels = tagged("div", { class: "plane-panels" });
    this.later = tagged("div", { class: "plane-later" });
    this.said = tagged("p", { class: "plane-said" });
    root.replaceChildren(this.panels, this.later, this.said);
    this.surface = new surfaces.Surface(this.panels, this.later, {
      move: (id, at) => {
        this.positions.set(id, at);
        this.draw();
      },
      rest: () => this.draw(true),
      look: () => {},
      redraw: () => this.draw(true),
    });
  }

  async take({ document: data, themes }, scene) {
    const made = scene ? (await import(home(scene))).scene : still;
    this.positions = new Map(data.handles.map(({ id, at }) => [id, at]));
    Object.assign(this, { data, themes, scene: made(data, { ...surfaces, ...formulas }) });
    this.draw(true);
  }

  draw(fine = false) {
    if (!this.scene || this.closed || !this.panels.clientWidth) return;
    const size = parseFloat(getComputedStyle(document.documentElement).fontSize) || ROOT;
    const found = this.scene.picture(this.positions, fine, (this.panels.clientWidth * ROOT) / size, null);
    const handles = this.data.handles.map((handle) => ({ ...handle, at: this.positions.get(handle.id), says: found.says?.[handle.id] }));
    const parts = (found.sentence ?? "").split("*");
    if (found.sentence !== this.sentence) this.said.replaceChildren(...parts.map((part, at) => (at % 2 ? tagged("strong", {}, part) : part)));
    this.sentence = found.sentence;
    const description = (found.described ?? found.sentence ?? "").replaceAll("*", "");
    const panels = found.panels.slice(0, this.data.shown ?? found.panels.length);
    this.surface.show({ panels, handles, description }, this.themes);
  }

  close() {
    this.closed = true;
    this.surface.close();
  }
}
