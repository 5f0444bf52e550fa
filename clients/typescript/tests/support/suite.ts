// The same tests run in Node and in a browser, so they use neither's means of testing: a file of cases registers them
// here, and whoever runs them (tests/run.mjs, tests/page.js) calls them one after the other.

import { Annals, type AnnalsOptions } from '../../src/index.js';

/** What the harness gives: a service that runs, and ways to disturb it. */
export interface Given {
  /** The service. */
  api: string;
  /** The same through a wire that can lose answers, hold them back and break. */
  wire: string;
  /** A service that answers everything with a redirect to another origin. */
  redirecting: string;
  /** Takes the commands of `Stage.order`. */
  control: string;
  key: string;
}

/** A service in the middle of which the test stands. */
export class Stage {
  constructor(readonly given: Given) {}

  /** A client with the platform's key. */
  client(options: Partial<AnnalsOptions> = {}): Annals {
    return new Annals({ baseUrl: this.given.api, apiKey: this.given.key, dangerouslyAllowBrowser: true, ...options });
  }

  /** Makes a tenant of the test's own; returns a client for it. */
  async tenant(options: Partial<AnnalsOptions> = {}): Promise<Annals> {
    const made = await this.client().tenants.create(uniqueNames());
    return this.client({ clientId: made.client_id, ...options });
  }

  /**
   * Has the harness do something: kill or start the service, lose the next answer, cut, hold or release the wire, tell
   * what was lost, or what has arrived where a redirect leads.
   */
  async order(
    command: 'kill' | 'start' | 'lose-answer' | 'lost' | 'cut' | 'hold' | 'release' | 'redirected',
  ): Promise<string> {
    const done = await fetch(`${this.given.control}/control/${command}`, { method: 'POST' });
    if (!done.ok) throw new Error(`the harness could not ${command}: ${await done.text()}`);
    return done.text();
  }
}

export interface Case {
  name: string;
  run: (stage: Stage) => Promise<void> | void;
}

export const cases: Case[] = [];

export function test(name: string, run: Case['run']): void {
  cases.push({ name, run });
}

let names = 0;

export function uniqueNames(): { database_name: string; client_label: string } {
  const name = `ts_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}_${names++}`;
  return { database_name: name, client_label: `label of ${name}` };
}
