// Formulas as closures. A document is the program of some formulas, in the order in which their
// parts are computed (moeviz/charts/trees.py); each step becomes a function over what comes before.
// A value is a number, or an array of them: a column of a picture's points. No text is ever run.

const TINY = 1e-150; // The library keeps divisions by a norm finite at the origin with it.
const SMALLEST = 2.2250738585072014e-308; // Of positive numbers, for logarithms at 0.
const ROOT_OF_TAU = Math.sqrt(2 * Math.PI);

const sigmoid = (t) => 1 / (Math.exp(-t) + 1);
const softplus = (t) => Math.log1p(Math.exp(-Math.abs(t))) + Math.max(t, 0);
const step = (t) => (t > 0 ? 1 : 0);
const density = (t) => Math.exp(-0.5 * t * t) / ROOT_OF_TAU;

// The normal distribution function: a series of positive terms near 0, a continued fraction beyond.
export function normalCdf(t) {
  if (Number.isNaN(t)) return NaN;
  const z = Math.abs(t);
  if (z > 40) return t > 0 ? 1 : 0;
  if (z < 3) {
    let term = z;
    let total = z;
    for (let k = 3; term > total * 1e-17; k += 2) {
      term *= (z * z) / k;
      total += term;
    }
    const half = density(z) * total;
    return t > 0 ? 0.5 + half : 0.5 - half;
  }
  let below = z;
  for (let k = 80; k > 0; k -= 1) below = z + k / below;
  const tail = density(z) / below;
  return t > 0 ? 1 - tail : tail;
}

export const FUNCTIONS = {
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid,
  softplus,
  relu: (t) => t * step(t),
  gelu: (t) => t * normalCdf(t),
  sign: (t) => (Number.isNaN(t) ? NaN : Math.sign(t)),
  step,
  normal_cdf: normalCdf,
  normal_density: density,
};

function raised(exponent, guarded) {
  const times = Math.abs(exponent);
  const power = (t) => {
    let value = 1;
    for (let k = 0; k < times; k += 1) value *= t;
    return value;
  };
  if (exponent > 0) return power;
  if (!guarded) return (t) => 1 / power(t);
  return (t) => 1 / power(Math.abs(t) < TINY ? TINY : t);
}

// A function of one value, entry by entry; its array is its own and used again.
function each(act) {
  let room = new Float64Array(0);
  return (value) => {
    if (typeof value === "number") return act(value);
    if (room.length !== value.length) room = new Float64Array(value.length);
    for (let i = 0; i < value.length; i += 1) room[i] = act(value[i]);
    return room;
  };
}

// The sum or product of several values, from the left, as the library takes it.
function joined(product) {
  let room = new Float64Array(0);
  return (values) => {
    const long = values.find((value) => typeof value !== "number");
    if (!long) return values.reduce((a, b) => (product ? a * b : a + b));
    if (room.length !== long.length) room = new Float64Array(long.length);
    values.forEach((value, at) => {
      const single = typeof value === "number";
      for (let i = 0; i < room.length; i += 1) {
        const next = single ? value : value[i];
        if (at === 0) room[i] = next;
        else if (product) room[i] *= next;
        else room[i] += next;
      }
    });
    return room;
  };
}

function closure([kind, first, second], guarded) {
  if (kind === "number") return () => first;
  if (kind === "symbol") {
    return (done, values) => {
      if (!(first in values)) throw new Error(`Expected a value for ${first}, but it has none.`);
      return values[first];
    };
  }
  if (kind === "sum" || kind === "product") {
    const act = joined(kind === "product");
    return (done) => act(first.map((place) => done[place]));
  }
  let act;
  if (kind === "power") act = raised(second, guarded);
  else if (kind === "call" && Object.hasOwn(FUNCTIONS, first)) act = FUNCTIONS[first];
  else throw new Error(`Expected a step of a formula, but got ${kind} ${first}.`);
  if (guarded && first === "log") act = (t) => Math.log(Math.max(t, SMALLEST));
  const whole = each(act);
  const place = kind === "power" ? first : second;
  return (done) => whole(done[place]);
}

// A function from values by name to the formulas' values. Arrays that it returns are valid until it
// is called again; numbers stay numbers where no array goes in.
export function compiled({ steps, outputs, guarded }) {
  const closures = steps.map((entry) => closure(entry, guarded));
  const done = new Array(closures.length);
  return (values) => {
    for (let at = 0; at < closures.length; at += 1) done[at] = closures[at](done, values);
    return outputs.map((place) => done[place]);
  };
}
