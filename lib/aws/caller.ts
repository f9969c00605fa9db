import type { CredentialSource } from './credentials.ts';
import { isExpired } from './faults.ts';
import { redactError, type Secrets } from './secrets.ts';

export interface CallContext {
  readonly credentials: CredentialSource;
  readonly secrets: Secrets;
  /** Aborts running calls. */
  readonly signal: AbortSignal;
}

/**
 * Returns a function that makes a call. If the credentials have expired and can be renewed, it repeats the call once,
 * which is safe because AWS did not process the refused request. Errors are redacted.
 */
export function createCaller({ credentials, secrets, signal }: CallContext) {
  return async <T>(send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> => {
    const used = await credentials.provide();
    const once = () =>
      send({ abortSignal: signal }).catch((error: unknown) => {
        throw redactError(error, secrets);
      });
    try {
      return await once();
    } catch (error) {
      if (isExpired(error) && (await credentials.replace(used))) return once();
      throw error;
    }
  };
}
