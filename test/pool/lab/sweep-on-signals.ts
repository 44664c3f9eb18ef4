import { sweep } from './sweep.ts';

/** Ctrl-C and kill take the lab down before the process ends. Returns what gives the signals back. */
export function sweepOnSignals(folder: string): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals) => {
    stop();
    void sweep(folder).finally(() => process.kill(process.pid, signal));
  };
  const stop = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return stop;
}
