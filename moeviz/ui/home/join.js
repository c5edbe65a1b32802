// A link to the phones' page: it lies beside the app's pages, wherever the app lives.

export default function ({ parentElement }) {
  const link = parentElement.querySelector(".home-join a");
  link.href = new URL("join", document.baseURI).href;
}
