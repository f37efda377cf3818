import { shareEvents, type EventMessage } from './shared-events.ts';

const join = shareEvents(() => new EventSource('/events'));

// The worker that all windows of the browser share; it ends with the last of them.
globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent<EventMessage>).ports;
  if (port === undefined) return;
  const leave = join(port);
  port.addEventListener('close', leave);
});
