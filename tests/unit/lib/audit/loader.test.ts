import { expect, test } from 'vitest';
import { createPathResolver } from '#lib/audit/layer-paths.ts';
import { createProcess, type LayerObject } from '#lib/audit/loader.ts';
import { createPolicy } from '#lib/audit/policy.ts';
import { readPolicy } from '#lib/audit/policy-data.ts';
import { resolveLibraries } from '#lib/audit/processes.ts';

const policy = createPolicy(await readPolicy('al2023'), 'x86');

function object(path: string, elf: Partial<LayerObject['elf']> = {}): LayerObject {
  const emptyFields = {
    interpreter: undefined,
    needed: [],
    soname: undefined,
    rpath: undefined,
    runpath: undefined,
    versionDefinitions: [],
    defines: undefined,
    exports: undefined,
  };
  return { path, lowerLayer: undefined, elf: { ...emptyFields, ...elf } };
}

function contextOf(objects: readonly LayerObject[], links: Readonly<Record<string, string>> = {}) {
  const paths = [...objects.map(({ path }) => path), ...Object.keys(links)];
  const folders = paths.flatMap((path) =>
    path.split('/').map((_, end, parts) => parts.slice(0, end).join('/')),
  );
  const resolvePath = createPathResolver({
    files: new Set(objects.map(({ path }) => path)),
    links: new Map(Object.entries(links)),
    folders: new Set(folders),
  });
  return { policy, resolvePath, objects: new Map(objects.map((one) => [one.path, one])) };
}

/** Lists the searches of a process as `requester name: place`, in the loader's order. */
function trace(
  objects: readonly LayerObject[],
  links: Readonly<Record<string, string>> = {},
): readonly string[] {
  const [main] = objects;
  if (main === undefined) throw new Error('A process needs an executable.');
  const found = createProcess(contextOf(objects, links), main).load(main);
  return found.map(
    ({ object: requester, name, found: place }) =>
      `${requester.path} ${name}: ${place.kind === 'layer' ? place.object.path : place.kind}`,
  );
}

test('the first of two loaded files with one SONAME serves requests for it', () => {
  const main = object('bin/a', { needed: ['libone.so', 'libtwo.so', 'libx.so.1'] });
  const one = object('lib/libone.so', { soname: 'libx.so.1' });
  const two = object('lib/libtwo.so', { soname: 'libx.so.1' });
  expect(trace([main, one, two]).at(-1)).toBe('bin/a libx.so.1: lib/libone.so');
});

test('a file with two names is loaded once, for the first requester', () => {
  const main = object('bin/a', { needed: ['libx.so', 'libq.so'] });
  const library = object('lib/libx.so', { needed: ['libhidden.so'] });
  // Its DT_RPATH leads to the hidden library, but the loader has already loaded the file.
  const late = object('lib/libq.so', { needed: ['libalias.so'], rpath: '/opt/lib/private' });
  const hidden = object('lib/private/libhidden.so');
  expect(trace([main, library, late, hidden], { 'lib/libalias.so': 'libx.so' })).toEqual([
    'bin/a libx.so: lib/libx.so',
    'bin/a libq.so: lib/libq.so',
    'lib/libx.so libhidden.so: missing',
    'lib/libq.so libalias.so: lib/libx.so',
  ]);
});

test('libraries that need each other do not cause an endless loop', () => {
  const main = object('bin/a', { needed: ['libx.so'] });
  const x = object('lib/libx.so', { needed: ['liby.so', 'libx.so'] });
  const y = object('lib/liby.so', { needed: ['libx.so'] });
  expect(trace([main, x, y])).toHaveLength(4);
});

test('a search path with ten thousand missing folders is fast', () => {
  const nowhere = Array.from({ length: 10_000 }, (_, index) => `/opt/no/${index}`).join(':');
  const needed = Array.from({ length: 4000 }, (_, index) => `lib${index}.so`);
  const main = object('bin/a', { needed, rpath: nowhere });
  expect(trace([main])).toHaveLength(4000);
});

test('a plug-in is loaded in the first process that finds all its libraries', () => {
  const first = object('bin/first', { interpreter: policy.interpreter });
  const second = object('bin/second', { interpreter: policy.interpreter, rpath: '/opt/lib/private' });
  const plugin = object('lib/plugin.so', { needed: ['libhidden.so'] });
  const hidden = object('lib/private/libhidden.so');
  const found = resolveLibraries(contextOf([first, second, plugin, hidden]));
  expect(found.map(({ name, found: place }) => `${name} ${place.kind}`)).toEqual(['libhidden.so layer']);
});
