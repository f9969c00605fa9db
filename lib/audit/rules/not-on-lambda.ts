import type { Rule } from '../rule.ts';

export const notOnLambda: Rule = {
  name: 'not-on-lambda',
  severity: 'error',
  finds: 'A needed library that the container image contains but the Lambda service does not.',
  remedy: 'Put it into lib/ of the layer, or build without it.',
  *check({ resolutions, policy }) {
    for (const { object, name, found } of resolutions) {
      if (found.kind !== 'missing' || !policy.isNotOnLambda(name)) continue;
      const message = `The container image of ${policy.runtime} contains ${name}, but the Lambda service does not.`;
      yield { file: object.path, subject: name, message };
    }
  },
};
