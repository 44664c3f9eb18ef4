import { config } from 'chai';
import { log } from '../src/telemetry/log.ts';

/** Loaded before the tests: what the roles log when they run within mocha's process would drown its report. */
log.level = 'fatal';
/** Of a failure often only the message is kept: it says what was found, never `[ Array(1) ]`. */
config.truncateThreshold = 0;
