import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  planZoo,
  pruneStore,
  readStore,
  completeRecipe,
  reportCsv,
  reportHtml,
  restore,
  runBatch,
  scanZoo,
  type BatchReport,
  type BatchRequest,
  type ZooPlan,
} from '../../../src/engine/index.ts';
import { encodeHeader } from '../../../src/engine/archive/frame.ts';
import { claim } from '../../../src/engine/io/claim.ts';
import { thisProcess } from '../../../src/engine/io/owner.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixtureOfExperts, stackedExperts } from '../../support/mixture.ts';
import { safetensorsFile } from '../../support/safetensors.ts';
import { writeZoo } from '../../support/zoos.ts';

const signal = new AbortController().signal;

async function zooFolder(more = 1) {
  const folder = await folderWith({});
  const [zoo, out] = [join(folder, 'zoo'), join(folder, 'out')];
  await writeZoo(zoo, more);
  return { folder, zoo, out };
}

async function plannedZoo(root: string, out: string, recipe: object = {}) {
  const zoo = await scanZoo({ roots: [root] }, { signal });
  return { zoo, plan: await planZoo(zoo, out, await completeRecipe({ preset: 'quick', ...recipe }), { signal }) };
}

async function batch(
  root: string,
  out: string,
  more: Partial<BatchRequest> = {},
  recipe: object = {},
): Promise<BatchReport> {
  const request = { ...(await plannedZoo(root, out, recipe)), threads: 1, reserveBytes: () => 0, ...more };
  for await (const event of runBatch(request, context())) if (event.type === 'batch-finished') return event.report;
  throw new Error('no report');
}

/** sha256 of every archive, by name. */
async function archives(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.fwz')).sort();
  const entries = names.map(async (name) => [
    name,
    createHash('sha256')
      .update(await readFile(join(out, name)))
      .digest('hex'),
  ]);
  return Object.fromEntries((await Promise.all(entries)) as [string, string][]);
}

const actions = ({ models }: ZooPlan) =>
  Object.fromEntries(models.map(({ id, action, bases }) => [id, [action, ...bases].join(' ')]));

describe('a plan', () => {
  test('finds families, runs, copies and what is dense, and stores dependants first', async () => {
    const { zoo, out } = await zooFolder();
    const { plan } = await plannedZoo(zoo, out, { rebaseEvery: 3 });
    const planned = actions(plan);
    expect(planned).toMatchObject({
      'dense/noise.bin': 'skip',
      'family/base.safetensors': 'equal copies/copy of base.safetensors',
      'run/checkpoint-100.safetensors': 'exact',
      'run/checkpoint-200.safetensors': 'family run/checkpoint-100.safetensors',
      'run/checkpoint-300.safetensors': 'family run/checkpoint-200.safetensors',
      'run/checkpoint-400.safetensors': 'exact',
      'other/model 0.safetensors': 'exact',
    });
    const family = Object.entries(planned).filter(
      ([id, action]) => /^(family|copies)/.test(id) && /^(exact|family)/.test(action),
    );
    expect(family.filter(([, action]) => action === 'exact')).toHaveLength(1);
    expect(family).toHaveLength(3);
    const order = plan.models.map(({ id }) => id);
    for (const { id, bases } of plan.models)
      for (const base of bases) expect(order.indexOf(id)).toBeLessThan(order.indexOf(base));
    for (const { id, bases, unit } of plan.models)
      for (const base of bases) expect(plan.models.find((model) => model.id === base)?.unit, id).toBe(unit);
    expect(plan.drive.peak).toBeGreaterThan(0);
    expect(await readdir(join(zoo, '..'))).toEqual(['zoo']);
  });

  test('says of models that are no more than pointers of Git LFS that their weights are not here, copies of them among these', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5000000000\n`;
    const folder = await folderWith({
      'zoo/alone.safetensors': Buffer.from(pointer),
      'zoo/again.safetensors': Buffer.from(pointer),
      'zoo/model/config.json': Buffer.from(JSON.stringify({ layers: Array.from({ length: 5000 }, () => 'attention') })),
      'zoo/model/model.safetensors': Buffer.from(pointer),
      'zoo/here.safetensors': mixtureOfExperts({ experts: 2, hidden: 32, intermediate: 64, noise: 1 }),
    });
    const { plan } = await plannedZoo(join(folder, 'zoo'), join(folder, 'out'));
    const told = Object.fromEntries(plan.models.map(({ id, action, reason }) => [id, `${action}: ${reason}`]));
    const away = 'skip: its weights are not here, only a pointer of Git LFS ("git lfs pull" fetches them)';
    expect(told).toEqual({
      ...{ 'alone.safetensors': away, 'again.safetensors': away, model: away },
      'here.safetensors': 'exact: stored by itself',
    });
    expect(plan.bytesThen).toBeGreaterThan(0);
  });

  test('foresees what parts of a model that are alike save, where the preset looks for them', async () => {
    const mixture = { experts: 4, hidden: 256, intermediate: 512 };
    const folder = await folderWith({
      'zoo/experts.safetensors': mixtureOfExperts({ ...mixture, noise: 1e-3 }),
      'zoo/layers.safetensors': mixtureOfExperts({
        ...mixture,
        noise: 0.1,
        dtype: 'F32',
        areLayers: true,
        isInOrder: true,
      }),
      'zoo/stacks.safetensors': stackedExperts({ ...mixture, noise: 1e-2 }, 'turns'),
      'zoo/strangers.safetensors': mixtureOfExperts(mixture),
    });
    const [zoo, out] = [join(folder, 'zoo'), join(folder, 'out')];
    const { plan } = await plannedZoo(zoo, out, { preset: 'balanced' });
    const { rows } = await batch(zoo, out, {}, { preset: 'balanced' });
    const { plan: quick } = await plannedZoo(zoo, out);
    const share = ({ models }: ZooPlan, name: string) => {
      const { bytesThen = NaN, bytesNow = NaN } = models.find(({ id }) => id === name) ?? {};
      return bytesThen / bytesNow;
    };
    for (const { id, bytesOut, bytesIn } of rows) {
      expect(Math.abs(share(plan, id) - bytesOut / bytesIn), id).toBeLessThan(0.008);
      if (id.startsWith('strangers')) expect(share(plan, id)).toBeGreaterThan(0.6);
      else expect(share(plan, id), id).toBeLessThan(share(quick, id) - 0.05);
    }
  });

  test('follows the rules of a recipe, the first that fits', async () => {
    const { zoo, out } = await zooFolder();
    const rules = [
      { match: 'run/**', action: 'skip' },
      { match: '*.safetensors', action: 'alone', preset: 'balanced' },
    ];
    const { plan } = await plannedZoo(zoo, out, { rules });
    for (const { id, action, reason, preset } of plan.models) {
      if (id.startsWith('run/')) expect([action, reason]).toEqual(['skip', 'skipped by the rule "run/**"']);
      if (id.startsWith('other/')) expect([action, preset]).toEqual(['exact', 'balanced']);
    }
    const { plan: apart } = await plannedZoo(zoo, out, { families: false });
    expect(apart.models.every(({ bases }) => bases.length === 0)).toBe(true);
  });
});

describe('a batch', () => {
  test('archives everything, goes on after failures, and its report adds up to the byte', async () => {
    const { zoo, out } = await zooFolder();
    await mkdir(join(out, 'other'), { recursive: true });
    await writeFile(join(out, 'other', 'model 0.safetensors.fwz'), 'something else');
    const report = await batch(zoo, out);
    expect(report.needsAttention.map(({ id }) => id)).toEqual(['other/model 0.safetensors']);
    await rm(join(out, 'other'), { recursive: true });
    const again = await batch(zoo, out);
    expect(again.needsAttention).toEqual([]);
    expect(again.states.earlier).toBe(report.states.done);

    let [bytesIn, bytesOut, archived] = [0, 0, 0];
    for (const row of again.rows) {
      bytesIn += row.bytesIn;
      bytesOut += row.bytesOut;
      if (row.archive === undefined) continue;
      const { size } = await stat(join(out, row.archive));
      expect(row.bytesOut, row.id).toBe(size);
      archived += size;
    }
    expect(again).toMatchObject({ bytesIn, bytesOut, archivedBytes: archived });
    const csv = reportCsv(again).trimEnd().split('\r\n');
    expect(csv).toHaveLength(again.rows.length + 2);
    expect(csv.at(-1)).toContain(`${bytesIn},${bytesOut}`);
    expect(reportHtml({ ...again, output: '<script>' })).not.toContain('<script>');

    for (const { archive, path } of again.rows) {
      if (archive === undefined || (await stat(path)).isDirectory()) continue;
      const output = join(out, 'back.bin');
      await finish(restore({ archive: join(out, archive), output, overwrite: true }, context()));
      expect(Buffer.compare(await readFile(output), await readFile(path)), archive).toBe(0);
    }
  });

  test('tells what could not even be planned among what needs attention', async () => {
    const { zoo: root, out } = await zooFolder(0);
    const zoo = await scanZoo({ roots: [root] }, { signal });
    await rm(join(root, 'family/other.safetensors'));
    const plan = await planZoo(zoo, out, await completeRecipe({ preset: 'quick' }), { signal });
    const id = 'family/other.safetensors';
    expect(plan.models.find((model) => model.id === id)?.reason).toMatch(/could not be read for the plan/);
    const request = { zoo, plan, threads: 1, reserveBytes: () => 0, only: new Set([id]) };
    for await (const event of runBatch(request, context()))
      if (event.type === 'batch-finished')
        expect(event.report.needsAttention).toMatchObject([{ id, state: 'failed', code: 'NOT_FOUND' }]);
  });

  test('gives the same archives as four shards side by side', async () => {
    const { folder, zoo, out } = await zooFolder(2);
    await batch(zoo, out);
    const shared = join(folder, 'shared');
    const reports = await Promise.all([1, 2, 3, 4].map((index) => batch(zoo, shared, { shard: { index, count: 4 } })));
    expect(await archives(shared)).toEqual(await archives(out));
    const whole = await batch(zoo, shared);
    expect(whole.states.done).toBe(0);
    for (const sum of ['models', 'bytesIn', 'bytesOut'] as const)
      expect(reports.reduce((total, report) => total + report[sum], 0)).toBe(whole[sum]);
  });

  test('recognises what is finished without its journal, and forgives a torn one', async () => {
    const { zoo, out } = await zooFolder();
    const first = await batch(zoo, out);
    const before = await archives(out);
    await appendFile(join(out, '.featherweight', 'journal.jsonl'), '{"type":"done","id":"fam');
    expect((await batch(zoo, out)).states.earlier).toBe(first.states.done);
    await rm(join(out, '.featherweight'), { recursive: true });
    const report = await batch(zoo, out);
    expect(report.states).toMatchObject({ earlier: first.states.done, done: 0 });
    expect(report.bytesOut).toBe(first.bytesOut);
    expect(await archives(out)).toEqual(before);
  });

  test('ends with the same archives however often it is killed', async () => {
    const { folder, zoo, out } = await zooFolder();
    await batch(zoo, out);
    const killed = join(folder, 'killed');
    const entry = join(import.meta.dirname, '../../cli/support/source-entry.ts');
    for (const milliseconds of [900, 1500, 2100]) {
      const child = spawn(process.execPath, [entry, 'batch', zoo, '-o', killed, '--preset', 'quick', '--threads', '1']);
      const ended = once(child, 'exit');
      await Promise.race([setTimeout(milliseconds), ended]);
      child.kill('SIGKILL');
      await ended;
    }
    const report = await batch(zoo, killed);
    expect(report.needsAttention).toEqual([]);
    expect(await archives(killed)).toEqual(await archives(out));
  }, 60_000);

  test('replaces originals only when asked, each after its archive was read again, and every one comes back', async () => {
    const { zoo, out } = await zooFolder();
    const gone: string[] = [];
    const originals = new Map<string, Buffer>();
    const trash = async (paths: readonly string[]): Promise<void> => {
      for (const path of paths) {
        originals.set(path, await readFile(path));
        gone.push(path);
        await rm(path);
      }
    };
    const report = await batch(zoo, out, { trash });
    expect(report.needsAttention).toEqual([]);
    expect(gone.length).toBe(
      report.rows.filter(({ archive, note = '' }) => archive !== undefined && !note.startsWith('kept')).length,
    );
    expect(gone).not.toContain(join(zoo, 'dense/noise.bin'));
    for (const row of report.rows) {
      const original = originals.get(row.path);
      if (row.archive === undefined || !original) continue;
      const output = join(out, 'back.bin');
      await finish(restore({ archive: join(out, row.archive), output, overwrite: true }, context()));
      expect(Buffer.compare(await readFile(output), original), row.id).toBe(0);
    }
    await rm(join(out, 'back.bin'));
    // A run behind it finds no originals, and tells of them all the same.
    const again = await batch(zoo, out, { trash });
    const facts = ({ rows }: typeof report) =>
      rows
        .filter(({ archive }) => archive !== undefined)
        .map(({ id, archive, bytesIn, bytesOut, sha256 }) => ({ id, archive, bytesIn, bytesOut, sha256 }))
        .sort((one, other) => one.id.localeCompare(other.id));
    expect(facts(again)).toEqual(facts(report));
    expect(again.archivedBytes).toBe(report.archivedBytes);
    expect(again.states.done).toBe(0);
  });
});

describe('copies', () => {
  /** Two folders with equal weights that nothing makes smaller, one of them with a text, and a twin that has tensors. */
  async function copies() {
    const { zoo, out } = await zooFolder(0);
    const noise = await readFile(join(zoo, 'dense/noise.bin'));
    await writeFile(join(zoo, 'dense/again.bin'), noise);
    await mkdir(join(zoo, 'twin'));
    await writeFile(join(zoo, 'twin/model.safetensors'), await readFile(join(zoo, 'family/tuned/model.safetensors')));
    await writeFile(join(zoo, 'twin/config.json'), '{"architectures":["Twin"]}');
    return { zoo, out };
  }

  test('cost next to nothing, come back without any original, and keep what they need from being removed', async () => {
    const { zoo, out } = await copies();
    const before = await originals(zoo);
    const report = await batch(zoo, out);
    const equal = report.rows.filter(({ action }) => action === 'equal');
    expect(equal.map(({ id }) => id).sort()).toEqual(['dense/noise.bin', 'family/base.safetensors', 'twin']);
    for (const { bytesIn, bytesOut, archive } of equal) {
      expect(bytesOut).toBeLessThan(0.05 * bytesIn);
      expect((await stat(join(out, archive!))).size).toBe(bytesOut);
    }
    expect(report.bytesOut).toBe(report.rows.reduce((sum, { bytesOut }) => sum + bytesOut, 0));

    await rm(zoo, { recursive: true });
    const stored = await readStore(out, signal);
    expect(stored.isWhole).toBe(true);
    const held = stored.archives.find(({ name }) => name === 'dense/again.bin.fwz')!;
    expect(held.dependants).toEqual(['dense/noise.bin.fwz']);
    await expect(pruneStore(out, [held.name], signal)).rejects.toMatchObject({ code: 'USAGE' });
    for (const { archive, id } of equal) {
      const output = join(out, 'back');
      await finish(restore({ archive: join(out, archive!), output, overwrite: true }, context()));
      const files = await originals(output).catch(async () => ({ '': await readFile(output) }));
      for (const [name, content] of Object.entries(files))
        expect(Buffer.compare(content, before[name === '' ? id : `${id}/${name}`]!), `${id} ${name}`).toBe(0);
      await rm(output, { recursive: true });
    }
    expect((await pruneStore(out, ['dense/noise.bin.fwz'], signal)).removed).toHaveLength(1);
    expect((await pruneStore(out, [held.name], signal)).removed).toHaveLength(1);
  });

  test('are left alone, or stored by themselves, where a rule says so', async () => {
    const { zoo, out } = await copies();
    const { plan } = await plannedZoo(zoo, out, {
      rules: [
        { match: 'twin', copies: true, action: 'alone' },
        { copies: true, action: 'skip' },
      ],
    });
    expect(actions(plan)).toMatchObject({
      twin: 'exact',
      'family/base.safetensors': 'skip',
      'dense/noise.bin': 'skip',
    });
    expect(actions(plan)['dense/again.bin']).toBe('skip');
    // Whoever is left alone is nobody's base.
    const { plan: other } = await plannedZoo(zoo, out, { rules: [{ match: 'dense/again.bin', action: 'skip' }] });
    expect(actions(other)).toMatchObject({ 'dense/again.bin': 'skip', 'dense/noise.bin': 'skip' });
  });
});

/** Every file below a folder, by name. */
async function originals(root: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = files.map(async (path) => [path.slice(root.length + 1), await readFile(path)] as const);
  return Object.fromEntries(await Promise.all(contents));
}

test('two batches at once are refused one share of a store, and may do two', async () => {
  const { zoo, out } = await zooFolder(0);
  const ends = await Promise.allSettled([batch(zoo, out), batch(zoo, out)]);
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'USAGE' } });
  expect((await readStore(out, signal)).isWhole).toBe(true);
  const shares = [1, 2].map((index) => batch(zoo, `${out}-shared`, { shard: { index, count: 2 } }));
  for (const { states } of await Promise.all(shares)) expect(states.failed).toBe(0);
  expect(await archives(`${out}-shared`)).toEqual(await archives(out));
});

test('a model with the longest of names is archived under the start of it, and restored under all of it', async () => {
  const names = ['a', 'b'].map((end) => `${'é'.repeat(120)}${end}.gguf`);
  const folder = await folderWith(Object.fromEntries(names.map((name) => [`zoo/${name}`, Buffer.alloc(50_000, name)])));
  const out = join(folder, 'out');
  const { rows, states } = await batch(join(folder, 'zoo'), out);
  expect(states).toMatchObject({ done: 2, failed: 0 });
  const written = Object.keys(await archives(out)).sort();
  expect(written).toEqual(['.fwz', ' 2.fwz'].map((end) => 'é'.repeat(115) + end).sort());
  expect(rows.map(({ archive }) => archive).sort()).toEqual(written);
  const back: string[] = [];
  for (const name of written) {
    const output = join(folder, 'back', '/');
    const { report } = await finish(restore({ archive: join(out, name), output }, context()));
    back.push(...report.files.map((file) => file.name));
  }
  expect(back.sort()).toEqual(names);
});

test('a shard whose weights were not fetched is said to be no more than a pointer, also by the next run', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5000000000\n`;
  const index = { weight_map: { here: 'model-1.safetensors', gone: 'model-2.safetensors' } };
  const folder = await folderWith({
    'zoo/model.safetensors.index.json': Buffer.from(JSON.stringify(index)),
    'zoo/model-1.safetensors': Buffer.from(
      safetensorsFile(JSON.stringify({ here: { dtype: 'F32', shape: [5000], data_offsets: [0, 20_000] } }), 20_000),
    ),
    'zoo/model-2.safetensors': Buffer.from(pointer),
  });
  const [zoo, out] = [join(folder, 'zoo'), join(folder, 'out')];
  for (const state of ['done', 'earlier']) {
    const { rows } = await batch(zoo, out);
    expect(rows).toMatchObject([
      { state, note: expect.stringContaining('the 5000000000 bytes that it stands for are not here') as string },
    ]);
  }
});

describe('a store', () => {
  test('knows who needs whom, and refuses to orphan', async () => {
    const { zoo, out } = await zooFolder(0);
    await batch(zoo, out);
    await rm(zoo, { recursive: true });
    const report = await readStore(out, signal);
    expect(report.isWhole).toBe(true);
    const base = report.archives.find(({ name }) => name === 'run/checkpoint-100.safetensors.fwz')!;
    expect(base.dependants).toEqual(['run/checkpoint-200.safetensors.fwz']);
    const before = await archives(out);
    await expect(pruneStore(out, [base.name], signal)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(pruneStore(out, ['nothing.fwz'], signal)).rejects.toMatchObject({ code: 'USAGE' });
    expect(await archives(out)).toEqual(before);
    // A killed run's archive and its journal, somebody else's file of such a name, and one that is being written.
    await writeFile(join(out, 'left.fwz.partial'), encodeHeader());
    await writeFile(join(out, 'left.fwz.journal'), '01234567 {"journal":1');
    await writeFile(join(out, 'diary.fwz.partial'), 'x');
    await writeFile(join(out, 'now.fwz.partial'), encodeHeader());
    const claimed = await claim(join(out, 'now.fwz'));
    // A base that was being restored, by a process that is gone and by one of another machine.
    const [machine] = thisProcess().split(' ');
    for (const owner of [machine ?? '', '00000000'])
      await mkdir(join(out, `.featherweight-base.partial-${owner} 999999999 1 abcdef`));
    const run = report.archives.map(({ name }) => name).filter((name) => name.startsWith('run/'));
    expect((await pruneStore(out, run, signal)).removed).toHaveLength(run.length + 3);
    expect((await readdir(out)).filter((name) => /partial|fwz\.journal/.test(name)).sort()).toEqual([
      expect.stringMatching(/^\.featherweight-base\.partial-00000000/),
      'diary.fwz.partial',
      'now.fwz.partial',
    ]);
    await claimed[Symbol.asyncDispose]();
    expect((await readStore(out, signal)).isWhole).toBe(true);
  });

  test('names a base that is missing and an archive that is damaged', async () => {
    const { zoo, out } = await zooFolder(0);
    await batch(zoo, out);
    await rm(zoo, { recursive: true });
    await rm(join(out, 'run/checkpoint-100.safetensors.fwz'));
    await writeFile(join(out, 'bad.fwz'), 'no archive');
    const { archives: found, isWhole } = await readStore(out, signal);
    expect(isWhole).toBe(false);
    expect(found.find(({ name }) => name === 'bad.fwz')?.fault).toMatch(/not a Featherweight archive/);
    const orphan = found.find(({ name }) => name === 'run/checkpoint-200.safetensors.fwz');
    expect(orphan?.missing).toMatchObject([{ name: 'checkpoint-100.safetensors' }]);
  });
});
