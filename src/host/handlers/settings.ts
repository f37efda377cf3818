import { defaultSettings, type Settings } from '../../contract/settings.ts';
import type { Handlers } from './handlers.ts';

/** What a person chose once for all work. */
export function settingsHandlers(changed: (settings: Settings) => void): Handlers<'settings.get' | 'settings.set'> {
  let settings = defaultSettings;
  return {
    'settings.get': () => settings,
    'settings.set': ({ changes }) => {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      settings = { ...settings, ...(Object.fromEntries(given) as Partial<Settings>) };
      changed(settings);
      return settings;
    },
  };
}
