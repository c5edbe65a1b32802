// What a lecturer sees who leads no room yet: lessons to open one from, and the field for a room's key.

import { button, element, tagged } from "@dom";
import { worded } from "@roomdraw";
import { home, send } from "@roomnet";

const MOST_BYTES = 60_000; // Of a lesson's file, as the server takes it.

export function choices(lessons) {
  const said = tagged("p", { class: "room-said", role: "alert" });
  const open = async (asked) => {
    said.textContent = "";
    try {
      const { code } = await send("moeviz/room/open", asked);
      location.assign(home(`room?code=${code}`));
    } catch (error) {
      said.textContent = error.message;
      said.scrollIntoView({ block: "nearest" });
    }
  };
  const rows = lessons.map(([name, title]) => {
    const press = button("", () => open({ lesson: name }));
    press.append(...worded(title));
    return tagged("li", {}, press);
  });
  const file = tagged("input", { type: "file", accept: ".md,text/markdown", id: "room-file" });
  file.onchange = async () => {
    const [given] = file.files;
    if (!given) return;
    if (given.size > MOST_BYTES) said.textContent = `Expected a lesson of at most ${MOST_BYTES.toLocaleString("en")} bytes.`;
    else await open({ text: await given.text() });
    file.value = ""; // The same file, mended, may come again.
  };
  return [
    element("p", "", "A class joins on its phones by a code, predicts without names, and sees at once what it thinks; then the run starts for all. Open a room from a lesson:"),
    tagged("ol", { class: "room-lessons" }, ...rows),
    tagged("p", { class: "room-file" }, tagged("label", { for: "room-file" }, "Or from a lesson of your own, a Markdown file: "), file),
    said,
    element("p", "", "Or open one from any page: go there, press Share, and choose “Open a lecture room”."),
    tagged("p", {}, "You are in the class? ", tagged("a", { href: home("join").href }, "Join a room")),
  ];
}

// `lead` takes the key that was typed.
export function keyForm(code, message, lead) {
  const field = tagged("input", { id: "room-key", autocomplete: "off", type: "password" });
  const press = button("Lead this room", () => lead(field.value.trim()));
  const form = tagged(
    "form", { class: "room-claim" }, element("p", "", message),
    tagged("label", { for: "room-key" }, "Lecturer's key"), field, press,
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    lead(field.value.trim());
  };
  return [
    element("h1", "", `Room ${code}`), form,
    tagged("p", {}, tagged("a", { href: home(`join?code=${code}`).href }, "Join it as one of the class")),
    tagged("p", {}, tagged("a", { href: home("room").href }, "Open another room")),
  ];
}
