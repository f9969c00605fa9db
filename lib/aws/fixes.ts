import { readFault } from './faults.ts';

interface Fix {
  /** Names of AWS's and the SDK's errors. */
  readonly names?: readonly string[];
  /** Pattern of the message, for errors whose name is too general. */
  readonly message?: RegExp;
  readonly fix: string;
}

/** Fixes for errors from AWS and its SDK, for every caller. The first match is used. */
const fixes: readonly Fix[] = [
  {
    message: /cannot be assumed by Lambda/,
    fix: 'The trust policy of the role must name the service lambda.amazonaws.com.',
  },
  {
    message: /Region is missing|Region not accepted/,
    fix: 'Set the region in the input "region" or in AWS_REGION.',
  },
  {
    names: ['CredentialsProviderError'],
    message: /Could not load credentials/,
    fix:
      'Provide credentials through a profile (AWS_PROFILE), through the environment (AWS_ACCESS_KEY_ID, ' +
      'AWS_SECRET_ACCESS_KEY) or, on GitHub, through aws-actions/configure-aws-credentials.',
  },
  {
    names: ['RequestEntityTooLargeException'],
    message: /Request must be smaller/,
    fix:
      'Make the zip smaller, or publish it through a bucket (input "s3-bucket" of publish-layer). To test a zip of more ' +
      'than 50 MB, publish it and give its ARN.',
  },
  {
    names: ['AccessDeniedException', 'AccessDenied'],
    fix: "Allow the role or user this operation. The action's README lists the permissions.",
  },
  {
    names: ['ExpiredTokenException', 'ExpiredToken'],
    fix: 'Get new credentials and run again: finished work stays.',
  },
  {
    names: ['UnrecognizedClientException', 'InvalidClientTokenId'],
    fix: 'Check the credentials (AWS_PROFILE or AWS_ACCESS_KEY_ID), and whether the account has enabled this region.',
  },
  {
    names: ['InvalidSignatureException', 'SignatureDoesNotMatch'],
    fix: "Check the secret key and this machine's clock.",
  },
  {
    names: ['TooManyRequestsException', 'ThrottlingException'],
    fix:
      "Lambda's limit of 15 requests per second per region was reached. Run again when fewer jobs run, or lower " +
      '"max-rps".',
  },
  {
    names: ['CodeStorageExceededException'],
    fix:
      'Request more storage (Service Quotas, Lambda, "Function and layer storage"), or delete unused layer versions ' +
      'and functions in this region.',
  },
  {
    names: ['PublicPolicyException'],
    fix: 'The account blocks public access. Allow it for layers, or publish with `visibility: private`.',
  },
  {
    names: ['PolicyLengthExceededException'],
    fix: 'Grant an organization instead of its accounts ("organization-id").',
  },
  {
    names: ['InvalidParameterValueException', 'ValidationException'],
    fix: 'Correct the named value in the inputs.',
  },
  { names: ['NoSuchBucket'], fix: 'Create the bucket in this region, or correct "s3-bucket".' },
  {
    names: ['PermanentRedirect', 'AuthorizationHeaderMalformed'],
    fix: 'The bucket is in another region. Use one bucket per region, with {region} in "s3-bucket".',
  },
];

/** Returns the known fix of a failed call; undefined if there is none. */
export function findFix(error: unknown): string | undefined {
  const { name } = readFault(error);
  const text = error instanceof Error ? error.message : '';
  return fixes.find(({ names = [], message }) => names.includes(name) || message?.test(text))?.fix;
}
