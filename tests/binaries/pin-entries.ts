import { isRecord, isString } from '#lib/node/json.ts';

/** Throws an error about the file of pins. */
export type Reject = (sentence: string, cause?: unknown) => never;

/**
 * Rejects properties with unknown names. A misspelled optional property would have no effect.
 *
 * @param subject such as `The pins have`
 * @param rest properties whose names are unknown
 */
export function checkNames(subject: string, rest: object, reject: Reject): void {
  const [name] = Object.keys(rest);
  if (name !== undefined) reject(`${subject} no property "${name}". Correct its name or remove it.`);
}

export function checkArchive(archive: unknown, reject: Reject): void {
  const { npm, debian, version, sha256, path, use } = isRecord(archive) ? archive : {};
  const name = npm ?? debian;
  if (!isString(name) || !isString(version)) {
    reject(`An archive must have "npm" or "debian", and "version"; got ${JSON.stringify(archive)}.`);
  }
  if (!isString(sha256) || !/^[0-9a-f]{64}$/.test(sha256)) {
    reject(`"sha256" of ${name} must be 64 hexadecimal digits; got ${JSON.stringify(sha256)}.`);
  }
  if (debian !== undefined && !(isString(path) && path.startsWith('pool/'))) {
    reject(
      `"path" of ${debian} must be a path on a mirror of Debian that begins with pool/; got ${JSON.stringify(path)}.`,
    );
  }
  if (use !== undefined && use !== 'compile') {
    reject(`"use" of ${name} must be "compile" or absent; got ${JSON.stringify(use)}.`);
  }
}

export function checkAdapted(adapted: unknown, reject: Reject): void {
  if (!isRecord(adapted)) {
    reject(`"adapted" must be an object with "from" and "to" by extension; got ${JSON.stringify(adapted)}.`);
  }
  const isVersion = (value: unknown) => isString(value) && /^\d{8}$/.test(value);
  for (const [name, versions] of Object.entries(adapted)) {
    if (!isRecord(versions) || !isVersion(versions.from) || !isVersion(versions.to)) {
      reject(
        `"adapted" must have a "from" and "to" of eight digits for ${name}, such as 20230831; got ${JSON.stringify(versions)}.`,
      );
    }
  }
}

export function checkSkippedCases(skipped: readonly unknown[], reject: Reject): void {
  const names = new Set<string>();
  for (const skip of skipped) {
    const { case: name, lacks, reason, ...rest } = isRecord(skip) ? skip : {};
    if (!isString(name) || !isString(reason) || reason === '') {
      reject(`A skipped case must have "case" and "reason"; got ${JSON.stringify(skip)}.`);
    }
    checkNames('A skipped case has', rest, reject);
    if (lacks !== undefined && !isString(lacks)) {
      reject(`"lacks" of the case "${name}" must be the name of an extension; got ${JSON.stringify(lacks)}.`);
    }
    if (names.has(name)) reject(`The case "${name}" is skipped twice. Remove one of the entries.`);
    names.add(name);
  }
}
