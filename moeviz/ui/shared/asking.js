// Asks the server for the picture of where a hand is: one question at a time, so that a busy server is
// asked less often, and of the places that come while it answers only the last.

const EVERY = 60; // Milliseconds between questions, at least.

export class Asking {
  // Options: question() returns { address, serial } or null where nothing is new; answer(found, serial).
  constructor({ question, answer }) {
    Object.assign(this, { question, answer });
    this.asked = -Infinity;
    this.round = 0;
  }

  // There is something new, or there may be.
  want() {
    this.wanted = true;
    if (!this.busy) this.run();
  }

  // What is under way comes too late: the hand rests, or the picture is another one.
  drop() {
    this.wanted = false;
    this.round += 1;
  }

  async run() {
    this.busy = true;
    while (this.wanted) {
      const early = this.asked + EVERY - performance.now();
      if (early > 0) {
        await new Promise((done) => setTimeout(done, early));
        continue;
      }
      this.wanted = false;
      const { round } = this;
      const asked = this.question();
      if (!asked) continue;
      this.asked = performance.now();
      const found = await fetch(new URL(asked.address, document.baseURI)).then(
        (answer) => (answer.ok ? answer.json() : null), () => null, // It is drawn when the hand rests.
      );
      if (found && round === this.round) this.answer(found, asked.serial);
    }
    this.busy = false;
  }
}
