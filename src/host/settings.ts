import type { z } from 'zod';
import { defaultSettings, type Settings, type settingsChanges } from '../contract/settings.ts';

/** The settings as they are now, and a way to change some of them. */
export interface SettingsKeeper {
  current(): Settings;
  change(changes: z.infer<typeof settingsChanges>): Settings;
}

export function createSettings(changed: (settings: Settings) => void): SettingsKeeper {
  let settings = defaultSettings;
  return {
    current: () => settings,
    change(changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      settings = { ...settings, ...(Object.fromEntries(given) as Partial<Settings>) };
      changed(settings);
      return settings;
    },
  };
}
