import { expect, test } from 'vitest';
import { withoutFolder } from '../../../src/engine/io/without-folder.ts';

function refused(code: string): NodeJS.ErrnoException {
  const path = '/models/out/a.fwz.partial';
  return Object.assign(new Error(`${code}: open '${path}'`), { code, path });
}

test('why an output cannot be made is told by its own name, never by that of an unfinished file', () => {
  const path = '/models/out/a.fwz';
  expect(withoutFolder(refused('EACCES'), path)).toMatchObject({
    ...{ code: 'IO', facts: { path } },
    message: expect.stringMatching(
      /^"\/models\/out\/a\.fwz" is closed: its permissions, or those of a folder/,
    ) as string,
  });
  expect(withoutFolder(refused('ENOSPC'), path).message).toContain('"/models/out/a.fwz")');
  expect(withoutFolder(refused('ENOENT'), path)).toMatchObject({
    ...{ code: 'FOLDER_MISSING', facts: { path: '/models/out' } },
    message: '"/models/out/a.fwz" cannot be written: there is no folder "/models/out".',
  });
});
