/** What is used of Electron's `powerMonitor`; tests hand in a stand-in. */
export interface PowerMonitor {
  readonly onBatteryPower: boolean;
  on(event: 'on-battery' | 'on-ac', listener: () => void): unknown;
}

/** Tells at once, and at each change, whether the computer runs on its battery. */
export function watchPower(monitor: PowerMonitor, tell: (isOnBattery: boolean) => void): void {
  monitor.on('on-battery', () => tell(true));
  monitor.on('on-ac', () => tell(false));
  tell(monitor.onBatteryPower);
}
