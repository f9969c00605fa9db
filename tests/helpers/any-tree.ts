import fc from 'fast-check';
import type { Content } from './layer-tree.ts';

/** File names: common ones, and ones that break tools. */
const name = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9._-]{0,12}$/),
  fc.constantFrom(
    'déjà vu',
    '日本語.txt',
    'a b',
    '-rf',
    "it's",
    '$HOME',
    '*',
    '#',
    '&amp;',
    'a;b',
    'Ünï',
    'a%20b',
    '😀',
  ),
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }).map((content) => Buffer.from(content)),
  fc.tuple(fc.string(), fc.nat(5_000)).map(([text, count]) => Buffer.from(text.repeat(count))),
  fc.constant(Buffer.alloc(0)),
);

const content: fc.Arbitrary<Content> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ bytes, mode: fc.constantFrom(0o644, 0o755, 0o600, 0o711, 0o444) }) },
  { weight: 1, arbitrary: name.map((target) => ({ link: target })) },
);

/** A tree with at least one file, by path. No path is both a file and a folder. */
export const anyTree: fc.Arbitrary<Readonly<Record<string, Content>>> = fc
  .uniqueArray(
    fc.tuple(
      fc.array(
        name.map((part) => `${part}.d`),
        { maxLength: 3 },
      ),
      name,
      content,
    ),
    {
      minLength: 1,
      maxLength: 12,
      selector: ([folders, file]) => [...folders, `${file}.f`].join('/'),
    },
  )
  .map((files) =>
    Object.fromEntries(
      files.map(([folders, file, content]) => [[...folders, `${file}.f`].join('/'), content]),
    ),
  );
