import { contextBridge } from 'electron';

contextBridge.exposeInMainWorld('featherweight', {});
