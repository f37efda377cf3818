import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';

const read = async (path: string) =>
  JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')) as Record<string, unknown>;

test('the packaging is as the schema of electron-builder wants it', async () => {
  const schema = z.fromJSONSchema(await read('node_modules/app-builder-lib/scheme.json'));
  const { build } = await read('package.json');
  expect(schema.safeParse(build).error?.issues).toBeUndefined();
  expect(schema.safeParse({ ...(build as object), asarUnpacked: [] }).success).toBe(false);
  expect(schema.safeParse({ ...(build as object), electronFuses: { runAsNode: 'no' } }).success).toBe(false);
});

test('what runs is packed, and Electron, which everything is packed into, is not packed once more', async () => {
  const { dependencies, devDependencies } = (await read('package.json')) as Record<string, Record<string, string>>;
  // electron-builder refuses to pack otherwise.
  expect(Object.keys(dependencies ?? {}).filter((name) => /^electron(-|$)/.test(name))).toEqual([]);
  expect(Object.keys(devDependencies ?? {})).toContain('electron');
});

test('every fuse that would let others run code in the program is off', async () => {
  const { build } = await read('package.json');
  expect(build).toMatchObject({
    npmRebuild: false,
    electronFuses: {
      ...{ runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false },
      ...{ enableCookieEncryption: true, enableEmbeddedAsarIntegrityValidation: true, onlyLoadAppFromAsar: true },
      grantFileProtocolExtraPrivileges: false,
    },
  });
});

test('the program names itself to Windows as its installer does', async () => {
  const { build } = await read('package.json');
  const entry = await readFile(new URL('../../src/main/index.ts', import.meta.url), 'utf8');
  expect(entry).toContain(`app.setAppUserModelId('${(build as { readonly appId: string }).appId}')`);
});
