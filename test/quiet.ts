import { log } from '../src/telemetry/log.ts';

/** Loaded before the tests: what the roles log when they run within mocha's process would drown its report. */
log.level = 'fatal';
