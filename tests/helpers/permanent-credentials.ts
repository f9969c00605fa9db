import type { CredentialSource } from '#lib/aws/credentials.ts';

/** Credentials that never expire and cannot be renewed. */
export const permanentCredentials: CredentialSource = {
  provide: Object.assign(async () => ({ accessKeyId: 'test', secretAccessKey: 'test' }), {
    memoized: true as const,
  }),
  replace: async () => false,
};
