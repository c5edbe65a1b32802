// Shows one figure; moeviz/ui/shared/figure.js draws it.

const load = () => import(new URL("@figure", document.baseURI));

const plots = new WeakMap();

// Asks for a new figure when the page's theme has another ground than this one.
function followTheme(shown, figure, ground, setTriggerValue) {
  const fits = ground === figure.layout.paper_bgcolor.toLowerCase();
  if (!fits && shown.asked !== ground) setTriggerValue("theme", ground);
  shown.asked = fits ? null : ground;
}

async function draw(root, shown, setTriggerValue) {
  const { Figure, groundOf } = await load();
  if (!plots.has(root)) return; // Closed meanwhile.
  const { data } = shown;
  shown.plot ??= new Figure(root, "@plotly");
  if (shown.text !== data.figure) {
    // A run that brings nothing new brings the same text.
    shown.text = data.figure;
    shown.figure = JSON.parse(data.figure);
  }
  followTheme(shown, shown.figure, groundOf(root), setTriggerValue);
  await shown.plot.show({ ...data, figure: shown.figure });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-figure");
  if (!plots.has(root)) plots.set(root, {});
  const shown = plots.get(root);
  shown.data = data;
  draw(root, shown, setTriggerValue).catch((error) => {
    root.setAttribute("role", "alert");
    root.textContent = error.message;
  });
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then the plot stays.
    if (root.isConnected) return;
    shown.plot?.close();
    plots.delete(root);
  };
}
