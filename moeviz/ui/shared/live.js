// Follows a job of this server: messages arrive as server-sent events, or are asked for once a
// second where something between browser and server lets no stream through, or the server has no
// stream to spare.

const QUIET_MS = 21_000; // A stream says every ten seconds that it is alive; then two are missing.
const FIRST_MS = 6_000; // Its first message comes at once; without one something holds it back.
const AGAIN_MS = 2_000;
const POLL_MS = 1_000;
const REFUSED_MS = 30_000; // Who was refused a stream asks for one again; it may be free by then.
const HIDDEN_MS = 30_000; // A hidden page gives its connection back and asks now and then.

class Follower {
  constructor(job, { theme = "light", onMessage, onEnd, onContact } = {}) {
    const query = new URLSearchParams({ theme });
    this.address = (ending) => new URL(`moeviz/live/${job}${ending}?${query}`, document.baseURI);
    this.onMessage = onMessage ?? (() => {});
    this.onEnd = onEnd ?? (() => {});
    this.onContact = onContact ?? (() => {});
    this.contact = true; // Whether the server answers, as far as is known.
    this.reached = false; // Whether a stream has ever brought anything.
    this.blocked = false;
    this.refused = null; // When the server had no stream to spare.
    this.text = null; // The newest message that was handed on.
    this.tag = null;
    this.stopped = false;
    this.turned = () => this.begin();
    document.addEventListener("visibilitychange", this.turned);
    this.begin();
  }

  begin() {
    this.rest();
    if (this.stopped) return;
    if (document.hidden) this.later(() => this.poll(), HIDDEN_MS);
    else if (this.polls) this.poll();
    else this.listen();
  }

  get polls() {
    return this.blocked || (this.refused !== null && performance.now() - this.refused < REFUSED_MS);
  }

  // Let go of connection and timer.
  rest() {
    this.source?.close();
    this.source = null;
    this.asking?.abort();
    this.asking = null;
    clearTimeout(this.timer);
  }

  stop() {
    this.stopped = true;
    this.rest();
    document.removeEventListener("visibilitychange", this.turned);
  }

  met(contact) {
    if (this.stopped || contact === this.contact) return;
    this.contact = contact;
    this.onContact(contact);
  }

  later(act, milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  listen() {
    const source = new EventSource(this.address(""));
    this.source = source;
    const alive = () => {
      this.reached = true;
      this.met(true);
      this.later(() => this.fail(), QUIET_MS);
    };
    source.onmessage = (event) => {
      alive();
      this.take(event.data);
    };
    source.addEventListener("beat", alive);
    source.addEventListener("end", () => this.finish());
    source.addEventListener("gone", (event) => this.lose(JSON.parse(event.data).message));
    source.onerror = () => {
      // The browser connects again by itself, unless the answer was no stream: then the news are
      // asked for. Where none has ever come through it is not waited for.
      if (source.readyState === EventSource.CLOSED) this.wait();
      else if (!this.reached) this.fail();
      else this.met(false);
    };
    this.later(() => this.fail(), this.reached ? QUIET_MS : FIRST_MS);
  }

  fail() {
    this.rest();
    if (this.reached) this.met(false);
    this.blocked = !this.reached;
    this.later(() => this.begin(), this.blocked ? 0 : AGAIN_MS);
  }

  // Ask for a while, and then for a stream again.
  wait() {
    this.refused = performance.now();
    this.rest();
    this.later(() => this.begin(), 0);
  }

  async poll() {
    const asking = new AbortController();
    this.asking = asking;
    try {
      const headers = this.tag ? { "If-None-Match": this.tag } : {};
      const options = { headers, cache: "no-store", signal: asking.signal };
      const answer = await fetch(this.address(".json"), options);
      if (answer.ok) {
        const text = await answer.text();
        if (asking.signal.aborted) return;
        this.met(true);
        const { active } = JSON.parse(text);
        if (!document.hidden || !active) {
          this.tag = answer.headers.get("ETag");
          this.take(text);
        }
        if (!active) return this.finish();
      } else if (answer.status === 404) {
        const { message } = await answer.json();
        if (!asking.signal.aborted) return this.lose(message);
      } else this.met(false);
    } catch {
      // The server is away, or what came was no answer of its; it is asked again.
      if (!asking.signal.aborted) this.met(false);
    }
    if (asking.signal.aborted) return;
    this.later(() => this.begin(), document.hidden ? 0 : POLL_MS); // A hidden page waits there.
  }

  take(text) {
    if (this.stopped || text === this.text) return;
    this.text = text;
    this.last = JSON.parse(text);
    this.onMessage(this.last);
  }

  finish() {
    if (this.stopped) return;
    this.stop();
    this.onEnd(this.last ?? null);
  }

  lose(message) {
    if (this.stopped) return;
    this.stop();
    this.onEnd({ gone: true, message });
  }
}

// Calls onMessage with every new message of a job, and onEnd once: with the last message when the
// job has ended, or with {gone: true, message} where the server knows no such job. In between it
// calls onContact with false when the connection is lost, and with true when it is back. Returns a
// function that stops it.
export function follow(job, options) {
  const follower = new Follower(job, options);
  return () => follower.stop();
}
