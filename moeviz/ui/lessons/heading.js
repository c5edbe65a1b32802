// Where a lesson is, and where the keyboard is in it: a new step begins at its top, with the focus on
// its heading; and where a press takes what was pressed away, the focus goes to what came instead.

const places = new WeakMap();

const PLACE = '[class*="st-key-lessons-place"]';
const SAID = '[class*="st-key-lessons-said"]';

function take(node) {
  if (!node) return false;
  if (!node.matches("a, button, input, textarea, [tabindex]")) node.tabIndex = -1;
  node.focus({ preventScroll: true });
  return document.activeElement === node;
}

class Place {
  constructor(root) {
    this.root = root;
    this.main = root.closest('[data-testid="stMain"]') ?? document.documentElement;
    this.remember = ({ target }) => {
      this.last = target;
      const within = target.closest(PLACE);
      this.within = within && [...within.classList].find((name) => name.startsWith("st-key-lessons-place"));
    };
    document.addEventListener("focusin", this.remember);
    this.observer = new MutationObserver(() => {
      this.waits ??= requestAnimationFrame(() => {
        this.waits = null;
        this.keep();
      });
    });
    this.observer.observe(this.main, { subtree: true, childList: true, attributeFilter: ["disabled"] });
  }

  show({ place, words, share }) {
    const heading = this.root.querySelector("h2");
    this.root.hidden = !words;
    heading.textContent = words;
    this.root.querySelector("progress").value = share;
    if (this.place !== undefined && this.place !== place) {
      this.main.scrollTo(0, 0);
      this.begin();
    }
    this.place = place;
  }

  begin() {
    take(this.root.hidden ? this.main.querySelector("h1") : this.root.querySelector("h2"));
  }

  // Gives the focus to what came in place of what had it.
  keep() {
    const { last } = this;
    if (!last || document.activeElement !== document.body || (last.isConnected && !last.disabled)) return;
    this.last = null;
    const place = this.within && document.querySelector(`.${this.within}`);
    const said = place?.querySelector(SAID);
    const next = said ?? place?.querySelector("button:not(:disabled), input:not(:disabled)");
    if (!take(next)) this.begin();
    else if (said) said.scrollIntoView({ block: "nearest" });
  }

  end() {
    document.removeEventListener("focusin", this.remember);
    this.observer.disconnect();
    cancelAnimationFrame(this.waits);
    places.delete(this.root);
  }
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lesson-step");
  if (!places.has(root)) places.set(root, new Place(root));
  places.get(root).show(data);
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then all goes on.
    if (!root.isConnected) places.get(root)?.end();
  };
}
