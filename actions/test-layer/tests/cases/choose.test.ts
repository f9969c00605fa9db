import { expect, test } from 'vitest';
import { settings } from '../../../../tests/helpers/cases.ts';
import type { ScriptCase } from '../../src/cases/case.ts';
import { chooseCases } from '../../src/cases/choose.ts';

function script(name: string, options: Partial<ScriptCase> = {}): ScriptCase {
  const command = ['/bin/sh', name] as const;
  const undecided = { target: undefined, emulatedCpu: undefined };
  return { kind: 'script', name, task: '/', source: name, settings, ...undecided, command, ...options };
}

const plain = script('plain');
const slow = script('slow', { emulatedCpu: { timeout: 300, memory: 2048 } });
const exact = script('exact', { emulatedCpu: { skip: 'it measures a second' } });
const remote = script('remote', { target: 'lambda' });
const all = [plain, slow, exact, remote];
const notMeant = { name: 'remote', reason: 'not meant for this target' };

test("on the machine's own CPU, what is for an emulated one does not matter", () => {
  expect(chooseCases(all, { target: 'emulator', cpu: 'arm' }, 'arm')).toEqual({
    chosen: [plain, slow, exact],
    skipped: [notMeant],
  });
});

test('on an emulated CPU, cases have what they need there, and are skipped for the reason that they give', () => {
  expect(chooseCases(all, { target: 'emulator', cpu: 'arm' }, 'x86')).toEqual({
    chosen: [plain, { ...slow, settings: { ...settings, timeout: 300, memory: 2048 } }],
    skipped: [{ name: 'exact', reason: 'it measures a second' }, notMeant],
  });
});

test('Lambda emulates no CPU', () => {
  expect(chooseCases(all, { target: 'lambda', cpu: 'arm' }, 'x86').chosen).toEqual(all);
});

test('where no case is left, the reasons are named', () => {
  expect(() => chooseCases([exact, remote], { target: 'emulator', cpu: 'arm' }, 'x86')).toThrow(
    'None of 2 cases can be run here: it measures a second; not meant for this target.',
  );
});
