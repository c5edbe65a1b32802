// Follows a job for the picture of it: hears the job's stream while it runs, shows how far it is and
// whether the connection holds, and asks the page's script for a picture in today's theme.

import { tagged, themeOf } from "@dom";
import { groundOf } from "@figure";
import { follow } from "@live";

export class Following {
  // `root` is the picture, and `place` where its progress stands, which is called `label`; `onNews`
  // is called with every message.
  constructor(root, place, { label, onNews }) {
    Object.assign(this, { root, place, onNews });
    this.lost = tagged("p", { class: "following-lost", role: "status" });
    this.bar = tagged("progress", { class: "following-bar", max: "1", value: "0", "aria-label": label });
    this.sentence = tagged("p", { class: "following-sentence" });
    place.replaceChildren(this.lost, this.bar, this.sentence);
    place.hidden = true;
  }

  // What the page's script says of the job, and the grounds of the pictures that it has made. With
  // `follows` another job soon takes its place: that it was withdrawn is no news.
  take(data, grounds, trigger) {
    if (data.sentence) this.news = { active: false, sentence: data.sentence };
    else if (data.job !== this.data?.job) this.news = null;
    this.data = data;
    this.trigger = trigger;
    const ground = groundOf(this.root);
    this.theme = themeOf(ground);
    this.root.dataset.theme = this.theme;
    this.askForTheme(ground, grounds);
    this.follow();
  }

  // What the page's script has made is in the theme of then; the stream is asked for today's.
  askForTheme(ground, grounds) {
    const fits = grounds.every((each) => each.toLowerCase() === ground);
    if (!fits && this.asked !== ground) this.trigger("theme", ground);
    this.asked = fits ? null : ground;
  }

  follow() {
    const { job, live } = this.data;
    const wanted = live && job ? `${job} ${this.theme}` : null;
    if (wanted === this.followed) return;
    this.close();
    this.followed = wanted;
    this.lostNow = false;
    if (!wanted) return;
    this.stop = follow(job, {
      theme: this.theme,
      onMessage: (news) => this.hear(news),
      onContact: (contact) => {
        this.lostNow = !contact;
        this.show();
      },
      onEnd: (news) => {
        this.lostNow = false;
        if (news) this.hear(news);
        this.trigger("ended", job);
      },
    });
  }

  hear(news) {
    if (this.data.follows && news.state === "cancelled") return;
    this.news = news;
    this.onNews(news);
  }

  show() {
    const { news } = this;
    this.place.hidden = !news && !this.lostNow;
    const lost = this.lostNow ? "Connection lost; trying again" : "";
    if (this.lost.textContent !== lost) this.lost.textContent = lost; // Read out as it changes.
    if (!news) return;
    this.bar.hidden = !news.active;
    if (typeof news.fraction === "number") this.bar.value = news.fraction;
    const failed = news.gone || news.state === "failed";
    const words = failed ? [news.sentence, news.message] : [news.sentence];
    const text = words.filter(Boolean).join(" ");
    if (this.sentence.textContent !== text) this.sentence.textContent = text;
    // Read out at the end, and not at every step.
    this.sentence.setAttribute("aria-live", news.active ? "off" : "polite");
  }

  fail(error) {
    this.sentence.textContent = error.message;
    this.place.hidden = false;
  }

  close() {
    this.stop?.();
    this.stop = null;
  }
}
