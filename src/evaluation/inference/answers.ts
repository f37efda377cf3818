import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { Feed } from '../inputs/dataset.ts';
import type { Elements, Values } from '../inputs/tensor.ts';
import type { Run, Runner } from './runs.ts';
import { loadRuntime } from './runtime.ts';

/** Answers above this are given anew each time rather than kept. */
const mostBytes = 64 * 2 ** 20;

interface KeptValues {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** What is written; another version of the runtime may answer other bits. */
interface KeptFile {
  readonly runtime: string | undefined;
  readonly runs: readonly KeptRun[];
}

interface KeptRun {
  /** Of everything that was asked. */
  readonly asked: string;
  readonly outputs: readonly KeptValues[];
}

const constructors: Readonly<Record<string, new (buffer: ArrayBuffer) => Elements>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** A runner that takes an answer from those of an earlier evaluation where exactly the same was asked, and keeps them all. */
export class RememberingRunner {
  readonly #runner: Runner;
  readonly #known: readonly KeptRun[];
  readonly #runtime: string | undefined;
  #kept: KeptRun[] | undefined = [];
  #bytes = 0;
  #runs = 0;
  #isIntact = true;
  /** Runs that the model itself had to answer. */
  answered = 0;

  private constructor(runner: Runner, known: readonly KeptRun[], runtime: string | undefined) {
    this.#runner = runner;
    this.#known = known;
    this.#runtime = runtime;
  }

  /** With the answers in the file at `path`, if it is one of ours. */
  static async open(runner: Runner, path: string): Promise<RememberingRunner> {
    const { env } = await loadRuntime();
    const file = await readFile(path).then(
      (content) => deserialize(content) as Partial<KeptFile>,
      () => undefined,
    );
    const known = file?.runtime === env.versions.node ? file?.runs : undefined;
    return new RememberingRunner(runner, known ?? [], env.versions.node);
  }

  async run(run: Run): Promise<ReadonlyMap<string, Values>> {
    const asked = digestOf(run.feeds);
    const known = this.#known[this.#runs++];
    // What a clip's frames are answered depends on all frames before, so one that is new makes the rest of it new.
    if (run.isFirst) this.#isIntact = true;
    this.#isIntact &&= known?.asked === asked;
    if (
      this.#isIntact &&
      known?.asked === asked &&
      known.outputs.every(({ type }) => constructors[type] !== undefined)
    ) {
      this.#keep(known);
      const outputs = new Map(known.outputs.map((kept) => [kept.name, revived(kept)]));
      this.#runner.remember(outputs);
      return outputs;
    }
    this.answered++;
    const outputs = await this.#runner.run(run);
    this.#keep({ asked, outputs: [...outputs].map(([name, values]) => toKept(name, values)) });
    return outputs;
  }

  /** Writes all answers to a file, unless they are too many or were all known. */
  async save(path: string): Promise<boolean> {
    if (this.#kept === undefined || this.answered === 0) return false;
    await writeFile(path, serialize({ runtime: this.#runtime, runs: this.#kept } satisfies KeptFile));
    return true;
  }

  #keep(kept: KeptRun): void {
    this.#bytes += kept.outputs.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#bytes > mostBytes) this.#kept = undefined;
    this.#kept?.push(kept);
  }
}

function digestOf(feeds: readonly Feed[]): string {
  const hash = createHash('sha256');
  for (const { name, values } of feeds) {
    const { data } = values;
    hash.update(`${name ?? ''}\n${values.type}\n${values.shape.join()}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

function toKept(name: string, { type, shape, data }: Values): KeptValues {
  // A copy of its own: a view would keep all of a batch.
  return { name, type, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice() };
}

function revived({ type, shape, bytes }: KeptValues): Values {
  const make = constructors[type] ?? Uint8Array;
  return { type, shape, data: new make(bytes.slice().buffer) };
}
