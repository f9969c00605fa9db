/** Longest subject that `git log --oneline` and GitHub show whole. */
const longestSubject = 72;

/** Verbs that look like another form than the imperative. */
const imperatives = new Set([
  'address',
  'bypass',
  'cross',
  'discuss',
  'embed',
  'exceed',
  'express',
  'feed',
  'focus',
  'need',
  'pass',
  'press',
  'process',
  'proceed',
  'seed',
  'shed',
  'speed',
  'bring',
  'ring',
]);

/** The rule that a commit subject breaks, or undefined. The form is `area: imperative`, such as `zip: keep symlinks`. */
export function findSubjectFault(subject: string): string | undefined {
  if (subject.length > longestSubject)
    return `has ${subject.length} characters, and at most ${longestSubject} fit`;
  const [, verb] = /^[a-z0-9][a-z0-9 ,./-]*: ([a-z][\w-]*)(?: |$)/.exec(subject) ?? [];
  if (verb === undefined) return 'must have the form "area: imperative" in lower case';
  if (!imperatives.has(verb) && /(?:[^s]s|ed|ing)$/.test(verb))
    return `must have an imperative after the area; got "${verb}"`;
  return undefined;
}
