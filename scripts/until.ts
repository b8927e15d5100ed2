// Waits for what is only seen by looking again.

const pollMs = 10;
const limitMs = 90_000;

/**
 * Looks every 10 ms, for 90 s at the most.
 * @param what for the error
 * @throws Error naming what did not come in time, with `why` if there is more to say
 */
export async function until(isSo: () => boolean | Promise<boolean>, what = `«${isSo}»`, why: () => string = () => ''): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come within ${limitMs / 1000} s. ${why()}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
