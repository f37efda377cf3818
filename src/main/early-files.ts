import { app } from 'electron';

const early: string[] = [];
let tell: (path: string) => void = (path) => void early.push(path);

/** Listens from the first moment, since macOS names the file that the program is started with before it is ready. */
export function listenForFiles(): void {
  app.on('open-file', (event, path) => {
    event.preventDefault();
    tell(path);
  });
}

/** Gives the files that were opened so far, and tells of those to come. */
export function whenOpened(listener: (path: string) => void): readonly string[] {
  tell = listener;
  return early.splice(0);
}
