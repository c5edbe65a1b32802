// What stands on a page, and how much it differs from what is behind it (WCAG 2.2).
(faint) => {
    const pad = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const read = new Map();
    const parsed = (text) => {
        if (!read.has(text)) {
            pad.clearRect(0, 0, 1, 1);
            pad.fillStyle = "rgba(0, 0, 0, 0)";
            pad.fillStyle = text;
            pad.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = pad.getImageData(0, 0, 1, 1).data;
            read.set(text, [r, g, b, a / 255]);
        }
        return read.get(text);
    };
    const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
    const light = (rgb) => {
        const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const parent = (node) => node.assignedSlot
        ?? (node.parentNode instanceof ShadowRoot ? node.parentNode.host : node.parentElement);
    const style = (node) => getComputedStyle(node);
    // All that lies behind an element, from the page's ground to its own.
    const behind = (node) => {
        const grounds = [];
        const box = node.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        let scrolled = false; // Out of a box that scrolls, and of all around it.
        for (let at = node; at; at = parent(at)) {
            const { backgroundColor, backgroundImage, overflowX, overflowY } = style(at);
            scrolled ||= /auto|scroll|hidden/.test(overflowX + overflowY);
            const { left, right, top, bottom } = at.getBoundingClientRect();
            // Words of a slider stand above its knob, whose children they are.
            if (!scrolled && (x < left || x > right || y < top || y > bottom)) continue;
            if (backgroundImage.includes("gradient")) return null;
            grounds.unshift(parsed(backgroundColor));
        }
        const dark = matchMedia("(prefers-color-scheme: dark)").matches && style(document.documentElement).colorScheme.includes("dark");
        return grounds.reduce((under, ground) => over(ground, under), dark ? [18, 18, 18] : [255, 255, 255]);
    };
    const seen = (node) => {
        let opacity = 1;
        for (let at = node; at; at = parent(at)) {
            const { display, visibility, opacity: own } = style(at);
            if (display === "none" || visibility !== "visible") return 0;
            opacity *= Number(own);
        }
        const { width, height } = node.getBoundingClientRect();
        return Math.max(width, height) > 1 ? opacity : 0;
    };
    const named = (node) => {
        const own = (n) => n.nodeName.toLowerCase() + (n.getAttribute?.("class") ? "." + n.getAttribute("class").split(/\s+/).slice(0, 2).join(".") : "");
        const above = parent(node);
        return (above ? own(above) + " > " : "") + own(node);
    };
    const found = [];
    // Of what is drawn in several paints that which is seen best.
    const say = (kind, node, paints, words = "", large = false) => {
        const ground = behind(node);
        if (!ground) return;
        const ratios = paints
            .filter(([paint]) => paint !== "none" && !paint.startsWith("url"))
            .map(([paint, opacity]) => [parsed(paint), opacity])
            .filter(([[, , , a], opacity]) => a * opacity > 0.02)
            .map(([[r, g, b, a], opacity]) => ratio(over([r, g, b, a * opacity], ground), ground));
        // In the ground's own colour something is drawn to part what lies above it from what is below.
        if (kind === "mark" && !(Math.max(...ratios) > 1.01)) return;
        if (ratios.length) found.push({ kind, large, ratio: Math.max(...ratios), words, place: named(node), paint: paints.map(([paint]) => paint).join(" ") });
    };
    const idle = (node) => node.closest?.(":disabled, [aria-disabled=true], [disabled], [inert], .katex-mathml");
    const visit = (root) => {
        for (const node of root.querySelectorAll("*")) {
            if (node.shadowRoot) visit(node.shadowRoot);
            if (node.matches("script, style, noscript, head *, title, option") || idle(node)) continue;
            const words = [...node.childNodes].filter((each) => each.nodeType === 3).map((each) => each.data.trim()).join(" ").trim();
            const drawn = node.namespaceURI.endsWith("svg");
            const mark = drawn && node.matches("path, line, circle, rect, polyline, polygon") && !node.closest(faint) && !node.closest("button, a, [role=button]");
            if (!words && !mark) continue;
            const opacity = seen(node);
            if (!opacity) continue;
            const its = style(node);
            if (words) {
                const size = parseFloat(its.fontSize) * (drawn ? Math.abs(node.getScreenCTM?.()?.a ?? 1) : 1);
                const large = size >= 24 || (size >= 18.66 && Number(its.fontWeight) >= 700);
                const paint = drawn ? [its.fill, opacity * Number(its.fillOpacity)] : [its.color, opacity];
                say("text", node, [paint], words.slice(0, 50), large);
            }
            if (mark) say("mark", node, [[its.stroke, opacity * Number(its.strokeOpacity)], [its.fill, opacity * Number(its.fillOpacity)]]);
        }
    };
    visit(document);
    return found;
}
