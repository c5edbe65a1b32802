// A picture of a room, drawn as the pages draw it: handles that are not held fast answer to the hand, on
// this screen alone.

import { tagged } from "@dom";
import * as formulas from "@formulas";
import { home } from "@roomnet";
import * as surfaces from "@surface";

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
    const made = scene ? (await import(home(scene))).scene : surfaces.still;
    this.positions = new Map(data.handles.map(({ id, at }) => [id, at]));
    Object.assign(this, { data, themes, scene: made(data, { ...surfaces, ...formulas }) });
    this.draw(true);
  }

  draw(fine = false) {
    if (!this.scene || this.closed || !this.panels.clientWidth) return;
    const { data: made, scene, positions, said, themes } = this;
    this.surface.stage({ made, scene, positions, fine, said, themes });
  }

  close() {
    this.closed = true;
    this.surface.close();
  }
}
