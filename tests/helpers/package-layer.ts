import { join } from 'node:path';
import type { Inputs } from '../../actions/package-layer/src/inputs.ts';
import { type Result, run } from '../../actions/package-layer/src/run.ts';
import { testPool } from './deflate-pool.ts';
import type { TreeFixture } from './layer-tree.ts';
import { silentLogger } from './silent-logger.ts';

/** Packages a layer tree as package-layer does, for x86 and into `<fixture.root>/output` by default. */
export function packageLayer(fixture: TreeFixture, inputs: Partial<Inputs> = {}): Promise<Result> {
  const defaults: Inputs = {
    path: fixture.path,
    name: 'layer',
    cpu: 'x86',
    output: join(fixture.root, 'output'),
    metadata: undefined,
    policy: 'al2023',
    baseManifests: [],
    waivers: [],
    prune: true,
    level: 'fast',
    limits: { zip: 52_428_800, unzipped: 262_144_000 },
  };
  const dependencies = { log: silentLogger(), pool: testPool, writeSummary: async () => {} };
  return run({ ...defaults, ...inputs }, dependencies);
}
