// What goes between a room and its screens: small requests, and news as server-sent events, or asked
// for once a second where something on the way lets no stream through.

const QUIET_MS = 21_000; // A stream says every ten seconds that it is alive; then two are missing.
const FIRST_MS = 8_000; // Its first message comes at once; without one something holds it back.
const POLL_MS = 1_000;
const AGAIN_MS = 500; // And up to four times as long, so that a class does not come back as one.

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

// An address below the app's own.
export const home = (path) => new URL(path, document.baseURI);

const AWAY = "The server does not answer; it is asked again.";

async function answered(path, options) {
  let answer;
  try {
    answer = await fetch(home(path), { cache: "no-store", ...options });
  } catch {
    throw new Refused(AWAY, 0);
  }
  let said = null;
  try {
    said = await answer.json();
  } catch {
    // A proxy's own words are no JSON.
  }
  if (!answer.ok || said === null) throw new Refused(said?.message ?? AWAY, answer.ok ? 0 : answer.status);
  return said;
}

export const got = (path, options = {}) => answered(path, options);

export const send = (path, data) =>
  answered(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
  });

// Something that has to arrive: sent again while the server is away.
export async function insist(path, data, away = () => {}) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await send(path, data);
    } catch (error) {
      if (![0, 502, 503, 504].includes(error.status) || turn > 120) throw error;
      away();
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * (1 + Math.random())));
    }
  }
}

// Options: onMessage(said), onContact(there), onEnd() when nothing more will come, and onLost(error)
// when this browser has no business in the room.
export class News {
  constructor(path, options) {
    Object.assign(this, { path, ...options });
    this.stopped = false;
    this.blocked = false;
    this.reached = false;
    this.there = true;
    this.text = null;
    this.listen();
  }

  stop() {
    this.stopped = true;
    this.rest();
  }

  rest() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.timer);
  }

  later(act, milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  contact(there) {
    if (this.stopped || there === this.there) return;
    this.there = there;
    this.onContact?.(there);
  }

  listen() {
    this.rest();
    if (this.stopped) return;
    const source = new EventSource(home(this.path));
    this.source = source;
    const alive = () => {
      this.reached = true;
      this.contact(true);
      this.later(() => this.fail(), QUIET_MS);
    };
    source.onmessage = (event) => {
      alive();
      this.take(event.data);
    };
    source.addEventListener("beat", alive);
    source.addEventListener("end", () => {
      this.stop();
      this.onEnd?.();
    });
    source.onerror = () => this.fail();
    this.later(() => this.fail(), this.reached ? QUIET_MS : FIRST_MS);
  }

  // Why it failed is said by the newest message, asked for alone.
  fail() {
    this.rest();
    if (this.stopped) return;
    this.later(() => this.poll(), AGAIN_MS * (1 + 3 * Math.random()));
  }

  async poll() {
    try {
      const said = await got(`${this.path}.json`);
      if (this.stopped) return;
      this.contact(true);
      this.take(JSON.stringify(said));
      this.blocked = !this.reached;
      if (said.ended) return this.stop();
    } catch (error) {
      if (this.stopped) return;
      if ([403, 404].includes(error.status)) {
        this.stop();
        return this.onLost?.(error);
      }
      this.contact(false);
    }
    if (this.blocked) this.later(() => this.poll(), POLL_MS);
    else this.later(() => this.listen(), this.there ? 0 : AGAIN_MS * (1 + 3 * Math.random()));
  }

  take(text) {
    if (this.stopped || text === this.text) return;
    this.text = text;
    this.onMessage(JSON.parse(text));
  }
}
