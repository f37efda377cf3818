/** Who asks the main process: the frame that a message comes from. */
export interface Frame {
  readonly url: string;
  readonly parent: unknown;
}

/** What the test asks of the main process that runs with a stand-in for Electron; each is answered. */
export type Ask =
  | { readonly ask: 'fetch'; readonly url: string }
  | {
      readonly ask: 'invoke';
      readonly channel: string;
      readonly frame: Frame | null;
      readonly words: readonly unknown[];
    }
  | {
      readonly ask: 'emit';
      readonly of: 'app' | 'contents';
      readonly event: string;
      readonly words: readonly unknown[];
    }
  | { readonly ask: 'permission'; readonly permission: string }
  | { readonly ask: 'new-window' }
  | { readonly ask: 'menu'; readonly entry: string };

/** What the main process made the stand-in do. */
export type Told =
  | { readonly told: 'window'; readonly options: { readonly webPreferences: Readonly<Record<string, unknown>> } }
  | { readonly told: 'load'; readonly url: string }
  | { readonly told: 'send'; readonly channel: string; readonly event: unknown }
  | { readonly told: 'error-box'; readonly title: string; readonly text: string }
  | { readonly told: 'message-box'; readonly message: string; readonly buttons: readonly string[] }
  | { readonly told: 'progress'; readonly part: number }
  | { readonly told: 'badge'; readonly count: number }
  | { readonly told: 'awake'; readonly isKept: boolean }
  | { readonly told: 'recent'; readonly path: string }
  | { readonly told: 'shown'; readonly path: string }
  | { readonly told: 'reload' };

export type Question = Ask & { readonly id: number };
export type Answer = { readonly answers: number; readonly value: unknown };

/** How the test sets the stand-in up, as its environment. */
export interface Setup {
  readonly userData: string;
  /** What the system's dialog gives. */
  readonly picked: string;
  /** Which button of a message box is chosen. */
  readonly button: number;
}

export const setupVariable = 'FEATHERWEIGHT_STAND_IN';
