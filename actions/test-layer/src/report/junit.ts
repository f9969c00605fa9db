import type { SkippedCase } from '../cases/select.ts';
import { describeReason } from '../describe-reason.ts';
import { hasPassed, type Report, type Result } from '../report.ts';

/** Renders JUnit XML for test viewers: https://github.com/testmoapp/junitxml. Times are in seconds. */
export function toJUnit({ target, failed, skipped, results }: Report): string {
  const total = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  const tests = results.length + skipped.length;
  const counts = `tests="${tests}" failures="${failed}" errors="0" skipped="${skipped.length}" time="${total}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="Layer tests" ${counts}>`,
    `<testsuite name="${escapeXml(target)}" ${counts}>`,
    ...results.map(toTestCase),
    ...skipped.map(toSkippedCase),
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function toSkippedCase({ name, reason }: SkippedCase): string {
  return `  <testcase ${nameAttributes(name)} time="0"><skipped message="${escapeXml(reason)}"/></testcase>`;
}

function toTestCase(result: Result): string {
  const { name, source, milliseconds, reasons, log, reproduce } = result;
  const start = `  <testcase ${nameAttributes(name)} file="${escapeXml(source)}" time="${milliseconds / 1000}"`;
  if (hasPassed(result)) return `${start}/>`;
  const texts = reasons.map(describeReason);
  const [title = ''] = (texts[0] ?? '').split('\n');
  const body = escapeXml([...texts, `Run again: ${reproduce}`].join('\n'));
  return [
    `${start}>`,
    `    <failure message="${escapeXml(title)}" type="failure">${body}</failure>`,
    `    <system-out>${escapeXml(log)}</system-out>`,
    '  </testcase>',
  ].join('\n');
}

function nameAttributes(name: string): string {
  const [set = ''] = name.split('/');
  return `classname="${escapeXml(set)}" name="${escapeXml(name)}"`;
}

function escapeXml(text: string): string {
  return (
    text
      // XML 1.0 cannot represent control characters.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .toWellFormed()
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;')
      .replace(/\r/g, '&#13;')
      .replace(/\n/g, '&#10;')
  );
}
