import { join } from 'node:path';
import type { TreeFixture } from '../../../tests/helpers/layer-tree.ts';
import type { Inputs } from '../src/inputs.ts';

/** What the action is asked to do with a tree: a test states only what matters to it. */
export function inputsFor(fixture: TreeFixture, change: Partial<Inputs> = {}): Inputs {
  return {
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
    ...change,
  };
}
