// Says how far a job is, and has the page's script run once when it has ended.

const shown = new WeakMap();

function draw(root, { sentence, fraction }) {
  root.querySelector("p").textContent = sentence;
  root.querySelector("progress").value = fraction;
}

function begin(root, data, setTriggerValue) {
  const state = { job: data.job, ended: false, stop: () => {} };
  shown.set(root, state);
  draw(root, data);
  import(new URL(data.script, document.baseURI)).then(({ follow }) => {
    if (shown.get(root) !== state) return;
    state.stop = follow(data.job, {
      onMessage: (message) => draw(root, message),
      onEnd: (last) => {
        state.ended = true;
        setTriggerValue("ended", last?.state ?? "gone");
      },
    });
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-follow");
  const state = shown.get(root);
  if (!state || state.job !== data.job || state.ended) {
    state?.stop();
    begin(root, data, setTriggerValue);
  }
  return () => {
    // Streamlit also calls this for a run that a newer one overtook; then all goes on.
    if (root.isConnected) return;
    shown.get(root)?.stop();
    shown.delete(root);
  };
}
