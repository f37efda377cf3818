import { BrowserWindow } from 'electron';

new BrowserWindow();
