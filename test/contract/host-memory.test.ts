import { MemoryHost } from '../fakes/memory-host.ts';
import { hostContract } from './host.ts';

const CLIENT_STATES = { killed: 'dead', suspended: 'hung', resumed: 'live' } as const;

hostContract('the memory host', async () => {
  const host = new MemoryHost(['one', 'two']);
  return {
    host,
    folder: '/work',
    servers: ['g1', 'g2'],
    volumes: ['one', 'two'],
    bricks: ['/srv/one'],
    writeFile: async (path) => host.writeFile(path),
    setClient: async (target, state) => host.setClient(target, CLIENT_STATES[state]),
    setVolume: async (name, state) => host.setVolume(name, state),
    [Symbol.asyncDispose]: async () => {},
  };
});
