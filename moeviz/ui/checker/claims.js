// What the page's components share: the claims as one file of the app, and how one of them asks the map
// to show some.

const files = new Map();

export function load(path) {
  if (!files.has(path)) {
    const answer = fetch(new URL(path, document.baseURI)).then((found) => {
      if (!found.ok) throw new Error("The map did not load from this server; reload the page.");
      return found.json();
    });
    answer.catch(() => files.delete(path));
    files.set(path, answer);
  }
  return files.get(path);
}

// An event of the document, with `paper` and `only` as the map takes them.
export const SHOW = "moeviz-claims-show";

export function show(paper, only) {
  document.dispatchEvent(new CustomEvent(SHOW, { detail: { paper, only } }));
}

export const NARROW = matchMedia("(max-width: 40rem)"); // As the styles have it: a phone.
