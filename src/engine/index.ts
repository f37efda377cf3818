// The public surface of the engine; shells import from here only.
export * from './errors.ts';
export type * from './pipeline/events.ts';
export type * from './pipeline/requests.ts';
