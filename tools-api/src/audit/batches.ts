// Work that is cheaper together: what comes while one batch is being done makes up the next one.

/**
 * @param itemsMax of one batch
 * @param work does a batch; when it rejects, so does everything in it
 * @returns adds one item, and resolves when its batch is done
 */
export function createBatches<T>(itemsMax: number, work: (items: T[]) => Promise<void>): (item: T) => Promise<void> {
  let waiting: { item: T; settle: (done: Promise<void>) => void }[] = [];
  let isWorking = false;
  const drain = async () => {
    isWorking = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, itemsMax);
      waiting = waiting.slice(itemsMax);
      const done = work(batch.map(({ item }) => item));
      for (const { settle } of batch) settle(done);
      await done.catch(() => undefined);
    }
    isWorking = false;
  };
  return async (item) => {
    const done = new Promise<void>((resolve) => waiting.push({ item, settle: resolve }));
    if (!isWorking) void drain();
    await done;
  };
}
