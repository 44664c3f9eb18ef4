import type { z } from 'zod';
import { Fault, invalid } from '../../control/fault.ts';
import type { brickRequest, subvolRequest, VolumeCreateRequest } from '../../glusterd2/wire.ts';
import type { BrickLayout } from '../brick-layout.ts';
import type { NamedBrick, NamedBricksVolume } from '../volumes/create-by-bricks.ts';

type Subvol = z.output<typeof subvolRequest>;
type Flags = VolumeCreateRequest['flags'];

/** What a create request says with `subvols`. Throws `invalid`: the sets must be alike, gluster has one layout a volume. */
export function parseNamedBricks(
  body: VolumeCreateRequest,
): Pick<NamedBricksVolume, 'layout' | 'bricks' | 'force' | 'createDirectories'> {
  const subvols = body.subvols ?? [];
  const [first] = subvols;
  if (first === undefined) throw invalid('subvols', 'brick list is empty; name bricks, or give a size');
  const layouts = subvols.map(parseSubvol);
  const [layout] = layouts;
  if (layout === undefined || layouts.some((one) => JSON.stringify(one) !== JSON.stringify(layout))) {
    throw invalid('subvols', 'all must be of one type, with the same number of bricks');
  }
  const bricks = subvols.flatMap((subvol) => subvol.bricks).map(toNamedBrick);
  // A plain volume's bricks are its sets, however they are grouped.
  const count = layout.kind === 'plain' ? bricks.length : subvols.length;
  return { layout: { ...layout, subvols: count }, bricks, ...parseFlags(body.flags, body.force) };
}

export function toNamedBrick(brick: z.output<typeof brickRequest>): NamedBrick {
  return { peerId: brick.peerid.toLowerCase(), path: brick.path };
}

/** gluster has one word for all of them, `force`. Throws `unsupported` for the one that could overwrite data. */
export function parseFlags(flags: Flags, force: boolean | undefined) {
  if (flags?.['reuse-bricks'] === true) {
    throw new Fault(
      'unsupported',
      'flags.reuse-bricks: bricks of another volume are not taken over; clean them by hand',
    );
  }
  const isForced =
    force === true || flags?.['allow-root-dir'] === true || flags?.['allow-mount-as-brick'] === true;
  return { force: isForced, createDirectories: flags?.['create-brick-dir'] === true };
}

function parseSubvol(subvol: Subvol): BrickLayout {
  const perSet = subvol.bricks.length;
  if (subvol.type === 'disperse') return parseDisperse(subvol, perSet);
  if (subvol.type !== 'replicate') return { kind: 'plain', subvols: 1, perSet: 1, arbiter: false, data: 1 };
  const arbiter = (subvol.arbiter ?? 0) > 0 || subvol.bricks.at(-1)?.type === 'arbiter';
  const copies = arbiter ? perSet - 1 : perSet;
  if (subvol.replica !== undefined && subvol.replica !== perSet && subvol.replica !== copies) {
    throw invalid('subvols.replica', `is not the number of bricks (${perSet})`);
  }
  if (perSet < 2 || perSet > 3 || (arbiter && perSet !== 3)) {
    throw invalid('subvols.bricks', 'a replicate set has 2 or 3 bricks, with an arbiter 3');
  }
  return { kind: 'replica', subvols: 1, perSet, arbiter, data: 1 };
}

function parseDisperse(subvol: Subvol, perSet: number): BrickLayout {
  const redundancy = subvol['disperse-redundancy'] ?? perSet - (subvol['disperse-data'] ?? perSet - 1);
  const isSum = (subvol['disperse-data'] ?? perSet - redundancy) + redundancy === perSet;
  if ((subvol['disperse-count'] ?? perSet) !== perSet || !isSum) {
    throw invalid('subvols.disperse-count', `is not the number of bricks (${perSet})`);
  }
  if (redundancy < 1 || 2 * redundancy >= perSet) {
    throw invalid('subvols.disperse-redundancy', 'must be at least 1 and less than half of the bricks');
  }
  return { kind: 'disperse', subvols: 1, perSet, arbiter: false, data: perSet - redundancy };
}
