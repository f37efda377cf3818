import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { HostError, type HostErrorData } from '../../contract/errors.ts';
import type { Host, Reply } from '../../contract/host.ts';
import type { Connection } from './connect.ts';
import { unwrap } from './bridge-host.ts';
import { useConnection } from './connection.tsx';
import { fileTraits } from './file-traits.ts';
import { useOpenModel } from './models.ts';

export interface IncomingFile {
  /** One; of several none is opened, since each has a screen of its own. */
  readonly open: (files: readonly File[]) => Promise<void>;
  readonly handOver: HandOver;
  /** Shows what arrived. */
  readonly show: (path: string) => void;
}

/** A file on its way from the browser, and how that ended. */
interface HandOver {
  /** From 0 to 1. */
  readonly incoming?: { readonly name: string; readonly share: number; readonly stop: () => void };
  readonly arrived?: { readonly name: string; readonly path: string };
  readonly error?: HostErrorData;
}

const key = ['incoming'];

/**
 * Opens a dropped or chosen file. The desktop knows where it lies; a browser does not tell, so there it is looked for in the
 * allowed folders, and copied to the server, which is the same machine, where it is not found. That goes on while other screens
 * are looked at, and takes nobody away from them: what has arrived meanwhile waits until it is shown.
 */
export function useIncomingFile(): IncomingFile {
  const { host, native } = useConnection();
  const queries = useQueryClient();
  const openModel = useOpenModel();
  const { data: handOver = {} } = useQuery<HandOver>({ queryKey: key, queryFn: skipToken, gcTime: Infinity });
  const set = (now: HandOver) => queries.setQueryData<HandOver>(key, now);
  const before = useRef(handOver.arrived);
  const show = (path: string) => {
    set({});
    openModel(path);
  };
  const showNew = useEffectEvent(({ arrived }: HandOver) => {
    if (arrived !== undefined && arrived !== before.current) show(arrived.path);
  });
  useEffect(() => showNew(handOver), [handOver]);
  // A failure that was seen does not wait for whoever comes back.
  useEffect(
    () => () => {
      if (queries.getQueryData<HandOver>(key)?.error !== undefined) queries.setQueryData<HandOver>(key, {});
    },
    [queries],
  );

  const open = async (files: readonly File[]) => {
    const [file] = files;
    set(files.length > 1 ? { error: several(files.length) } : {});
    if (file === undefined || files.length > 1) return;
    const { name } = file;
    try {
      const known = await placeOf({ host, native }, file);
      const request = new XMLHttpRequest();
      const sent = (share: number) => set({ incoming: { name, share, stop: () => request.abort() } });
      if (known === undefined) sent(0);
      set({ arrived: { name, path: known ?? (await send(request, file, sent)) } });
    } catch (thrown) {
      if (thrown instanceof HostError && thrown.code === 'CANCELLED') set({});
      else set({ error: thrown instanceof HostError ? thrown : { code: 'INTERNAL', message: String(thrown) } });
    }
  };
  return { open, handOver, show };
}

function several(count: number): HostErrorData {
  const message = `${count} files were dropped, and one is opened at a time. To archive many, name their folder in the zoo.`;
  return { code: 'USAGE', message };
}

/** Where a dropped file lies, if the desktop tells or the host may read it there. */
export function placeOf(
  { host, native }: Pick<Connection, 'host' | 'native'>,
  file: File,
): Promise<string | undefined> {
  return native === undefined ? find(host, file) : native.pathOf(file);
}

/** The file's place, if it is one of those that the host may read. Whatever goes wrong here, the file can still be copied. */
async function find(host: Host, file: File): Promise<string | undefined> {
  if (file.size === 0) return undefined;
  return fileTraits(file)
    .then((traits) => host.call('files.find', traits))
    .then(
      ({ path }) => path,
      () => undefined,
    );
}

/** Sends with XMLHttpRequest, since `fetch` does not tell how much has been sent. */
function send(request: XMLHttpRequest, file: File, sent: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (code: 'IO' | 'CANCELLED', message: string) => reject(new HostError({ code, message }));
    request.upload.onprogress = ({ loaded, total }) => sent(total === 0 ? 1 : loaded / total);
    request.onerror = () => fail('IO', `"${file.name}" could not be read to its end, or is a folder.`);
    request.onabort = () => fail('CANCELLED', 'Stopped.');
    request.onload = () => {
      try {
        if (request.status !== 200) throw new HostError({ code: 'IO', message: request.responseText });
        resolve((unwrap(JSON.parse(request.responseText) as Reply) as { readonly path: string }).path);
      } catch (thrown) {
        reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    };
    request.open('POST', `/upload?name=${encodeURIComponent(file.name)}`);
    request.send(file);
  });
}
