// Sentences with today's numbers, written as charts/training_words.py writes them.

// A value as a sentence writes it.
export function formed(value, form) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (form === "percent") return `${Math.floor(100 * value + 0.5)}\u00a0%`;
  if (form === "points") return `${value.toFixed(1).replace("-", "−")}\u00a0%`;
  if (form === "count") return String(Math.floor(10 * value + 0.5) / 10);
  if (form === "thousands") return Math.floor(value + 0.5).toLocaleString("en-US");
  const text = value.toFixed(form === "fine" ? 3 : 2);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

// A text whose slots are filled from a screen; `at` is a place among the checkpoints that are told.
export function filled(text, screen, method, layer, at) {
  const { diagnostics, methods, steps } = screen;
  // A shared expert is not picked.
  const picked = screen.top - (methods[method].shared ? 1 : 0);
  return text.replace(/\{([\w.]+)([@^<>+])?(\d*)\}/g, (_, name, kind, place) => {
    const where = kind === "@" ? Number(place) : at;
    if (name === "method") return methods[method].title;
    if (name === "unit") return screen.unit;
    if (name === "next") return String(picked + 1);
    if (name === "chance") return formed(picked / screen.experts, "percent");
    if (name === "experts") return String(screen.experts);
    if (name === "all") return String(screen.experts * screen.layers);
    if (name === "step") return steps[diagnostics[0].places[where]].toLocaleString("en-US");
    const each = diagnostics.find((diagnostic) => diagnostic.name === name);
    if (kind === "^") return formed(each.most, each.form);
    const layers = each.methods[method];
    if (kind === "+") return formed(layers.reduce((sum, { mean }) => sum + mean[where], 0), each.form);
    return formed(layers[layer][{ "<": "low", ">": "high" }[kind] ?? "mean"][where], each.form);
  });
}
