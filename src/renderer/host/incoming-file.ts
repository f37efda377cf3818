import { useRef, useState } from 'react';
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
  readonly cancel: () => void;
  /** The file that is being handed over, from 0 to 1. */
  readonly incoming: { readonly name: string; readonly share: number } | undefined;
  readonly error: HostErrorData | undefined;
}

/**
 * Opens a dropped or chosen file. The desktop knows where it lies; a browser does not tell, so there it is looked for in the
 * allowed folders, and copied to the server, which is the same machine, where it is not found.
 */
export function useIncomingFile(): IncomingFile {
  const { host, native } = useConnection();
  const openModel = useOpenModel();
  const [incoming, setIncoming] = useState<IncomingFile['incoming']>();
  const [error, setError] = useState<HostErrorData>();
  const request = useRef<XMLHttpRequest>(undefined);

  const open = async (files: readonly File[]) => {
    const [file] = files;
    setError(files.length > 1 ? several(files.length) : undefined);
    if (file === undefined || files.length > 1) return;
    try {
      const known = await placeOf({ host, native }, file);
      if (known !== undefined) {
        openModel(known);
        return;
      }
      setIncoming({ name: file.name, share: 0 });
      request.current = new XMLHttpRequest();
      openModel(await send(request.current, file, (share) => setIncoming({ name: file.name, share })));
    } catch (thrown) {
      if (thrown instanceof HostError && thrown.code === 'CANCELLED') return;
      setError(thrown instanceof HostError ? thrown : { code: 'INTERNAL', message: String(thrown) });
    } finally {
      setIncoming(undefined);
    }
  };
  return { open, cancel: () => request.current?.abort(), incoming, error };
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
