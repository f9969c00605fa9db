import { expect, test } from 'vitest';
import { silentLogger } from '../../../../tests/fixtures/silent-logger.ts';
import { followBuild } from '../../src/bake/build-progress.ts';

const compile = {
  digest: 'sha256:1',
  name: '[trees build-environment 2/6] RUN --network=none make',
  started: 't',
};

/** Follows a build with a clock that the test sets. */
function follow() {
  const log = silentLogger();
  const clock = { seconds: 0 };
  const progress = followBuild(log, () => clock.seconds * 1000);
  const print = (text: string, vertex = compile.digest) =>
    send({ logs: [{ vertex, data: Buffer.from(text).toString('base64') }] });
  const send = (status: object) => progress.readLine(JSON.stringify(status));
  return { log, clock, progress, send, print };
}

test('logs a step with its first output, the file that it compiles, and its duration', () => {
  const { log, clock, progress, send, print } = follow();
  send({ vertexes: [compile] });
  clock.seconds = 65;
  expect(print('gcc -O2 -Wall -c /tmp/php/Zend/zend_execute.c -o Zend/zend_execute.o\n')).toHaveLength(1);
  progress.report();
  progress.report();
  clock.seconds = 130;
  send({ vertexes: [{ ...compile, completed: 't' }] });
  send({ vertexes: [{ ...compile, completed: 't' }] });
  expect(log.lines).toEqual([
    ' 1:05 build-environment: RUN make',
    ' 1:05 build-environment: compiling Zend/zend_execute.c',
    ' 2:10 build-environment: RUN make: done in 2:10',
  ]);
});

test("does not log a step from BuildKit's cache", () => {
  const { log, send } = follow();
  send({ vertexes: [compile] });
  send({ vertexes: [{ ...compile, cached: true, completed: 't' }] });
  expect(log.lines).toEqual([]);
});

test('reads a JSON object that has several lines', () => {
  const { log, progress, print } = follow();
  for (const line of JSON.stringify({ vertexes: [compile] }, null, 2).split('\n')) progress.readLine(line);
  print('checking for cc...');
  expect(log.lines).toEqual([' 0:00 build-environment: RUN make']);
});

test('explains a failure by the lines around its first error and its last lines', () => {
  const { progress, send, print } = follow();
  send({ vertexes: [compile] });
  for (let line = 0; line < 5000; line++) print(`cc -c file-${line}.c`);
  print("ext/intl/x.c:3:5: error: unknown type name 'foo'\n");
  for (let line = 0; line < 50; line++) print(`cc -c later-${line}.c`);
  print('make: *** [Makefile:200: all] Error 2\n');
  send({
    vertexes: [
      { ...compile, completed: 't', error: 'process "/bin/sh -c make" did not complete: exit code: 2' },
    ],
  });
  const explanation = progress.explainFailure();
  expect(explanation).toContain('build-environment: RUN make failed: exit code: 2');
  expect(explanation).toContain("error: unknown type name 'foo'");
  expect(explanation).toContain('make: *** [Makefile:200: all] Error 2');
  expect(explanation.split('\n').length).toBeLessThan(20);
});

test('warns about programs that the training leaves out', () => {
  const { log, send, print } = follow();
  send({ vertexes: [compile] });
  print('training: data.php is left out, because this PHP lacks pdo_sqlite\ntraining: language.php\n');
  expect(log.lines).toEqual([
    ' 0:00 build-environment: RUN make',
    'warning: training: data.php is left out, because this PHP lacks pdo_sqlite',
  ]);
});

test('returns lines that are not JSON as output of the client', () => {
  const { progress } = follow();
  expect(progress.readLine('  WARN: no output specified ')).toEqual(['WARN: no output specified']);
  expect(progress.readLine('')).toEqual([]);
});

test('does not report a canceled step as the failed one', () => {
  const { progress, send } = follow();
  const other = { ...compile, digest: 'sha256:2', name: '[trees sqlite 2/2] RUN false' };
  send({ vertexes: [{ ...compile, error: 'context canceled' }] });
  send({ vertexes: [{ ...other, error: 'exit code: 1' }] });
  expect(progress.explainFailure()).toBe('sqlite: RUN false failed: exit code: 1');
});

test('explains a failure by the output of the client if no step failed', () => {
  const { progress } = follow();
  progress.readLine('ERROR: Cannot connect to the Docker daemon');
  expect(progress.explainFailure()).toBe('ERROR: Cannot connect to the Docker daemon');
});
