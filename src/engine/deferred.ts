/** A job whose code is loaded when its first event is asked for; a program that starts for another job does not pay for it. */
export function deferredJob<Arguments extends unknown[], Event>(
  load: () => Promise<(...given: Arguments) => AsyncGenerator<Event, void, undefined>>,
): (...given: Arguments) => AsyncGenerator<Event, void, undefined> {
  return async function* (...given) {
    yield* (await load())(...given);
  };
}

/** A function whose code is loaded when it is first called. */
export function deferredCall<Arguments extends unknown[], Result>(
  load: () => Promise<(...given: Arguments) => Result | Promise<Result>>,
): (...given: Arguments) => Promise<Result> {
  return async (...given) => (await load())(...given);
}
