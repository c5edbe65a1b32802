// A table of families of exceptions; a tap on one tells the server, which shows what fails there.

function cell(tag, text) {
  const made = document.createElement(tag);
  if (tag === "th") made.scope = "col";
  made.textContent = text;
  return made;
}

function row(family, number, chosen, pick) {
  const made = document.createElement("tr");
  if (number === chosen) made.setAttribute("aria-current", "true");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = number === chosen ? "On show" : "Try it";
  button.setAttribute("aria-label", `${button.textContent}: ${family.family}`);
  button.dataset.family = number;
  button.onclick = () => pick(number);
  const last = document.createElement("td");
  last.append(button);
  made.append(cell("td", family.family), cell("td", family.part), cell("td", family.says), last);
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-families");
  const { families, chosen, caption } = JSON.parse(data.table);
  const focus = root.contains(document.activeElement) && document.activeElement.dataset.family;
  const table = document.createElement("table");
  const head = document.createElement("tr");
  head.append(...["Family of atoms", "Part", "Says", ""].map((text) => cell(text ? "th" : "td", text)));
  const pick = (number) => setTriggerValue("picked", number);
  table.append(head, ...families.map((each, number) => row(each, number, chosen, pick)));
  const title = document.createElement("caption");
  title.textContent = caption;
  table.prepend(title);
  root.replaceChildren(table);
  if (focus) root.querySelector(`[data-family="${focus}"]`)?.focus();
}
