// The way to the claims that fail, a paper each, where the map lies below all else: on a phone. There
// the way back too: what is asked with a tap far below is answered at the top.

import { button, element } from "@dom";
import { load, NARROW, show } from "@claims";

export default async function ({ data, parentElement }) {
  const root = parentElement.querySelector(".moeviz-way");
  const again = root.dataset.asked !== undefined && root.dataset.asked !== String(data.asked);
  root.dataset.asked = data.asked;
  if (again && NARROW.matches) root.closest('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  if (root.dataset.map === data.map) return;
  root.dataset.map = data.map;
  const { papers } = await load(data.map);
  const ways = papers.map(({ paper, title, counts }) =>
    button(`${title.replace(/ paper$/, "")} ${counts.fails}`, () => show(paper, "fails")));
  root.replaceChildren(element("span", "", data.words), ...ways);
}
