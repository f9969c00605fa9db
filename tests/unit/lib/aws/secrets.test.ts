import { expect, test } from 'vitest';
import { createSecrets, redactError } from '#lib/aws/secrets.ts';
import { describeError } from '#lib/node/errors.ts';

test('redacts secrets in an error, its stack and its causes', () => {
  const secrets = createSecrets();
  secrets.add('s3cr3t', undefined, '');
  const error = new Error('got s3cr3t', { cause: new Error('sent s3cr3t and s3cr3t') });
  redactError(error, secrets);
  expect(describeError(error)).toBe('got ***\n  caused by: sent *** and ***');
  expect(error.stack).not.toContain('s3cr3t');
});

test('leaves a text without secrets unchanged', () => {
  expect(createSecrets().redact('text')).toBe('text');
});
