import { Registry } from 'prom-client';

/** What this process tells Prometheus. One per process, as the log. */
export const registry = new Registry();
