import { setFlagsFromString } from 'node:v8';

/**
 * Imported first. Every server of a cluster carries these processes, mostly idle, so memory counts for more
 * than the last tenth of speed: V8 would otherwise let its young generation grow to some 100 MB under load
 * and keep it.
 */
setFlagsFromString('--max-semi-space-size=1');
setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--no-maglev');
setFlagsFromString('--memory-saver-mode');
