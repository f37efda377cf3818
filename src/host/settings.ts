import type { z } from 'zod';
import {
  defaultSettings,
  settings as settingsSchema,
  type Settings,
  type settingsChanges,
} from '../contract/settings.ts';

/** The settings as they are now, and a way to change some of them. */
export interface SettingsKeeper {
  current(): Settings;
  change(changes: z.infer<typeof settingsChanges>): Settings;
}

/** Begins with what is `stored`, as far as this version knows it. */
export function createSettings(
  stored: Readonly<Record<string, unknown>>,
  changed: (settings: Settings, changes: Partial<Settings>) => void,
): SettingsKeeper {
  let settings = defaultSettings;
  for (const [name, value] of Object.entries(stored)) {
    const { success, data } = settingsSchema.safeParse({ ...settings, [name]: value });
    if (success) settings = data;
  }
  return {
    current: () => settings,
    change(changes) {
      const given = Object.fromEntries(
        Object.entries(changes).filter(([, value]) => value !== undefined),
      ) as Partial<Settings>;
      settings = { ...settings, ...given };
      changed(settings, given);
      return settings;
    },
  };
}
