// Plays what a handle of a plane runs through: a button, a slider of the stops, and the keys of both.
// A picture has all that it shows, so that nothing is loaded while it plays.

import { button, tagged } from "@dom";

const SLOWEST = 4; // Stops a second.
const RESTS = 300; // Milliseconds without a key after which the slider rests.
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Player {
  // The plane's `positions`, `move` and `rest` are all that is used of it.
  constructor(plane) {
    this.plane = plane;
    this.play = button("Play", () => this.toggle());
    this.slider = tagged("input", { type: "range", min: "0", step: "1", "aria-label": "Step" });
    this.slider.addEventListener("input", () => {
      this.stop();
      this.put(Number(this.slider.value));
      this.settle();
    });
    this.words = tagged("span", { class: "plane-step", "aria-hidden": "true" });
    this.root = tagged("div", { class: "plane-player" }, this.play, this.slider, this.words);
    // Whoever takes hold of the picture has it.
    plane.panels.addEventListener("pointerdown", () => this.stop());
    plane.panels.addEventListener("keydown", () => this.stop());
  }

  // Takes the stops of a document; another run than before is played at once.
  open(data) {
    const another = this.run !== undefined && this.run !== data.run;
    this.data = data;
    this.run = data.run;
    this.last = data.stops.length - 1;
    this.slider.max = String(this.last);
    this.slider.disabled = this.play.disabled = this.last === 0;
    if (another) {
      this.stop();
      if (!STILL.matches && this.last > 0 && this.place === this.last) this.begin();
    }
    this.shown();
  }

  get place() {
    const [at] = this.plane.positions.get(this.data.handle);
    let best = 0;
    this.data.stops.forEach((stop, place) => {
      if (Math.abs(stop - at) < Math.abs(this.data.stops[best] - at)) best = place;
    });
    return best;
  }

  // Takes the handle to a stop, or on its way from one to the next.
  put(place) {
    const { handle, stops } = this.data;
    const before = Math.floor(place);
    const share = STILL.matches ? 0 : place - before;
    const at = stops[before] + (share ? share * (stops[before + 1] - stops[before]) : 0);
    this.plane.move(handle, [at, this.plane.positions.get(handle)[1]], performance.now());
  }

  toggle() {
    if (this.timer) {
      this.stop();
      this.put(this.place);
      this.plane.rest();
    } else this.begin();
  }

  begin() {
    let from = this.place;
    if (from === this.last) from = 0;
    const rate = Math.max(SLOWEST, this.last / this.data.seconds);
    this.play.textContent = "Pause";
    let began;
    const tick = (now) => {
      began ??= now;
      const place = Math.min(this.last, from + ((now - began) / 1000) * rate);
      this.put(place);
      if (place < this.last) {
        this.timer = requestAnimationFrame(tick);
        return;
      }
      this.stop();
      this.plane.rest();
    };
    this.put(from);
    this.timer = requestAnimationFrame(tick);
  }

  stop() {
    if (this.timer) cancelAnimationFrame(this.timer);
    this.timer = null;
    this.play.textContent = "Play";
  }

  settle() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.plane.rest(), RESTS);
  }

  // Says where the handle is.
  shown() {
    const { place } = this;
    this.slider.value = String(place);
    this.slider.setAttribute("aria-valuetext", this.data.words[place]);
    this.words.textContent = this.data.words[place];
  }

  close() {
    this.stop();
    clearTimeout(this.settling);
  }
}
