import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { securityHeaders } from '../contract/content-policy.ts';
import { origin } from './window-address.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Answers requests for the window's files under {@link origin}, with the content policy as a header. The names are listed
 * once at the start, so no address can reach another file.
 */
export async function windowFiles(folder: string): Promise<(request: { readonly url: string }) => Promise<Response>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`${origin}/${relative(folder, path).split(sep).join('/')}`, path]),
  );
  return async ({ url }) => {
    const path = paths.get(url.replace(/[?#].*$/, ''));
    if (path === undefined) return new Response('Not here.', { status: 404, headers: securityHeaders });
    const type = types[extname(path)] ?? 'application/octet-stream';
    const bytes = new Uint8Array(await readFile(path));
    return new Response(bytes, { headers: { ...securityHeaders, 'content-type': type } });
  };
}
