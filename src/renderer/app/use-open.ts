import { useLocation } from 'wouter';
import { useConnection } from '../host/connection.tsx';
import { useOpenModel } from '../host/models.ts';

/** Opening a model by the system's dialog, or, where there is none, by the folders that the host may read. */
export function useOpen() {
  const { native } = useConnection();
  const openModel = useOpenModel();
  const [, navigate] = useLocation();
  return {
    canPick: native !== undefined,
    async pick(kind: 'file' | 'folder'): Promise<void> {
      if (native === undefined) {
        navigate('/browse');
        return;
      }
      const path = await native.pick(kind);
      if (path !== undefined) openModel(path);
    },
  };
}
