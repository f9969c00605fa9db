import { expect, test } from 'vitest';
import { findSubjectFault } from '../../../../tools/check-language/subjects.ts';

test.each([
  'zip: keep symlinks',
  'publish-layer: process regions in parallel',
  'docs, tests: rename the input',
  'php-82: pass the flag to configure',
  'php: always bundle the libraries that a build compiled',
])('accepts "%s"', (subject) => {
  expect(findSubjectFault(subject)).toBeUndefined();
});

test.each([
  ['Tests: the compiler that is killed is', 'must have the form "area: imperative" in lower case'],
  ['A closed terminal stops the build', 'must have the form "area: imperative" in lower case'],
  ['zip: Keep symlinks', 'must have the form "area: imperative" in lower case'],
  ['zip: keeps symlinks', 'must have an imperative after the area; got "keeps"'],
  ['zip: kept symlinks fixed', undefined],
  ['zip: fixed symlinks', 'must have an imperative after the area; got "fixed"'],
  ['zip: adding symlinks', 'must have an imperative after the area; got "adding"'],
  [`zip: keep ${'x'.repeat(63)}`, 'must have at most 72 characters; it has 73'],
])('judges "%s"', (subject, fault) => {
  expect(findSubjectFault(subject)).toBe(fault);
});
