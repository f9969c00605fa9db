import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import { parserProperty } from '../../../fuzz/properties.ts';
import { collectSeeds } from '../../../fuzz/seeds.ts';
import { buildElf, x86Interpreter } from '../../../helpers/elf-builder.ts';

const seeds = collectSeeds();

test('there are real files among the seeds', () => {
  expect(seeds.filter(({ name }) => name.startsWith('/')).length).toBeGreaterThan(1);
});

test('no change of a file makes anything but an ElfError', () => {
  fc.assert(parserProperty(seeds), { numRuns: 3000 });
});

test('a small file is read wherever it is cut off', () => {
  const whole = buildElf({ interpreter: x86Interpreter, needed: ['liba.so'] });
  for (let length = 0; length < whole.length; length += 1) {
    const cut = (): unknown => parseElf(whole.subarray(0, length));
    expect(cut, `cut to ${length} bytes`).toThrow(ElfError);
  }
});
