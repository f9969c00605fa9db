import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../../../../tests/helpers/cases.ts';
import { makeWorkspace } from '../../../../tests/helpers/workspace.ts';
import { findCases } from '../../src/cases/find.ts';

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
  const cases = await findCases([join(path, 'function'), join(path, 'common')], undefined, settings);
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
  const cases = await findCases([join(workspace.path, 'set')], 'curl', settings);
  expect(cases.map(({ name }) => name)).toEqual(['set/scripts/curl.php']);
});

test('a filter that no name contains is refused, with a name that there is', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/curl.php', '');
  await expect(findCases([join(workspace.path, 'set')], 'crul', settings)).rejects.toThrow(
    'Input "filter" must be part of a case\'s name, such as set/scripts/curl.php; got "crul".',
  );
});

test('a folder that does not exist is refused', async () => {
  await expect(findCases(['no/such/folder'], undefined, settings)).rejects.toThrow(
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
      findCases([join(workspace.path, 'good'), join(workspace.path, 'empty')], undefined, settings),
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
  [
    'one option twice',
    {
      'invocations/a/event.json': '1',
      'invocations/a/expected.json': { answer: 1, timeout: 3 },
      'invocations/a/options.json': { timeout: 4 },
      'invocations/a/handler.php': '',
    },
    'options.json" has "timeout", as does expected.json; keep one',
  ],
  ['options of no script', { 'scripts/a.sh': '', 'scripts/b.sh.options.json': {} }, 'is about a script that'],
  [
    'a handler for a script',
    { 'scripts/a.sh': '', 'scripts/a.sh.options.json': { handler: 'x' } },
    'must have no "handler": it is about a script',
  ],
  [
    'options that are no JSON',
    { 'scripts/a.sh': '', 'scripts/a.sh.options.json': '{' },
    'options.json" is not JSON',
  ],
])('a folder with %s is refused', async (_, files, message) => {
  await using workspace = await makeWorkspace();
  for (const [name, content] of Object.entries(files)) await workspace.file(`set/${name}`, content);
  await expect(findCases([join(workspace.path, 'set')], undefined, settings)).rejects.toThrow(message);
});

test('a filter that is the whole name of a case means that case alone', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/exit', '', 0o755);
  await workspace.file('set/scripts/exit-late', '', 0o755);
  const cases = await findCases([join(workspace.path, 'set')], 'set/scripts/exit', settings);
  expect(cases.map(({ name }) => name)).toEqual(['set/scripts/exit']);
});

test('a case may name its handler itself, in either way', async () => {
  await using workspace = await makeWorkspace();
  const events = [{ event: 1, answer: 1 }];
  await workspace.file('set/invocations/a/expected.json', {
    environment: { _HANDLER: 'missing.php' },
    events,
  });
  await workspace.file('set/invocations/b/expected.json', { events });
  await workspace.file('set/invocations/b/options.json', { handler: 'public/index.php', memory: 512 });
  const found = await findCases([join(workspace.path, 'set')], undefined, settings);
  expect(found).toMatchObject([
    { handler: 'missing.php' },
    { handler: 'public/index.php', settings: { memory: 512, timeout: 60 } },
  ]);
});

test('an application is a folder of its own, without what the case is made of', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/invocations/a/expected.json', { events: [{ event: 1, answer: 1 }] });
  await workspace.file('set/invocations/a/app/handler.php', '');
  await workspace.file('set/invocations/b/expected.json', { events: [{ event: 1, answer: 1 }] });
  await workspace.file('set/invocations/b/bootstrap', '');
  const found = await findCases([join(workspace.path, 'set')], undefined, settings);
  expect(found).toMatchObject([
    { handler: 'handler.php', task: join(workspace.path, 'set/invocations/a/app') },
    { handler: 'bootstrap', task: join(workspace.path, 'set/invocations/b') },
  ]);
});

test('a script has its options beside it', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', '');
  await workspace.file('set/scripts/a.sh.options.json', { timeout: 5, target: 'lambda' });
  const found = await findCases([join(workspace.path, 'set')], undefined, settings);
  expect(found).toMatchObject([{ name: 'set/scripts/a.sh', settings: { timeout: 5 }, target: 'lambda' }]);
});
