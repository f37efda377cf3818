/**
 * Speed of methods in memory, one thread, in MB of F32 a second: the statistics that a method asks for, and quantizing one
 * piece of bell-shaped weights in rows of 1,024. Run it with `node tests/bench/methods.ts [rounds] [method…]`.
 */
import { Workspace } from '../../src/engine/kernels/workspace.ts';
import { quantizerById } from '../../src/engine/quantizers/catalog.ts';
import { measurePiece } from '../../src/engine/quantizers/statistics.ts';
import { bell } from '../support/numbers.ts';

const [rounds = '15', ...named] = process.argv.slice(2);
const geometry = { rows: 256, columns: 1024, channels: 'rows' } as const;
const count = geometry.rows * geometry.columns;
const workspace = new Workspace(32 * count);
const room = workspace.allocate(4 * count);
const values = new Float32Array(room.buffer, room.byteOffset, count);
values.set(bell(count));

function megabytesPerSecond(work: () => void): string {
  const seconds = Array.from({ length: Number(rounds) }, () => {
    const mark = workspace.mark();
    const start = performance.now();
    work();
    workspace.release(mark);
    return (performance.now() - start) / 1000;
  });
  seconds.sort((one, other) => one - other);
  return ((4 * count) / 1e6 / (seconds[seconds.length >> 1] ?? 1)).toFixed(0).padStart(6);
}

for (const id of named.length > 0 ? named : ['grid', 'int', 'codebook', 'ternary']) {
  const method = quantizerById(id);
  if (method === undefined) throw new Error(`There is no method "${id}".`);
  const measure = () => measurePiece(values, { ...geometry, start: 0, total: count }, method.needs ?? {});
  const parameters = method.plan(geometry, measure(), method.options.parse({}));
  const piece = { ...geometry, values, firstRow: 0, firstColumn: 0 };
  const statistics = megabytesPerSecond(measure);
  const quantizing = megabytesPerSecond(() => method.quantize(piece, parameters, workspace));
  console.log(`${id.padEnd(16)} statistics ${statistics} MB/s   quantize ${quantizing} MB/s`);
}
