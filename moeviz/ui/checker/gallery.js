// A list of questions; a tap on one tells the server its number.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-gallery");
  const { heading, titles, chosen } = JSON.parse(data.questions);
  const focus = root.contains(document.activeElement) && document.activeElement.dataset.number;
  const title = document.createElement("h2");
  title.textContent = heading;
  const list = document.createElement("ul");
  titles.forEach((text, number) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.dataset.number = number;
    if (number === chosen) button.setAttribute("aria-current", "true");
    button.onclick = () => setTriggerValue("picked", number);
    const item = document.createElement("li");
    item.append(button);
    list.append(item);
  });
  root.replaceChildren(title, list);
  if (focus) root.querySelector(`[data-number="${focus}"]`)?.focus({ preventScroll: true });
}
