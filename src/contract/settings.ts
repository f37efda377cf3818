import { z } from 'zod';
import { preset } from './jobs.ts';

const bytes = z.int().min(0);

/** What a person may choose once for all work; each has a value from the first start on. */
export const settings = z.strictObject({
  defaultPreset: preset,
  /** `ask` is for the window: the host treats it as `beside`. */
  outputPlace: z.enum(['beside', 'folder', 'ask']),
  outputFolder: z.string().max(4096),
  /** `trash` moves the original of an exact archive to the trash once that is proved, as `originals.replace` does. */
  afterVerify: z.enum(['keep', 'trash']),
  memoryBytes: z.int().min(256 * 2 ** 20),
  threads: z.union([z.literal('auto'), z.int().min(1).max(256)]),
  /** Room that work leaves on a drive; 0 stands for the larger of 5 GB and 2 % of the drive. */
  diskReserveBytes: bytes,
  theme: z.enum(['system', 'light', 'dark']),
  motion: z.enum(['system', 'reduced', 'full']),
  /** Writes `NAME.fwz.receipt.json` beside each new archive. */
  receiptBesideFile: z.boolean(),
  notify: z.boolean(),
  /** Work waits while the computer runs on its battery, where the shell can tell. */
  pauseOnBattery: z.boolean(),
  /** By metric, the smallest change that matters, in the metric's own unit; where it is absent, windows choose one. */
  smallestChanges: z.record(z.string().max(100), z.number().positive()),
});
export type Settings = z.infer<typeof settings>;

export const settingsChanges = settings.partial();

export const defaultSettings: Settings = {
  defaultPreset: 'balanced',
  outputPlace: 'beside',
  outputFolder: '',
  afterVerify: 'keep',
  memoryBytes: 2 ** 30,
  threads: 'auto',
  diskReserveBytes: 0,
  theme: 'system',
  motion: 'system',
  receiptBesideFile: true,
  notify: true,
  pauseOnBattery: false,
  smallestChanges: {},
};
