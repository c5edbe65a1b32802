// The way to the claims that fail, a paper each, where the map lies below all else: on a phone.

import { button, element } from "@dom";
import { load, show } from "@claims";

export default async function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-way");
  if (root.dataset.map === data.map) return;
  root.dataset.map = data.map;
  const { papers } = await load(data.map);
  const ways = papers.map(({ paper, title, counts }) =>
    button(`${title.replace(/ paper$/, "")} ${counts.fails}`, () => show(paper, "fails")));
  root.replaceChildren(element("span", "", data.words), ...ways);
}
