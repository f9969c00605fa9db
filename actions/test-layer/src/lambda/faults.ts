import { ActionError } from '#lib/node/errors.ts';

/** What to do about errors that are not about a layer but about who asks, by a part of their name or message. */
const remedies: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [
    /AccessDenied/,
    'The credentials need lambda:PublishLayerVersion, ListLayerVersions, GetLayerVersion, DeleteLayerVersion, ' +
      'CreateFunction, GetFunction, InvokeFunction and DeleteFunction for names that begin with test-layer-, and ' +
      'iam:PassRole for the role.',
  ],
  [/cannot be assumed by Lambda/, 'The trust policy of the role must name the service lambda.amazonaws.com.'],
  [/Region is missing|Region not accepted/, 'Give the region in the input "region" or in AWS_REGION.'],
  [
    /Could not load credentials|CredentialsProviderError|ExpiredToken|UnrecognizedClient|InvalidSignature/,
    'Give credentials by a profile (AWS_PROFILE), by the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or ' +
      'on GitHub with aws-actions/configure-aws-credentials.',
  ],
  [
    /RequestEntityTooLarge|Request must be smaller/,
    'A zip of more than 50 MB cannot be sent; publish it and give its ARN.',
  ],
];

/** Does a call to AWS; what fails says where, which call, the code and the request, and what to do where it is known. */
export async function explained<T>(place: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    throw new ActionError(describeFault(place, cause), { cause });
  }
}

function describeFault(place: string, cause: unknown): string {
  if (cause instanceof ActionError) return cause.message;
  if (!(cause instanceof Error)) return `${place}: ${String(cause)}`;
  const { $metadata } = cause as { $metadata?: { requestId?: string } };
  const id = $metadata?.requestId === undefined ? '' : ` (request ${$metadata.requestId})`;
  const text = `${cause.name}: ${cause.message}${id}`;
  const [, remedy] = remedies.find(([pattern]) => pattern.test(text)) ?? [];
  return `${place}: ${text}${remedy === undefined ? '' : `\n${remedy}`}`;
}
