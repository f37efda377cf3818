import { HostError } from '../../contract/errors.ts';
import type { Bridge, Host, Reply } from '../../contract/host.ts';

/** The host behind the preload script's object. */
export function bridgeHost(bridge: Bridge): Host {
  return {
    async call(name, input) {
      return unwrap(await bridge.call(name, input)) as never;
    },
    on: (name, listener) => bridge.on(name, (event) => listener(event as never)),
  };
}

/** The value of a reply; throws its error as a `HostError`. */
export function unwrap(reply: Reply): unknown {
  if ('error' in reply) throw new HostError(reply.error);
  return reply.value;
}
