import { useEffect, useEffectEvent } from 'react';
import { useConnection } from '../host/connection.tsx';
import { useOpenModel } from '../host/models.ts';

/** Shows files that are opened from outside of the window, also those that were before it listened. */
export function useOpenedFiles(): void {
  const { host, native } = useConnection();
  const open = useEffectEvent(useOpenModel());
  useEffect(() => {
    const end = host.on('models.opened', ({ path }) => open(path));
    void native?.opened().then((paths) => paths.forEach((path) => open(path)));
    return end;
  }, [host, native]);
}
