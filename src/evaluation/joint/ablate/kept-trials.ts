import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What fits of an ablation came to, by name, in a file to which each adds a line: a run that was stopped goes on behind them. */
export class KeptTrials {
  readonly #path: string;
  readonly #known: Map<string, unknown>;

  private constructor(path: string, known: Map<string, unknown>) {
    [this.#path, this.#known] = [path, known];
  }

  /** A line that was cut off counts as none. */
  static async open(path: string): Promise<KeptTrials> {
    const text = await readFile(path, 'utf8').catch(() => '');
    const known = new Map<string, unknown>();
    for (const line of text.split('\n')) {
      try {
        const { name, trial } = JSON.parse(line) as { readonly name: string; readonly trial: unknown };
        known.set(name, trial);
      } catch {
        continue;
      }
    }
    return new KeptTrials(path, known);
  }

  /** What is known under a name; plain data as it was kept. */
  take(name: string): unknown {
    return this.#known.get(name);
  }

  async keep(name: string, trial: object): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    await appendFile(this.#path, `\n${JSON.stringify({ name, trial })}`);
  }

  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
