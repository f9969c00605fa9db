import { isRecord, isString } from '#lib/node/json.ts';

/** Returns the subject of a JSON Web Token without checking its signature; undefined if it has none. */
export function readSubject(token: string): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return isRecord(claims) && isString(claims.sub) ? claims.sub : undefined;
  } catch {
    return undefined;
  }
}
