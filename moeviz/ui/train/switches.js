// The methods of a comparison, each a button that turns it on or off; the server says what is on.

export default async function ({ data, parentElement, setTriggerValue }) {
  const { button } = await import(new URL("@dom", document.baseURI));
  const root = parentElement.querySelector(".moeviz-switches");
  if (!root) return;
  const methods = JSON.parse(data.methods);
  const known = [...root.children];
  const same = known.length === methods.length && known.every((each, at) => each.dataset.line === methods[at].line);
  // Buttons that stay keep the keyboard's place.
  const buttons = same ? known : methods.map(({ line, title, does }) => {
    const made = button("", () => setTriggerValue("switched", line));
    made.dataset.line = line;
    made.title = does;
    const mark = document.createElement("span");
    mark.setAttribute("aria-hidden", "true");
    made.append(mark, title);
    return made;
  });
  methods.forEach(({ on }, at) => {
    buttons[at].setAttribute("aria-pressed", String(on));
    buttons[at].firstChild.textContent = on ? "✓ " : "+ ";
  });
  if (!same) root.replaceChildren(...buttons);
}
