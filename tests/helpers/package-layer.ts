import type { Inputs } from '../../actions/package-layer/src/inputs.ts';
import { type Result, run } from '../../actions/package-layer/src/run.ts';
import { testPool } from './deflate-pool.ts';
import type { TreeFixture } from './layer-tree.ts';
import { inputsFor } from './package-inputs.ts';
import { silentLogger } from './silent-logger.ts';

/** Packages a layer tree as package-layer does, for x86 and into `<fixture.root>/output` by default. */
export function packageLayer(fixture: TreeFixture, inputs: Partial<Inputs> = {}): Promise<Result> {
  const dependencies = { log: silentLogger(), pool: testPool, writeSummary: async () => {} };
  return run(inputsFor(fixture, inputs), dependencies);
}
