// What components' scripts make of the document: nodes, buttons, rows that show that they go on.

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// An element with attributes, or properties where they are no text, and what stands in it.
export function tagged(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Which theme a ground such as #ffffff belongs to.
export function themeOf(ground) {
  const channels = [1, 3, 5].map((i) => parseInt(ground.slice(i, i + 2), 16));
  return channels.reduce((sum, value) => sum + value, 0) > 382 ? "light" : "dark";
}

// Options: `className`, and `pressed` for a button that is on or off.
export function button(text, act, { className, pressed } = {}) {
  const made = element("button", className, text);
  made.type = "button";
  made.onclick = act;
  if (pressed !== undefined) made.setAttribute("aria-pressed", String(pressed));
  return made;
}

// Copies what a field says, and tells whether that went well; else the field is left selected.
export async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Without a secure connection there is no clipboard to write to in this way.
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

// A row that scrolls sideways shows an arrow at each end behind which there is more (frame.css).
export function scrolling(row) {
  const look = () => {
    const left = row.scrollLeft > 1;
    const right = row.scrollLeft + row.clientWidth < row.scrollWidth - 1;
    row.dataset.more = [left && "left", right && "right"].filter(Boolean).join(" ");
  };
  row.classList.add("moeviz-scrolling");
  const watching = { childList: true, subtree: true, characterData: true };
  new ResizeObserver(look).observe(row);
  new MutationObserver(look).observe(row, watching);
  row.addEventListener("scroll", look, { passive: true });
  look();
}
