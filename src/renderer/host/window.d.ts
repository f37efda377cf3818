import type { Bridge } from '../../contract/host.ts';

declare global {
  interface Window {
    /** Put there by the preload script of the desktop shell; absent in a browser. */
    readonly featherweight?: Bridge;
  }
}
