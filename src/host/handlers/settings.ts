import { stat } from 'node:fs/promises';
import { HostError } from '../../contract/errors.ts';
import type { Access } from '../files/access.ts';
import type { SettingsKeeper } from '../settings.ts';
import type { Handlers } from './handlers.ts';

/** What a person chose once for all work. A folder for archives is refused when it is chosen, not when all work is to go there. */
export function settingsHandlers(
  keeper: SettingsKeeper,
  access: Pick<Access, 'check'>,
): Handlers<'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => keeper.current(),
    'settings.set': async ({ changes }) => {
      if (changes.outputFolder) await requireFolder(changes.outputFolder, access);
      return keeper.change(changes);
    },
  };
}

async function requireFolder(path: string, { check }: Pick<Access, 'check'>): Promise<void> {
  const status = await stat(await check(path)).catch(() => undefined);
  if (status?.isDirectory() !== true)
    throw new HostError({
      code: 'USAGE',
      message: `"${path}" is no folder, so archives cannot go there. Name one that exists, by its full path.`,
    });
}
