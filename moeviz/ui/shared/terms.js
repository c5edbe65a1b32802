// Draws a text from plain data, and has its words of the glossary open their meaning
// (moeviz/ui/shared/meanings.js). The text stands at once; the module may come later.

const load = () => import(new URL("@meanings", document.baseURI));

const TAGS = { b: "strong", i: "em" };

function drawn(part) {
  if (typeof part === "string") return document.createTextNode(part);
  const [kind, said, address] = part;
  if (kind === "term") {
    const word = document.createElement("span");
    word.className = "moeviz-term";
    word.dataset.term = said;
    word.textContent = address;
    return word;
  }
  const made = document.createElement(TAGS[kind] ?? kind);
  if (kind === "a") {
    made.textContent = said;
    made.href = new URL(address, document.baseURI);
    made.target = "_blank";
    made.rel = "noopener";
  } else if (kind === "code") {
    made.textContent = said;
  } else {
    made.append(...said.map(drawn));
  }
  return made;
}

function blocks(text) {
  const made = [];
  for (const [kind, parts] of JSON.parse(text)) {
    const block = document.createElement(kind);
    block.append(...parts.map(drawn));
    const list = made.at(-1);
    if (kind === "p") made.push(block);
    else if (list?.tagName === "UL") list.append(block);
    else {
      made.push(document.createElement("ul"));
      made.at(-1).append(block);
    }
  }
  return made;
}

const shown = new WeakMap();

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-text");
  root.classList.toggle("moeviz-small", data.small);
  if (shown.get(root) !== data.text) {
    shown.set(root, data.text);
    root.replaceChildren(...blocks(data.text));
  }
  load().then(({ mark }) => mark(data.meanings), () => {}); // Without it the text is still a text.
  return () => {
    if (!root.isConnected) load().then(({ settle }) => settle(), () => {});
  };
}
