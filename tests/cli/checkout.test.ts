import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeModel } from '../bench/generate.ts';

// `npm run fw` of a checkout: the bundle under the pinned Node, which is what people and scripts start.
const root = fileURLToPath(new URL('../../', import.meta.url));
let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fw-checkout-'));
  data = await mkdtemp(join(tmpdir(), 'fw-checkout-data-'));
  await copyFile(join(root, 'samples', 'digits.safetensors'), join(folder, 'digits.safetensors'));
});
afterEach(() => Promise.all([folder, data].map((path) => rm(path, { recursive: true }))));

function start(words: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn('npm', ['--prefix', root, 'run', '--silent', 'fw', '--', ...words], {
    cwd: folder,
    env: { ...process.env, FEATHERWEIGHT_DATA: data },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return { child, output: () => output };
}

async function fw(...words: readonly string[]): Promise<{ code: number | null; output: string }> {
  const { child, output } = start(words);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

describe.skipIf(process.platform === 'win32')('the command line of a checkout', () => {
  test('takes paths from where the person stands, and passes the exit code through', async () => {
    const compressed = await fw('compress', 'digits.safetensors');
    expect(compressed.code, compressed.output).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['digits.safetensors', 'digits.safetensors.fwz']);
    expect((await fw('verify', 'digits.safetensors.fwz', '--against', 'digits.safetensors')).code).toBe(0);
    expect((await fw('verify', 'digits.safetensors.fwz', '--sha256', '0'.repeat(64))).code).toBe(1);
    expect((await fw('inspect', 'nothing')).code).toBe(3);
  });

  test('serve tells where it listens and ends well on Ctrl-C', async () => {
    const { child, output } = start(['serve', '--json']);
    while (!output().includes('listening') && child.exitCode === null) await new Promise((go) => setTimeout(go, 20));
    expect(output()).toMatch(/"url":"http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+"/);
    process.kill(-child.pid!, 'SIGINT');
    await once(child, 'close');
    expect(output()).toContain('{"type":"finished","report":{"command":"serve"}}');
  });

  test('one Ctrl-C, which the whole group gets, is one: the work tidies up', async () => {
    await writeModel(join(folder, 'large'), 256 * 2 ** 20);
    const { child, output } = start(['compress', 'large', '--json']);
    while (!output().includes('"progress"') && child.exitCode === null) await new Promise((go) => setTimeout(go, 20));
    process.kill(-child.pid!, 'SIGINT');
    await once(child, 'close');
    expect(output()).toContain('"code":"CANCELLED"');
    expect((await readdir(folder)).sort()).toEqual(['digits.safetensors', 'large']);
  });
});
