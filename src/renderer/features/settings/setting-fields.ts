import type { Catalog } from '../../../contract/catalog.ts';
import { defaultSettings, type Settings } from '../../../contract/settings.ts';

type Key = keyof Settings;
interface Choice {
  readonly value: string;
  readonly label: string;
}

interface FieldBase {
  readonly id: Key;
  readonly group: string;
  readonly title: string;
  readonly says: string;
  /** Whether it matters with the others as they are. */
  readonly isShown?: (settings: Settings) => boolean;
}

/** One setting as a form draws it. Numbers are shown in units of `unit` base units; `least` and `most` are in the shown unit. */
export type Field = FieldBase &
  (
    | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
    | { readonly kind: 'switch' }
    | { readonly kind: 'text'; readonly placeholder: string }
    | {
        readonly kind: 'number';
        readonly unit: number;
        readonly suffix: string;
        readonly least: number;
        readonly most?: number;
        readonly empty?: string;
      }
  );

/** The settings as they are on the first day. */
export const defaults: Settings = defaultSettings;

/** Every setting, in the order of the page. */
export function settingFields(catalog: Catalog | undefined): readonly Field[] {
  return [
    {
      ...{ id: 'defaultPreset', group: 'Compressing', title: 'Preset', kind: 'choice' },
      says: 'What is chosen when a model is opened.',
      choices: catalog?.presets.map(({ id, title }) => ({ value: id, label: title })) ?? [],
    },
    {
      ...{ id: 'outputPlace', group: 'Compressing', title: 'Where archives go', kind: 'choice' },
      says: 'Beside the original, all into one folder, or asked each time.',
      choices: [
        { value: 'beside', label: 'Beside the original' },
        { value: 'folder', label: 'Into one folder' },
        { value: 'ask', label: 'Ask each time' },
      ],
    },
    {
      ...{ id: 'outputFolder', group: 'Compressing', title: 'Folder for archives', kind: 'text' },
      says: 'Its full path. Empty: beside the original all the same.',
      placeholder: 'A folder on this machine',
      isShown: ({ outputPlace }) => outputPlace === 'folder',
    },
    {
      ...{ id: 'afterVerify', group: 'Compressing', title: 'The original, once the archive is proved', kind: 'choice' },
      says: 'Keeping it is the safe choice. In the trash it stays until you empty that, and comes back from the archive after.',
      choices: [
        { value: 'keep', label: 'Keep it' },
        { value: 'trash', label: 'Move it to the trash' },
      ],
    },
    {
      ...{ id: 'receiptBesideFile', group: 'Compressing', title: 'Receipt beside the archive', kind: 'switch' },
      says: 'A small file that says what was proved.',
    },
    {
      ...{ id: 'memoryBytes', group: 'This machine', title: 'Memory', kind: 'number' },
      ...{ unit: 2 ** 20, suffix: ' MiB', least: 256 },
      says: 'The most that work may take, whatever the size of the model.',
    },
    {
      ...{ id: 'threads', group: 'This machine', title: 'Threads', kind: 'number' },
      ...{ unit: 1, suffix: '', least: 1, most: 256, empty: 'auto' },
      says: 'How many cores work. Empty: as many as there are.',
    },
    {
      ...{ id: 'diskReserveBytes', group: 'This machine', title: 'Room kept free on a drive', kind: 'number' },
      ...{ unit: 1e9, suffix: ' GB', least: 0 },
      says: 'Work pauses before a drive has less. 0 stands for 5 GB or 2 % of the drive, whichever is more.',
    },
    {
      ...{ id: 'pauseOnBattery', group: 'This machine', title: 'Wait while on battery', kind: 'switch' },
      says: 'Work stands still until the computer has power again. Go on with a job to have it run anyway.',
    },
    {
      ...{ id: 'theme', group: 'Looks', title: 'Theme', kind: 'choice' },
      says: 'Light, dark, or as the system has it.',
      choices: [
        { value: 'system', label: 'As the system' },
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
      ],
    },
    {
      ...{ id: 'motion', group: 'Looks', title: 'Motion', kind: 'choice' },
      says: 'Whether pictures may move.',
      choices: [
        { value: 'system', label: 'As the system' },
        { value: 'reduced', label: 'None' },
        { value: 'full', label: 'Some' },
      ],
    },
    {
      ...{ id: 'notify', group: 'Looks', title: 'Notices', kind: 'switch' },
      says: 'One when all that was asked for is done, if the window is not in front.',
    },
  ];
}
