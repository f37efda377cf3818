import pc from 'picocolors';

/** Colours for terminals only: what is piped or logged, also by a build server, stays plain text. */
export const colors = pc.createColors(
  pc.isColorSupported && (process.stdout.isTTY || process.env['FORCE_COLOR'] !== undefined),
);
