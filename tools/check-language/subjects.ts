/** Longest subject that `git log --oneline` and GitHub show in full. */
const longestSubject = 72;

/** Imperatives that look like another form of a verb, because they end in -s, -ed or -ing. */
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

/** Describes the rule that a subject breaks, if any. The form is `area: imperative`, such as `zip: keep symlinks`. */
export function findSubjectFault(subject: string): string | undefined {
  if (subject.length > longestSubject)
    return `must have at most ${longestSubject} characters; it has ${subject.length}`;
  const [, verb] = /^[a-z0-9][a-z0-9 ,./-]*: (?:always )?([a-z][\w-]*)(?: |$)/.exec(subject) ?? [];
  if (verb === undefined) return 'must have the form "area: imperative" in lower case';
  if (!imperatives.has(verb) && /(?:[^s]s|ed|ing)$/.test(verb))
    return `must have an imperative after the area; got "${verb}"`;
  return undefined;
}
