/** A job whose code is loaded when its first event is asked for; a program that starts for another job does not pay for it. */
export function deferred<Arguments extends unknown[], Event>(
  load: () => Promise<(...given: Arguments) => AsyncGenerator<Event, void, undefined>>,
): (...given: Arguments) => AsyncGenerator<Event, void, undefined> {
  return async function* (...given) {
    yield* (await load())(...given);
  };
}
