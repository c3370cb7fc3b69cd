import { afterEach, beforeEach } from '@jest/globals';
import { Runner } from '@conclave/runner-sdk';
import { leading, Script } from '../scripted-conclave.fixture.js';

/** A runner, and a server that lets it lead, anew for each test. */
export class LeadingRunner {
  script!: Script;
  runner!: Runner;

  constructor() {
    beforeEach(async () => {
      this.script = new Script();
      await this.script.listen();
      this.script.answer = leading();
      this.runner = new Runner({ url: this.script.url, group: 'g', id: 'r', signals: [] });
    });
    afterEach(async () => {
      await this.runner.stop();
      this.script.close();
    });
  }

  /** True if a server was told that the term is given back. */
  hasPromised(): boolean {
    const { beats, resigned } = this.script;
    return resigned.length > 0 || beats.some(({ released }) => released === 1);
  }
}
