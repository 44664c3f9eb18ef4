import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 100;

/** Passes on what is appended to a file, which has to be there, until `over` resolves and all of it is passed on. */
export async function follow(
  path: string,
  over: Promise<unknown>,
  pass: (text: Buffer) => void,
): Promise<void> {
  let isOver = false;
  const end = over.finally(() => {
    isOver = true;
  });
  await using file = await open(path);
  const chunk = Buffer.alloc(64 * 1024);
  for (;;) {
    const wasOver = isOver;
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead > 0) pass(Buffer.from(chunk.subarray(0, bytesRead)));
    else if (wasOver) return;
    else await Promise.race([sleep(EVERY_MS), end]);
  }
}
