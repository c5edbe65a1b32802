// Tells the page how large a file is that the uploader beside it does not send.

const watched = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-toolarge");
  if (!root) return undefined;
  const held = watched.get(root);
  if (held) {
    Object.assign(held, { data, setTriggerValue });
    return held.close;
  }
  const beside = root.closest('[data-testid="stVerticalBlock"]') ?? document;
  const made = { data, setTriggerValue };
  const look = (event) => {
    const files = [...(event.dataTransfer?.files ?? event.target.files ?? [])];
    const large = files.find(({ size }) => size > made.data.most);
    // After the uploader, whose own news would come before and take the sentence away.
    if (large) setTimeout(() => made.setTriggerValue("size", large.size), 200);
  };
  for (const kind of ["change", "drop"]) beside.addEventListener(kind, look, true);
  made.close = () => {
    if (root.isConnected) return;
    for (const kind of ["change", "drop"]) beside.removeEventListener(kind, look, true);
    watched.delete(root);
  };
  watched.set(root, made);
  return made.close;
}
