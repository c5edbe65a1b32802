// What a network did with its tokens at a checkpoint: fetched when it is shown, and kept.

const MOST = 60; // Checkpoints that are kept.
const AT_ONCE = 2;
const AGAIN_MS = 2_000; // After which what could not be had is asked for again.

// Numbers that came packed, row by row.
export function unpacked(packed) {
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.data), (sign) => sign.charCodeAt(0));
  if (packed.kind === "u1") return { shape: packed.shape, data: bytes };
  const { low, high } = packed;
  const view = new DataView(bytes.buffer);
  const data = Float32Array.from(
    { length: bytes.length / 2 }, (_, at) => low + (view.getUint16(2 * at, true) / 65535) * (high - low),
  );
  return { shape: packed.shape, data };
}

const PACKED = ["chosen", "winners", "weights", "shares", "scores", "affinities"];

function read(look) {
  const layers = (look?.layers ?? []).map((layer) => {
    const whole = { ...layer };
    for (const name of PACKED) whole[name] = unpacked(layer[name]);
    return whole;
  });
  return { layers };
}

// One column of numbers (rows, tokens); null beyond those that were kept.
export function column(numbers, token) {
  if (!numbers) return null;
  const [rows, tokens] = numbers.shape;
  if (token >= tokens) return null;
  return Array.from({ length: rows }, (_, row) => numbers.data[row * tokens + token]);
}

// Asks for what is wanted, two things at a time, the newest wish first.
export class Looks {
  constructor(came) {
    this.came = came;
    this.found = new Map();
    this.wishes = [];
    this.running = 0;
  }

  // From another source.
  open(source) {
    if (source === this.source) return;
    this.source = source;
    this.found.clear();
    this.wishes = [];
  }

  address(name) {
    return new URL(`moeviz/training/${this.source}/${name}`, document.baseURI);
  }

  // What is there of a name, else undefined, and it is asked for; { missing } where there is none.
  get(name, pressing = true) {
    const there = this.found.get(name);
    if (there && !(there.until < performance.now())) {
      this.found.delete(name);
      this.found.set(name, there); // The latest used stands last.
      return there.until ? undefined : there;
    }
    this.wishes = this.wishes.filter((wish) => wish !== name);
    if (pressing) this.wishes.unshift(name);
    else this.wishes.push(name);
    this.next();
    return undefined;
  }

  next() {
    while (this.running < AT_ONCE && this.wishes.length) {
      const name = this.wishes.shift();
      this.running += 1;
      this.fetch(name, this.source).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  async fetch(name, source) {
    let found;
    try {
      const answer = await fetch(this.address(name));
      if (answer.ok) {
        const data = await answer.json();
        found = name.startsWith("tokens") ? data : read(data);
      } else if (answer.status === 404) found = { missing: true };
    } catch {
      // The server is away; it is asked again.
    }
    if (source !== this.source || this.closed) return;
    this.found.set(name, found ?? { until: performance.now() + AGAIN_MS });
    if (!found) setTimeout(() => !this.closed && source === this.source && this.came(), AGAIN_MS + 50);
    for (const old of this.found.keys()) {
      if (this.found.size <= MOST) break;
      if (!old.startsWith("tokens")) this.found.delete(old);
    }
    if (found) this.came();
  }

  close() {
    this.closed = true;
    this.wishes = [];
  }
}
