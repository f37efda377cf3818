import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Bridge, Reply } from '../contract/host.ts';

const ask = (channel: string, ...words: readonly unknown[]) => ipcRenderer.invoke(channel, ...words) as Promise<Reply>;
const valueOf = (reply: Reply): unknown => ('value' in reply ? reply.value : undefined);

const bridge: Bridge = {
  call: (name, input) => ask('call', name, input),
  on(name, listener) {
    const receive = (_message: unknown, event: unknown) => listener(event);
    ipcRenderer.on(`event:${name}`, receive);
    return () => ipcRenderer.removeListener(`event:${name}`, receive);
  },
  native: {
    pick: async (kind) => valueOf(await ask('pick', kind)) as string | undefined,
    async pathOf(file) {
      // Scripts of the page cannot make a File with a place on the disk; only a drop or a choice by the person can.
      const path = webUtils.getPathForFile(file as File);
      if (path === '') return undefined;
      await ask('dropped', path);
      return path;
    },
    async show(path) {
      await ask('show', path);
    },
    startDrag: (path) => void ask('drag', path),
    opened: async () => valueOf(await ask('opened')) as readonly string[],
  },
};

contextBridge.exposeInMainWorld('featherweight', bridge);
