import { execFileSync } from 'node:child_process';
import { appendFileSync, utimesSync } from 'node:fs';
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { encodeHeader } from '../../../src/engine/archive/frame.ts';
import { compress, loadExports, restore, verify } from '../../../src/engine/index.ts';
import { folderWith } from '../../support/folder.ts';
import { context, finish } from '../../support/jobs.ts';
import { mixedModel } from '../../support/mixed-model.ts';

describe('the original', () => {
  test('is refused as output under any of its names', async () => {
    const bytes = mixedModel(100);
    const folder = await folderWith({ 'm.safetensors': bytes });
    const input = join(folder, 'm.safetensors');
    await link(input, join(folder, 'hard.fwz'));
    await symlink(input, join(folder, 'soft.fwz'));
    await symlink(input, join(folder, 'soft-trap.fwz.partial'));
    await link(input, join(folder, 'hard-trap.fwz.partial'));
    for (const name of ['m.safetensors', 'hard.fwz', 'soft.fwz', 'soft-trap.fwz', 'hard-trap.fwz']) {
      const output = join(folder, name);
      await expect(finish(compress({ input, output, overwrite: true }, context())), name).rejects.toMatchObject({
        code: 'USAGE',
      });
    }
    expect(Buffer.compare(await readFile(input), bytes)).toBe(0);
  });

  test('is reported when it changes while it is read', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(200_000) });
    const input = join(folder, 'm.safetensors');
    const changes = [
      () => {
        appendFileSync(input, 'more');
      },
      () => {
        utimesSync(input, new Date(), new Date(Date.now() + 5000));
      },
    ];
    for (const change of changes) {
      const job = async (): Promise<void> => {
        for await (const event of compress({ input, output: join(folder, 'out.fwz') }, context()))
          if (event.type === 'started') change();
      };
      await expect(job()).rejects.toMatchObject({ code: 'CHANGED' });
      expect((await readdir(folder)).sort()).toEqual(['m.safetensors']);
    }
  });

  test('is reported soon after it changes, not when all of it has been read', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(200_000) });
    const input = join(folder, 'm.safetensors');
    const phases: string[] = [];
    let isChanged = false;
    const wait = (): Promise<undefined> | undefined => {
      if (isChanged) return undefined;
      isChanged = true;
      appendFileSync(input, 'more');
      // Longer than from one look at the file to the next.
      return setTimeout(2500, undefined);
    };
    const job = async (): Promise<void> => {
      for await (const event of compress({ input }, { ...context(), pause: { wait } }))
        if (event.type === 'progress') phases.push(event.phase);
    };
    await expect(job()).rejects.toMatchObject({ code: 'CHANGED' });
    expect(phases).not.toContain('compress');
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });
});

test.skipIf(process.platform === 'win32')('an archive that is a pipe is refused at once', async () => {
  const folder = await folderWith({});
  const archive = join(folder, 'pipe');
  execFileSync('mkfifo', [archive]);
  for (const job of [restore({ archive }, context()), verify({ archive }, context())])
    await expect(finish<unknown>(job)).rejects.toMatchObject({ code: 'IO', facts: { path: archive } });
});

describe('the output', () => {
  test('is never replaced unless asked, and then only by a proved one', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100), 'out.fwz': 'precious' });
    const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
    await expect(finish(compress({ input, output }, context()))).rejects.toMatchObject({ code: 'USAGE' });
    expect(await readFile(output, 'utf8')).toBe('precious');
    await finish(compress({ input, output, overwrite: true }, context()));
    await writeFile(join(folder, 'back'), 'precious');
    await expect(finish(restore({ archive: output, output: join(folder, 'back') }, context()))).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await readFile(join(folder, 'back'), 'utf8')).toBe('precious');
    await expect(finish(restore({ archive: output, output, overwrite: true }, context()))).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test.skipIf(process.platform === 'win32')('never takes the place of what is no file', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100) });
    const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'pipe')];
    const archive = join(folder, 'm.fwz');
    await finish(compress({ input, output: archive }, context()));
    execFileSync('mkfifo', [output]);
    const { exportModel } = await loadExports();
    const jobs = [
      compress({ input, output, overwrite: true }, context()),
      restore({ archive, output, overwrite: true }, context()),
      exportModel({ input, target: 'safetensors-f16', output, overwrite: true }, context()),
    ];
    for (const job of jobs) {
      const failure = expect(finish<unknown>(job)).rejects;
      await failure.toMatchObject({ code: 'USAGE', message: expect.stringContaining('stays as it is') as string });
    }
    expect((await stat(output)).isFIFO()).toBe(true);
  });

  test('takes over what a killed run left unfinished', async () => {
    const left = Buffer.concat([encodeHeader(), Buffer.alloc(500_000, 1)]);
    const folder = await folderWith({
      'm.safetensors': mixedModel(100),
      'out.fwz.partial': left,
      'other.fwz.partial': '',
      'back.fw-partial': Buffer.alloc(1000),
    });
    const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
    const { report } = await finish(compress({ input, output }, context()));
    expect((await stat(output)).size).toBe(report.bytesOut);
    await finish(compress({ input, output: join(folder, 'other.fwz') }, context()));
    await finish(restore({ archive: output, output: join(folder, 'back') }, context()));
    expect((await readdir(folder)).sort()).toEqual(['back', 'm.safetensors', 'other.fwz', 'out.fwz']);
  });

  test('says which folder of an output is missing, in words of the person who named it', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100) });
    const [input, archive] = [join(folder, 'm.safetensors'), join(folder, 'm.fwz')];
    await finish(compress({ input, output: archive }, context()));
    const output = join(folder, 'missing', 'out');
    const { exportModel } = await loadExports();
    for (const job of [
      compress({ input, output }, context()),
      exportModel({ input, target: 'safetensors-f16', output }, context()),
      exportModel({ input: archive, target: 'safetensors-f16', output }, context()),
    ])
      await expect(finish<unknown>(job)).rejects.toMatchObject({
        code: 'FOLDER_MISSING',
        message: `"${output}" cannot be written: there is no folder "${join(folder, 'missing')}".`,
      });
    expect((await readdir(folder)).sort()).toEqual(['m.fwz', 'm.safetensors']);
  });

  test("leaves a stranger's file alone that has the name of a journal, and a journal that is the input", async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100), 'out.fwz.journal': 'a diary' });
    const input = join(folder, 'm.safetensors');
    await mkdir(join(folder, 'folder.fwz.journal'));
    for (const name of ['out.fwz', 'folder.fwz'])
      await expect(finish(compress({ input, output: join(folder, name) }, context()))).rejects.toMatchObject({
        code: 'USAGE',
        facts: { path: join(folder, `${name}.journal`) },
      });
    expect(await readFile(join(folder, 'out.fwz.journal'), 'utf8')).toBe('a diary');

    const journal = join(folder, 'm.fwz.journal');
    await writeFile(journal, '01234567 {"journal":1');
    await expect(finish(compress({ input: journal, output: join(folder, 'm.fwz') }, context()))).rejects.toMatchObject({
      code: 'USAGE',
      facts: { path: journal },
    });
    expect(await readFile(journal, 'utf8')).toBe('01234567 {"journal":1');
    // One that a killed run left makes way.
    await finish(compress({ input, output: join(folder, 'm.fwz') }, context()));
    expect((await readdir(folder)).filter((name) => name.endsWith('.journal'))).toEqual([
      'folder.fwz.journal',
      'out.fwz.journal',
    ]);
  });

  test("leaves a stranger's file alone that has the name of an unfinished one", async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100), 'out.fwz.partial': 'a download' });
    await mkdir(join(folder, 'folder.fwz.partial'));
    for (const name of ['out.fwz', 'folder.fwz'])
      await expect(
        finish(compress({ input: join(folder, 'm.safetensors'), output: join(folder, name) }, context())),
      ).rejects.toMatchObject({ code: 'USAGE', facts: { path: join(folder, `${name}.partial`) } });
    expect(await readFile(join(folder, 'out.fwz.partial'), 'utf8')).toBe('a download');
    expect((await readdir(folder)).sort()).toEqual(['folder.fwz.partial', 'm.safetensors', 'out.fwz.partial']);
  });

  test('is whole when two runs write to the same name', async () => {
    const bytes = mixedModel(400_000);
    const folder = await folderWith({ 'm.safetensors': bytes });
    const [input, output] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
    const runs = await Promise.allSettled([1, 2].map(() => finish(compress({ input, output }, context()))));
    expect(runs.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    await finish(verify({ archive: output, against: input }, context()));
    expect((await readdir(folder)).sort()).toEqual(['m.safetensors', 'out.fwz']);
  });

  test('is not there after the work was stopped, which takes less than a second', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(1_500_000) });
    const stop = new AbortController();
    const job = async (): Promise<void> => {
      const output = join(folder, 'out.fwz');
      for await (const event of compress(
        { input: join(folder, 'm.safetensors'), output, preset: 'smallest' },
        context(stop.signal),
      ))
        if (event.type === 'progress') stop.abort();
    };
    await expect(job()).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });

  test('comes from threads that finished, stopped and failed jobs left, as from new ones', async () => {
    const bytes = mixedModel(400_000);
    const folder = await folderWith({ 'm.safetensors': bytes, 'bad.fwz': 'no archive' });
    const [input, archive] = [join(folder, 'm.safetensors'), join(folder, 'out.fwz')];
    const { spawnWorker } = context();
    for (let round = 0; round < 3; round++) {
      await finish(compress({ input, output: archive, overwrite: true }, { spawnWorker }));
      for await (const event of verify({ archive }, { spawnWorker })) if (event.type === 'progress') break;
      await expect(finish(verify({ archive: join(folder, 'bad.fwz') }, { spawnWorker }))).rejects.toMatchObject({
        code: 'DAMAGED',
      });
      await finish(verify({ archive, against: input }, { spawnWorker }));
    }
  });

  test('is not there when nobody listens to the end', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(500_000) });
    for await (const event of compress({ input: join(folder, 'm.safetensors') }, context()))
      if (event.type === 'progress') break;
    expect(await readdir(folder)).toEqual(['m.safetensors']);
  });

  test('that is or ends like a folder has one restored file in it, and a tensor', async () => {
    const bytes = mixedModel(100);
    const folder = await folderWith({ 'm.safetensors': bytes, 'there/some': '' });
    const archive = join(folder, 'm.fwz');
    const { report } = await finish(compress({ input: join(folder, 'm.safetensors'), output: archive }, context()));
    const [{ name: tensor } = { name: '' }] = report.tensors;
    for (const output of [join(folder, 'there'), join(folder, 'new', '/')]) {
      const { report: whole } = await finish(restore({ archive, output }, context()));
      expect(whole.output).toBe(join(output, 'm.safetensors'));
      expect(Buffer.compare(await readFile(whole.output), bytes)).toBe(0);
      const { report: one } = await finish(restore({ archive, output, tensor }, context()));
      expect(one.output).toBe(join(output, 'm.tensor.bin'));
    }
  });

  test('of several files goes to a folder, nothing outside it', async () => {
    const folder = await folderWith({
      'a/model.safetensors': mixedModel(100),
      'a/config.json': '{}',
      'a/README.md': '# hello',
    });
    const archive = join(folder, 'a.fwz');
    await finish(compress({ input: join(folder, 'a'), output: archive }, context()));
    await mkdir(join(folder, 'b'));
    await finish(restore({ archive, output: join(folder, 'b') }, context()));
    for (const name of ['model.safetensors', 'config.json', 'README.md'])
      expect(await readFile(join(folder, 'b', name))).toEqual(await readFile(join(folder, 'a', name)));
  });

  test('needs a budget that can be kept and an input that exists', async () => {
    const folder = await folderWith({ 'm.safetensors': mixedModel(100) });
    const input = join(folder, 'm.safetensors');
    await expect(finish(compress({ input, memoryBytes: 1000 }, context()))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(finish(compress({ input, threads: 0 }, context()))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(finish(compress({ input: join(folder, 'none') }, context()))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await writeFile(join(folder, 'not.fwz'), 'hello');
    await expect(finish(restore({ archive: join(folder, 'not.fwz') }, context()))).rejects.toMatchObject({
      code: 'DAMAGED',
    });
  });
});
