import { basename } from 'node:path';
import type { LayerObject } from '../loader.ts';
import type { Rule, RuleFinding } from '../rule.ts';

export const missingLibrary: Rule = {
  name: 'missing-library',
  severity: 'error',
  finds:
    'A needed library that is in none of the folders that the loader searches, neither in a layer nor in the OS.',
  remedy: 'Put it into lib/ of the layer, or build without it.',
  *check({ resolutions, objects, stack, policy }) {
    const candidates = [...objects, ...stack.lowerObjects];
    for (const { object, name, found } of resolutions) {
      if (found.kind !== 'missing' || policy.isNotOnLambda(name)) continue;
      const elsewhere = candidates.find(({ path }) => basename(path) === name);
      yield { file: object.path, subject: name, ...explain(name, elsewhere, policy.runtime) };
    }
  },
};

function explain(
  name: string,
  elsewhere: LayerObject | undefined,
  runtime: string,
): Pick<RuleFinding, 'message' | 'remedy'> {
  if (elsewhere === undefined) return { message: `Neither ${runtime} nor a layer contains ${name}.` };
  const { path, lowerLayer } = elsewhere;
  const layer = lowerLayer === undefined ? 'The layer' : `The layer ${lowerLayer}`;
  return {
    message: `${layer} contains ${name} as ${path}, but the loader does not search that folder.`,
    remedy: 'Move it to lib/, or give <file> or the executable a DT_RPATH that leads to it.',
  };
}
