import { join } from 'node:path';
import type { Inputs } from '../../actions/package-layer/src/inputs.ts';
import type { TreeFixture } from './layer-tree.ts';

/** Returns package-layer's inputs for a layer tree. A test states only the relevant values. */
export function inputsFor(fixture: TreeFixture, change: Partial<Inputs> = {}): Inputs {
  return {
    path: fixture.path,
    name: 'layer',
    cpu: 'x86',
    output: join(fixture.root, 'output'),
    metadata: undefined,
    policy: 'al2023',
    lowerLayerManifests: [],
    waivers: [],
    prune: true,
    level: 'fast',
    limits: { zipBytes: 52_428_800, unzippedBytes: 262_144_000 },
    ...change,
  };
}
