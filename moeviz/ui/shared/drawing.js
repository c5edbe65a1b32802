// What drawings are made of: elements of SVG.

// An element of a drawing; an attribute that is not there is left out.
export function shape(name, attributes = {}, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(key, String(value));
  }
  if (text !== undefined) made.textContent = text;
  return made;
}

// Puts new drawings in the place of old ones; what is the same stays, for to lay out and paint words
// anew takes longer than to draw all else.
export function redrawn(parent, drawings) {
  const old = [...parent.childNodes];
  drawings.forEach((drawing, at) => {
    const there = old[at];
    if (!there) parent.append(drawing);
    else if (there.isEqualNode(drawing)) return;
    else if (there.nodeName === "g" && there.cloneNode().isEqualNode(drawing.cloneNode())) redrawn(there, [...drawing.childNodes]);
    else there.replaceWith(drawing);
  });
  for (const gone of old.slice(drawings.length)) gone.remove();
}
