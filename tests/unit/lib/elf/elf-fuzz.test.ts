import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseElf } from '#lib/elf/elf.ts';
import { ElfError } from '#lib/elf/reader.ts';
import { buildElf, x86Interpreter } from '../../../fixtures/elf-builder.ts';
import { parserProperty } from '../../../fuzz/properties.ts';
import { collectSeeds } from '../../../fuzz/seeds.ts';

const seeds = collectSeeds();

test('the seeds contain real files', () => {
  expect(seeds.filter(({ name }) => name.startsWith('/')).length).toBeGreaterThan(1);
});

test('a changed file is either parsed or causes an ElfError', () => {
  fc.assert(parserProperty(seeds), { numRuns: 3000 });
});

test('a truncated file causes an ElfError at any length', () => {
  const whole = buildElf({ interpreter: x86Interpreter, needed: ['liba.so'] });
  for (let length = 0; length < whole.length; length += 1) {
    const parse = (): unknown => parseElf(whole.subarray(0, length));
    expect(parse, `truncated to ${length} bytes`).toThrow(ElfError);
  }
});
