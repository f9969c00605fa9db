import { expect, test } from 'vitest';
import { toResponse } from '../../../tools/serve/response.ts';

const responseTo = (answer: unknown) => {
  const { body, ...rest } = toResponse(typeof answer === 'string' ? answer : JSON.stringify(answer));
  return { ...rest, body: body.toString('latin1') };
};

test('converts an answer to status, headers, cookies and body', () => {
  const answer = {
    statusCode: 201,
    headers: { 'Content-Type': 'text/html', 'Content-Length': '999', 'X-N': 1 },
    cookies: ['a=1; Path=/', 'b=2'],
    body: '<p>',
    isBase64Encoded: false,
  };
  expect(responseTo(answer)).toEqual({
    status: 201,
    headers: ['Content-Type', 'text/html', 'X-N', '1', 'set-cookie', 'a=1; Path=/', 'set-cookie', 'b=2'],
    body: '<p>',
  });
});

test('keeps the bytes of a binary body', () => {
  const answer = {
    statusCode: 200,
    body: Buffer.from([0, 255, 128]).toString('base64'),
    isBase64Encoded: true,
  };
  expect(responseTo(answer)).toEqual({ status: 200, headers: [], body: '\u0000\u00ff\u0080' });
});

test.each([
  ['an object without a status', { a: 1 }, '{"a":1}'],
  ['text', '"text"', '"text"'],
  ['a list', [1], '[1]'],
])('sends %s as a JSON body', (_, answer, body) => {
  expect(responseTo(answer)).toEqual({ status: 200, headers: ['content-type', 'application/json'], body });
});

test.each([
  ['an error', { errorType: 'Exception', errorMessage: 'bad' }, 502, '"errorMessage": "bad"'],
  ['a timeout', 'Task timed out after 29.00 seconds', 504, 'Task timed out'],
  ['no answer', '', 502, 'The function did not start.'],
])('shows %s to the developer', (_, answer, status, body) => {
  const response = responseTo(answer);
  expect(response.status).toBe(status);
  expect(response.body).toContain(body);
});
