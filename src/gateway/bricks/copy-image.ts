import { constants } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { Fault } from '../../control/fault.ts';
import { isAbsent } from './device-mark.ts';

/** Reflinks an image into a file that is there and empty, so that this keeps its extent hints; to last. */
export async function copyImage(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if (isAbsent(error))
      throw new Fault('not-found', `${from} is gone: the snapshot was deleted`, { cause: error });
    throw error;
  }
  const file = await open(to, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
