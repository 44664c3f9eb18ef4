import { readdir } from 'node:fs/promises';
import { Counter, Gauge } from 'prom-client';
import { registry } from './registry.ts';

const registers = [registry];
const MICROSECONDS = 1e6;

/**
 * What Prometheus' own clients tell of a process, as far as it costs nothing between scrapes. prom-client's
 * defaults keep a timer of 10 ms and an observer of garbage collections running.
 */
export function observeProcess(): void {
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Total user and system CPU time spent in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / MICROSECONDS);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    registers,
  }).set(Math.round(Date.now() / 1000 - process.uptime()));
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    registers,
    async collect() {
      // Less the one that reads the folder.
      this.set((await readdir('/proc/self/fd')).length - 1);
    },
  });
  new Gauge({
    name: 'nodejs_eventloop_lag_seconds',
    help: 'How long work waited for its turn when the metrics were asked for.',
    registers,
    async collect() {
      const asked = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      this.set((performance.now() - asked) / 1000);
    },
  });
}
