/** Work that reports as it goes on, as an async iterable: it starts when it is read, its failure ends the iteration. */
export async function* lineStream<T>(work: (emit: (line: T) => void) => Promise<void>): AsyncGenerator<T> {
  const lines: T[] = [];
  let wake: () => void = () => undefined;
  let failure: { error: unknown } | undefined;
  let done = false;
  work((line) => {
    lines.push(line);
    wake();
  }).then(
    () => finish(),
    (error) => finish({ error }),
  );
  const finish = (failed?: { error: unknown }): void => {
    failure = failed;
    done = true;
    wake();
  };
  for (;;) {
    while (lines.length > 0) yield lines.shift() as T;
    if (failure) throw failure.error;
    if (done) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
