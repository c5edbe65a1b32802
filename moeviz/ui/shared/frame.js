// Projector mode and Share, at the right of every page's title. Projector mode is the root's font
// size: everything is measured in rem, and pictures ask the root how large it is.

const LARGER = 1.5;

let copied, element, button; // dom.js's, once it is there.

async function load() {
  ({ copied, element, button } = await import(new URL("@dom", document.baseURI)));
}

let enlarged = false; // Whether the root has our size; the document outlives every frame.

function enlarge(on) {
  if (enlarged === on) return;
  enlarged = on;
  const root = document.documentElement;
  root.style.fontSize = "";
  if (on) root.style.fontSize = `${LARGER * parseFloat(getComputedStyle(root).fontSize)}px`;
  window.dispatchEvent(new Event("resize"));
}

// Escape shuts a dialog of Streamlit's and would drop a text that is entered there and not yet
// taken; a field that is left takes it, as it does where the dialog is shut by its button. Streamlit
// hears the key only from within: one that comes before the focus has moved there, or after what had
// it is gone, would be lost. So would one that comes while the dialog is still being opened, or one
// whose dialog the server, still answering the press that opened it, shows again. Until somebody
// presses something else, a dialog that is there a while later is shut by its button.
const SHUT_AGAIN_MS = 600;
const SHUT_TRIES = 10;
let shutting;
const shut = () => document.querySelector('[data-testid="stDialog"] [aria-label="Close"]')?.click();
const forget = ({ isTrusted }) => { if (isTrusted) clearInterval(shutting); };
for (const press of ["pointerdown", "click"]) {
  document.addEventListener(press, forget, { capture: true });
}
document.addEventListener(
  "keydown",
  (event) => {
    forget(event);
    const { key, target } = event;
    if (key !== "Escape") return;
    const text = 'textarea, input:is([type="text"], [type="number"]):not([role="combobox"])';
    if (target.matches(`[data-testid="stDialog"] :is(${text})`)) target.blur();
    else if (!target.closest('[role="dialog"], [role="listbox"], [popover]')) shut();
    const inner = target.closest('[role="listbox"], [popover], [aria-expanded="true"]');
    if (inner || !document.querySelector('[data-testid="stDialog"]')) return;  // a list shuts alone
    let tries = 0;
    shutting = setInterval(() => {
      shut();
      tries += 1;
      if (tries === SHUT_TRIES) clearInterval(shutting);
    }, SHUT_AGAIN_MS);
  },
  { capture: true },
);

// Streamlit answers each choice of a tab with the tab that is open. The answer to one that comes
// after the next was chosen takes that choice back, and whatever the page tells the server then says
// so too. The tab that the visitor chose last is chosen again. It also gets the focus back that it
// loses where it is shut, or disabled while an answer comes: it has no tabindex then.
const TAB = '[data-testid="stTab"]';
const TAKEN_BACK_MS = 700;
let chosen, choosing, unfocused;
const choose = (tab) => { chosen = tab || chosen; };
const refocus = () => {
  const held = document.activeElement;
  if (!unfocused?.hasAttribute("tabindex")) return;
  if (held === document.body || held.matches(TAB)) unfocused.focus();
  unfocused = undefined;
};
document.addEventListener("click", ({ isTrusted, target }) => {
  if (isTrusted) choose(target.closest(TAB));
}, { capture: true });
document.addEventListener("pointerdown", () => { unfocused = undefined; }, { capture: true });
document.addEventListener("keydown", ({ target }) => {
  unfocused = undefined;
  // An arrow moves the focus to the tab it chooses, while the key is handled.
  if (target.closest(TAB)) setTimeout(() => choose(document.activeElement.closest(TAB)));
}, { capture: true });
document.addEventListener("focusout", ({ target }) => {
  if (target === chosen && !target.hasAttribute("tabindex")) unfocused = target;
}, { capture: true });
new MutationObserver(() => {
  refocus();
  clearTimeout(choosing);
  choosing = setTimeout(() => {
    if (chosen?.isConnected && chosen.ariaSelected === "false") chosen.click();
  }, TAKEN_BACK_MS);
}).observe(document.body, { subtree: true, attributeFilter: ["aria-selected", "tabindex"] });

class Frame {
  constructor(root) {
    this.root = root;
    this.projector = button("Projector", () => this.set(!this.on));
    this.share = button("Share", () => this.open());
    this.share.setAttribute("aria-haspopup", "dialog");
    this.share.setAttribute("aria-expanded", "false");
    this.share.onpointerdown = () => { this.pressed = this.panel.matches(":popover-open"); };
    this.panel = element("div", "moeviz-share");
    this.panel.popover = "auto";
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-label", "Share this screen");
    this.panel.addEventListener("toggle", ({ newState }) => this.toggled(newState === "open"));
    root.replaceChildren(this.projector, this.share, this.panel);
  }

  show(data, tell) {
    this.data = data;
    this.tell = tell;
    // A run that was under way when the visitor pressed says what was before.
    if (this.told !== undefined && this.told !== data.projector) return;
    this.told = undefined;
    this.turn(data.projector);
  }

  set(on) {
    this.told = on;
    this.turn(on);
    this.tell(on);
  }

  turn(on) {
    this.on = on;
    this.projector.setAttribute("aria-pressed", String(on));
    enlarge(on);
  }

  open() {
    const again = this.pressed;
    this.pressed = false;
    if (again) return;
    const link = window.location.href;
    const field = element("input");
    field.readOnly = true;
    field.value = link;
    field.setAttribute("aria-label", "Link to this screen");
    field.onfocus = () => field.select();
    const said = element("span");
    said.setAttribute("role", "status");
    const copy = button("Copy", () => this.copy(field, said));
    const row = element("div", "moeviz-link");
    row.append(field, copy);
    const room = button("Open a lecture room", () => this.room(said));
    this.panel.replaceChildren(row, said, ...this.warning(), room, this.code(link));
    this.panel.showPopover();
    const at = this.share.getBoundingClientRect();
    const left = Math.min(at.right - this.panel.offsetWidth, window.innerWidth - this.panel.offsetWidth - 8);
    this.panel.style.left = `${Math.max(8, left)}px`;
    this.panel.style.top = `${at.bottom + 6}px`;
    this.panel.style.maxHeight = `${window.innerHeight - at.bottom - 14}px`;
    copy.focus();
  }

  // A room in which a class sees this screen together; the lecturer goes there at once.
  async room(said) {
    const here = new URL(window.location.href);
    const page = here.pathname.slice(new URL(".", document.baseURI).pathname.length) + here.search;
    try {
      const { send } = await import(new URL("@roomnet", document.baseURI));
      const title = document.querySelector("h1")?.textContent ?? document.title;
      const { code } = await send("moeviz/room/open", { page, title });
      window.location.assign(new URL(`room?code=${code}`, document.baseURI));
    } catch (error) {
      said.textContent = error.message;
    }
  }

  // A link to this very machine is none for anybody else.
  warning() {
    const own = ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
    if (!own) return [];
    return [element("p", "", this.data.alone)];
  }

  code(link) {
    if (new TextEncoder().encode(link).length > this.data.longest) {
      return element("p", "", "This link is too long for a QR code that a phone could read.");
    }
    const picture = element("img");
    const path = `${this.data.qr}?text=${encodeURIComponent(link)}`;
    picture.src = new URL(path, document.baseURI);
    picture.alt = "QR code of the link to this screen";
    return picture;
  }

  async copy(field, said) {
    said.textContent = (await copied(field))
      ? "Copied."
      : "This browser copies nothing for a page without https; the link is selected, copy it by hand.";
  }

  toggled(open) {
    this.share.setAttribute("aria-expanded", String(open));
    const lost = document.activeElement === document.body || this.panel.contains(document.activeElement);
    if (!open && lost) this.share.focus();
  }
}

const frames = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".moeviz-frame");
  if (!frames.has(root)) frames.set(root, {});
  const held = frames.get(root);
  held.newest = data;
  load()
    .then(() => {
      if (held.newest !== data) return;
      held.frame ??= new Frame(root);
      held.frame.show(data, (on) => setTriggerValue("projector", on ? "on" : "off"));
    })
    .catch((error) => {
      root.setAttribute("role", "alert");
      root.textContent = error.message;
    });
}
