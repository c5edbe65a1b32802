// Where to begin, and a tile for every page. Titles stand at once; pictures and their sentences come
// as one file of plain data, and are drawn here by the pages' own scenes.

import { element, tagged } from "@dom";

const SCENES = { gates: "@gates", cells: "@cells", sequences: "@sequences" };
const TALL = 0.6; // A picture's height over its width.

const load = (path) => import(new URL(path, document.baseURI));

const emphasised = (words) =>
  words.split("*").map((part, at) => (at % 2 ? tagged("strong", {}, part) : part));

const files = new Map();

function fetched(path) {
  if (!files.has(path)) {
    const answer = fetch(new URL(path, document.baseURI)).then((found) => {
      if (!found.ok) throw new Error("The pictures did not load from this server.");
      return found.json();
    });
    answer.catch(() => files.delete(path));
    files.set(path, answer);
  }
  return files.get(path);
}

// A picture's panel and the handles that are drawn in it.
async function drawn({ panel, scene, document: made, place }, kit) {
  if (panel) return { panel, handles: [] };
  const positions = new Map(made.handles.map((handle) => [handle.id, handle.at]));
  const found = (await load(SCENES[scene])).scene(made, kit).picture(positions, false);
  const handles = made.handles
    .filter((handle) => handle.panels.includes(place))
    .map((handle) => ({ ...handle, ghost: undefined, fixed: true, panels: [0] }));
  return { panel: found.panels[place], handles };
}

class Home {
  constructor(root) {
    this.root = root;
    this.surfaces = [];
  }

  async take(data) {
    if (this.built) return;
    this.built = true;
    const begin = tagged("div", { class: "home-begin" }, ...data.begin.map((way) => this.begin(way)));
    this.tiles = new Map(data.tiles.map((way) => [way.page, this.tile(way)]));
    const grid = tagged("div", { class: "home-tiles" }, ...[...this.tiles.values()].map(({ root }) => root));
    this.root.replaceChildren(begin, grid);
    const [surface, formulas, pictures] = await Promise.all([
      load("@surface"), load("@formulas"), fetched(data.pictures),
    ]);
    const kit = { ...surface, ...formulas };
    for (const [page, tile] of this.tiles) {
      const found = pictures[page];
      if (!found || this.closed) continue;
      tile.words.replaceChildren(...emphasised(found.words));
      const { panel, handles } = await drawn(found, kit);
      const bare = {
        ...panel, title: "", note: "", bare: true, tall: TALL, narrow: TALL, wide: false, later: false, after: false,
        labels: found.panel?.labels ?? [],
        lines: (panel.lines ?? []).map((line) => ({ ...line, label: undefined })),
      };
      const show = () => made.show({ panels: [bare], handles, description: "" }, data.themes);
      const made = new surface.Surface(tile.picture, tagged("div", {}), { move() {}, rest() {}, redraw: show });
      this.surfaces.push(made);
      show();
    }
    this.root.dataset.drawn = "true";
  }

  // A link. A plain press takes the page's own link to the same place, where there is one: that
  // stays within the visit, and this one would load the app anew.
  link(way, className, ...children) {
    const made = tagged("a", { class: className, href: new URL(way.href, document.baseURI).href }, ...children);
    made.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      const links = document.querySelectorAll('a[data-testid="stPageLink-NavLink"]');
      const own = [...links].find((link) => link.href === made.href);
      if (!own) return;
      event.preventDefault();
      own.click();
    });
    return made;
  }

  begin(way) {
    return tagged(
      "div", { class: "home-way" }, tagged("strong", {}, way.title), element("p", "", way.words),
      tagged("div", { class: "home-buttons" }, this.link(way, "home-button", way.label),
        ...(way.more ? [this.link(way.more, "home-button home-second", way.more.label)] : [])),
    );
  }

  tile(way) {
    const picture = tagged("div", { class: "moeviz-plane home-picture", "data-compact": "", "aria-hidden": "true" });
    const words = element("span", "home-words");
    const root = this.link(
      way, "home-tile", picture, element("span", "home-kicker", way.kicker),
      tagged("strong", {}, way.title), words,
    );
    return { root, picture, words };
  }

  close() {
    this.closed = true;
    for (const surface of this.surfaces) surface.close();
  }
}

const homes = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-home");
  if (!homes.has(root)) homes.set(root, new Home(root));
  const home = homes.get(root);
  home.take(data).catch((error) => console.warn(error.message));
  return () => {
    if (root.isConnected) return;
    home.close();
    homes.delete(root);
  };
}
