import { expect, test } from 'vitest';
import { settings } from '../../../../tests/fixtures/cases.ts';
import type { ScriptCase } from '../../src/cases/case.ts';
import { selectCases } from '../../src/cases/select.ts';

function script(name: string, options: Partial<ScriptCase> = {}): ScriptCase {
  const command = ['/bin/sh', name] as const;
  const unspecified = { target: undefined, emulatedCpu: undefined };
  return { kind: 'script', name, task: '/', source: name, settings, ...unspecified, command, ...options };
}

const plain = script('plain');
const slow = script('slow', { emulatedCpu: { timeout: 300, memory: 2048 } });
const timed = script('timed', { emulatedCpu: { skip: 'it measures a second' } });
const remote = script('remote', { target: 'lambda' });
const all = [plain, slow, timed, remote];
const skippedRemote = { name: 'remote', reason: 'only for the target "lambda"' };

test("ignores emulatedCpu on the machine's own CPU", () => {
  expect(selectCases(all, { target: 'emulator', cpu: 'arm' }, 'arm')).toEqual({
    selected: [plain, slow, timed],
    skipped: [skippedRemote],
  });
});

test('applies emulatedCpu on an emulated CPU, and skips cases with their reason', () => {
  expect(selectCases(all, { target: 'emulator', cpu: 'arm' }, 'x86')).toEqual({
    selected: [plain, { ...slow, settings: { ...settings, timeout: 300, memory: 2048 } }],
    skipped: [{ name: 'timed', reason: 'it measures a second' }, skippedRemote],
  });
});

test('ignores emulatedCpu on Lambda', () => {
  expect(selectCases(all, { target: 'lambda', cpu: 'arm' }, 'x86').selected).toEqual(all);
});

test('fails with the reasons if all cases are skipped', () => {
  expect(() => selectCases([timed, remote], { target: 'emulator', cpu: 'arm' }, 'x86')).toThrow(
    'All cases are skipped (2): it measures a second; only for the target "lambda". At least one case must run.',
  );
});
