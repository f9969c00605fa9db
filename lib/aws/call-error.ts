import { ActionError } from '#lib/node/errors.ts';
import { classifyFault, describeFault, readFault } from './faults.ts';

/** A call that failed for good: what it was, what came back, and what to do. */
export class CallError extends ActionError {
  override name = 'CallError';
  readonly remedy: string;

  constructor(operation: string, cause: unknown) {
    super(describeFault(operation, cause), { cause });
    this.remedy = findRemedy(cause);
  }
}

const remedies: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'Allow the role or user this operation, in this region, on arn:*:lambda:*:*:layer:* (policy: README of publish-layer).',
  AccessDenied: 'Allow the role or user this operation (policy: README of publish-layer).',
  ExpiredTokenException: 'Get new credentials and run again: what is done stays.',
  CodeStorageExceededException:
    'Ask for more storage (Service Quotas, Lambda, "Function and layer storage") or delete what nobody uses in this region.',
  PublicPolicyException:
    "The account's settings forbid public access: lift that for layers, or publish with `visibility: private`.",
  PolicyLengthExceededException: 'Grant an organization instead of its accounts ("organization-id").',
  RequestEntityTooLargeException: 'Send the layer by way of S3 ("s3-bucket"), or make the zip smaller.',
  InvalidParameterValueException: 'Correct the named value in the inputs.',
  ValidationException: 'Correct the named value in the inputs.',
  InvalidSignatureException: "Check the secret key and this machine's clock.",
  NoSuchBucket: 'Create the bucket in this region, or correct "s3-bucket".',
  PermanentRedirect: 'The bucket is in another region: name one a region, with {region} in "s3-bucket".',
  TooManyRequestsException:
    'The 15 requests a second that an account has in a region are used up; run again when less else is going on, or lower "max-rps".',
};

const synonyms: Readonly<Record<string, string>> = {
  ExpiredToken: 'ExpiredTokenException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  AuthorizationHeaderMalformed: 'PermanentRedirect',
  ThrottlingException: 'TooManyRequestsException',
};

/** What to do about a call that failed. */
export function findRemedy(error: unknown): string {
  const { name } = readFault(error);
  const known = remedies[synonyms[name] ?? name];
  if (known !== undefined) return known;
  return classifyFault(error) === 'refused'
    ? 'Correct the cause and run again: what is done stays.'
    : 'Run again: what is done stays, and only the rest is sent.';
}

/**
 * What to do where a region does not know the credentials.
 *
 * @param isValid whether STS, in a region that every account has, still accepts them
 * @param isOptIn whether an account has the region only after enabling it
 */
export function explainUnknownToken(isValid: boolean, isOptIn: boolean): string {
  if (!isValid) return 'STS does not accept the credentials either: get new ones and run again.';
  return isOptIn
    ? 'The credentials work elsewhere, so this region is not enabled for the account: enable it (AWS Account ' +
        'Management, Regions) or take it out of "regions". (A session token of the global STS endpoint is refused ' +
        'here too: take one of a regional endpoint.)'
    : 'The credentials work elsewhere, and every account has this region: run again.';
}
