import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findCases } from '../../../actions/test-layer/src/cases.ts';
import { makeWorkspace } from './workspace.ts';

test('cases are found in the order of folders and names, each with what runs it', async () => {
  await using workspace = await makeWorkspace();
  const { path } = workspace;
  await workspace.file('function/scripts/b.php', '<?php');
  await workspace.file('function/scripts/a.sh', 'true');
  await workspace.file('function/scripts/program', '#!/bin/sh', 0o755);
  await workspace.file('function/scripts/_shared.php', '<?php');
  await workspace.file('function/scripts/data/not-run.php', '<?php');
  await workspace.file('function/invocations/echo/handler.php', '<?php');
  await workspace.file('function/invocations/echo/event.json', { a: 1 });
  await workspace.file('function/invocations/echo/expected.json', { answer: 1 });
  await workspace.file('common/scripts/c.py', '');
  const cases = await findCases([join(path, 'function'), join(path, 'common')], undefined);
  expect(cases.map(({ name }) => name)).toEqual([
    'function/scripts/a.sh',
    'function/scripts/b.php',
    'function/scripts/program',
    'function/invocations/echo',
    'common/scripts/c.py',
  ]);
  expect(cases[0]).toMatchObject({
    command: ['/bin/sh', '/var/task/a.sh'],
    task: join(path, 'function/scripts'),
  });
  expect(cases[1]).toMatchObject({ command: ['/opt/bin/php', '/var/task/b.php'] });
  expect(cases[2]).toMatchObject({ command: ['/var/task/program'] });
  expect(cases[3]).toMatchObject({ handler: 'handler.php', task: join(path, 'function/invocations/echo') });
});

test('a filter keeps the cases whose name contains it', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/curl.php', '');
  await workspace.file('set/scripts/intl.php', '');
  const cases = await findCases([join(workspace.path, 'set')], 'curl');
  expect(cases.map(({ name }) => name)).toEqual(['set/scripts/curl.php']);
});

test('a filter that no name contains is refused, with a name that there is', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/curl.php', '');
  await expect(findCases([join(workspace.path, 'set')], 'crul')).rejects.toThrow(
    'Input "filter" must be part of a case\'s name, such as set/scripts/curl.php; got "crul".',
  );
});

test('a folder that does not exist is refused', async () => {
  await expect(findCases(['no/such/folder'], undefined)).rejects.toThrow(
    'Input "tests" must list folders that exist; got "no/such/folder".',
  );
});

test.each([
  ['nothing that is a case', 'README.md', ''],
  ['only what scripts share', 'scripts/_shared.php', ''],
])(
  'a folder with %s is an error that names the rule, also beside one with cases',
  async (_, file, content) => {
    await using workspace = await makeWorkspace();
    await workspace.file('good/scripts/a.sh', '');
    await workspace.file(`empty/${file}`, content);
    await expect(
      findCases([join(workspace.path, 'good'), join(workspace.path, 'empty')], undefined),
    ).rejects.toThrow(
      /No tests in ".*empty"; a folder of cases has scripts\/<name>\.<extension> or invocations\//,
    );
  },
);

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['a script that nothing can run', { 'scripts/a.txt': '' }, 'Nothing can run'],
  ['an invocation without expectation', { 'invocations/a/event.json': '1' }, 'has no expected.json'],
  [
    'an expected.json that is no JSON',
    { 'invocations/a/event.json': '1', 'invocations/a/expected.json': '{"answer": }' },
    'expected.json" is not JSON',
  ],
  [
    'an event.json that is no JSON',
    { 'invocations/a/event.json': '{', 'invocations/a/expected.json': { answer: 1 } },
    'event.json" is not JSON',
  ],
  [
    'no handler',
    { 'invocations/a/event.json': '1', 'invocations/a/expected.json': { answer: 1 } },
    'must have one file handler.<extension>',
  ],
  [
    'two handlers',
    {
      'invocations/a/event.json': '1',
      'invocations/a/expected.json': { answer: 1 },
      'invocations/a/handler.php': '',
      'invocations/a/handler.js': '',
    },
    'it has handler.js and handler.php',
  ],
])('a folder with %s is refused', async (_, files, message) => {
  await using workspace = await makeWorkspace();
  for (const [name, content] of Object.entries(files)) await workspace.file(`set/${name}`, content);
  await expect(findCases([join(workspace.path, 'set')], undefined)).rejects.toThrow(message);
});

test('a case may name its handler itself', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/invocations/a/expected.json', {
    environment: { _HANDLER: 'missing.php' },
    events: [{ event: 1, answer: 1 }],
  });
  const [found] = await findCases([join(workspace.path, 'set')], undefined);
  expect(found).toMatchObject({
    handler: undefined,
    expectation: { environment: { _HANDLER: 'missing.php' } },
  });
});
