import type { SettingsKeeper } from '../settings.ts';
import type { Handlers } from './handlers.ts';

/** What a person chose once for all work. */
export function settingsHandlers(keeper: SettingsKeeper): Handlers<'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => keeper.current(),
    'settings.set': ({ changes }) => keeper.change(changes),
  };
}
