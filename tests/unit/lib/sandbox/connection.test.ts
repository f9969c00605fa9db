import { afterEach, expect, test } from 'vitest';
import { type Connection, openConnection } from '#lib/sandbox/connection.ts';

const path = '/2015-03-31/functions/function/invocations';

/** HTTP server on its stdin and stdout, like the relay in a container. The request body selects its behavior. */
const server = `
  const { createServer } = require('node:http');
  const { Duplex } = require('node:stream');
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; });
    request.on('end', () => {
      process.stderr.write('got ' + body + '\\n');
      if (body === '"exit"') process.exit(3);
      if (body !== '"silence"') response.end(body === '"text"' ? 'Task timed out' : JSON.stringify([request.url, JSON.parse(body)]));
    });
  });
  const pipes = Duplex.from({ readable: process.stdin, writable: process.stdout });
  server.emit('connection', pipes);
  process.stdin.on('end', () => process.exit(0));
`;

let connection: Connection;
afterEach(async () => {
  await connection.close();
});
const open = () => {
  connection = openConnection([process.execPath, '-e', server]);
  return connection;
};

test('sends several events over one connection, each with its answer', async () => {
  const { invoke, log, close } = open();
  await expect(invoke({ a: 'ü' }, 5000)).resolves.toBe(JSON.stringify([path, { a: 'ü' }]));
  await expect(invoke('text', 5000)).resolves.toBe('Task timed out');
  await expect(invoke(1, 5000)).resolves.toBe(JSON.stringify([path, 1]));
  await expect(close()).resolves.toBe(0);
  expect(log()).toBe('got {"a":"ü"}\ngot "text"\ngot 1\n');
});

test('sends an event of 6 MB completely', async () => {
  const { invoke } = open();
  const event = 'x'.repeat(6 * 2 ** 20);
  await expect(invoke(event, 20_000)).resolves.toBe(JSON.stringify([path, event]));
});

test('fails if the command ends before it answers, and returns its exit code', async () => {
  const { invoke, close, log } = open();
  await expect(invoke('exit', 5000)).rejects.toThrow('The container ended before the function answered.');
  await expect(close()).resolves.toBe(3);
  expect(log()).toContain('got "exit"');
});

test('fails after the timeout if there is no answer', async () => {
  const { invoke } = open();
  await expect(invoke('silence', 300)).rejects.toThrow('The function did not answer within 0.3 s.');
});

test('fails if the command cannot be started', async () => {
  connection = openConnection(['/no/such/docker']);
  await expect(connection.invoke(1, 5000)).rejects.toThrow(
    'The container ended before the function answered.',
  );
  await expect(connection.close()).resolves.toBe(127);
  expect(connection.log()).toContain('/no/such/docker');
});
