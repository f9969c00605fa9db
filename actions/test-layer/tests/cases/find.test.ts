import { join } from 'node:path';
import { expect, test } from 'vitest';
import { settings } from '../../../../tests/fixtures/cases.ts';
import { makeWorkspace } from '../../../../tests/fixtures/workspace.ts';
import { findCases } from '../../src/cases/find.ts';

test('finds cases in the order of folders and names, each with its command', async () => {
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

test('selects the cases whose name contains the filter', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/curl.php', '');
  await workspace.file('set/scripts/intl.php', '');
  const cases = await findCases([join(workspace.path, 'set')], 'curl', settings);
  expect(cases.map(({ name }) => name)).toEqual(['set/scripts/curl.php']);
});

test('rejects a filter that no name contains, with an existing name', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/curl.php', '');
  await expect(findCases([join(workspace.path, 'set')], 'crul', settings)).rejects.toThrow(
    'Input "filter" must be part of a case\'s name, such as set/scripts/curl.php; got "crul".',
  );
});

test('rejects a folder that does not exist', async () => {
  await expect(findCases(['no/such/folder'], undefined, settings)).rejects.toThrow(
    'Input "tests" must list folders that exist; got "no/such/folder".',
  );
});

test.each([
  ['no cases', 'README.md', ''],
  ['only a file that scripts share', 'scripts/_shared.php', ''],
])('rejects a folder with %s, even beside a folder with cases', async (_, file, content) => {
  await using workspace = await makeWorkspace();
  await workspace.file('good/scripts/a.sh', '');
  await workspace.file(`empty/${file}`, content);
  await expect(
    findCases([join(workspace.path, 'good'), join(workspace.path, 'empty')], undefined, settings),
  ).rejects.toThrow(
    /The folder ".*empty" has no cases\. A folder of cases contains scripts\/<name>\.<extension> or invocations\//,
  );
});

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['a script without an interpreter', { 'scripts/a.txt': '' }, 'No interpreter is known for'],
  ['an invocation without expectation', { 'invocations/a/event.json': '1' }, 'has no expected.json'],
  [
    'an expected.json that is not JSON',
    { 'invocations/a/event.json': '1', 'invocations/a/expected.json': '{"answer": }' },
    'expected.json" must contain JSON',
  ],
  [
    'an event.json that is not JSON',
    { 'invocations/a/event.json': '{', 'invocations/a/expected.json': { answer: 1 } },
    'event.json" must contain JSON',
  ],
  [
    'no handler',
    { 'invocations/a/event.json': '1', 'invocations/a/expected.json': { answer: 1 } },
    'must have one file handler.<extension>; got none.',
  ],
  [
    'two handlers',
    {
      'invocations/a/event.json': '1',
      'invocations/a/expected.json': { answer: 1 },
      'invocations/a/handler.php': '',
      'invocations/a/handler.js': '',
    },
    'got handler.js and handler.php.',
  ],
  [
    'a duplicate option',
    {
      'invocations/a/event.json': '1',
      'invocations/a/expected.json': { answer: 1, timeout: 3 },
      'invocations/a/options.json': { timeout: 4 },
      'invocations/a/handler.php': '',
    },
    'options.json: "timeout" is also in expected.json. Remove one of the two.',
  ],
  [
    'options without a script',
    { 'scripts/a.sh': '', 'scripts/b.sh.options.json': {} },
    'has options for the script "b.sh", which does not exist.',
  ],
  [
    'a handler for a script',
    { 'scripts/a.sh': '', 'scripts/a.sh.options.json': { handler: 'x' } },
    'A script cannot have a "handler".',
  ],
  [
    'options that are not JSON',
    { 'scripts/a.sh': '', 'scripts/a.sh.options.json': '{' },
    'options.json" must contain JSON',
  ],
])('rejects a folder with %s', async (_, files, message) => {
  await using workspace = await makeWorkspace();
  for (const [name, content] of Object.entries(files)) await workspace.file(`set/${name}`, content);
  await expect(findCases([join(workspace.path, 'set')], undefined, settings)).rejects.toThrow(message);
});

test('selects one case if the filter is its whole name', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/exit', '', 0o755);
  await workspace.file('set/scripts/exit-late', '', 0o755);
  const cases = await findCases([join(workspace.path, 'set')], 'set/scripts/exit', settings);
  expect(cases.map(({ name }) => name)).toEqual(['set/scripts/exit']);
});

test('reads the handler from the environment or from an option', async () => {
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

test('mounts only the folder app if a case has one', async () => {
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

test('reads the options of a script', async () => {
  await using workspace = await makeWorkspace();
  await workspace.file('set/scripts/a.sh', '');
  await workspace.file('set/scripts/a.sh.options.json', { timeout: 5, target: 'lambda' });
  const found = await findCases([join(workspace.path, 'set')], undefined, settings);
  expect(found).toMatchObject([{ name: 'set/scripts/a.sh', settings: { timeout: 5 }, target: 'lambda' }]);
});
