/** An artifact as sources.json contains it. lib/sources/sources.ts explains the fields. */
export interface Pin {
  readonly name: string;
  readonly feed?: string;
  readonly version: string;
  readonly sha256?: string;
  readonly urls?: readonly string[];
  readonly signature?: PinnedSignature;
  readonly debian?: object;
  readonly substitutes?: readonly { readonly signature?: PinnedSignature }[];
}

interface PinnedSignature {
  readonly file?: string;
  readonly keys: readonly string[];
}

/** A release that was downloaded and verified. */
export interface VerifiedRelease {
  readonly version: string;
  readonly sha256: string;
  readonly url: string;
  /** Path of the committed signature, relative to the PHP version's folder. */
  readonly signatureFile?: string;
}

/**
 * Pins another release. If Debian has the previous release, it becomes a substitute, so that machines that cannot reach
 * upstream can still build.
 */
export function repin(pin: Pin, release: VerifiedRelease): Pin {
  const { debian, signature, substitutes = [], version, sha256, urls, ...rest } = pin;
  const isSame = version === release.version;
  const previous = { version, sha256, urls, ...(signature?.file !== undefined && { signature }), debian };
  const kept = isSame || debian === undefined ? substitutes : [previous, ...substitutes];
  return {
    ...rest,
    version: release.version,
    sha256: release.sha256,
    urls: isSame && urls !== undefined ? urls : [release.url],
    ...(signature !== undefined && {
      signature: {
        ...(release.signatureFile !== undefined && { file: release.signatureFile }),
        keys: signature.keys,
      },
    }),
    ...(isSame && debian !== undefined && { debian }),
    ...(kept.length > 0 && { substitutes: kept }),
  };
}

/** Whether the pin has a hash and, if upstream signs, a committed signature. */
export function isComplete({ sha256, signature }: Pin): boolean {
  return sha256 !== undefined && (signature === undefined || signature.file !== undefined);
}

/** Returns the paths of all committed signatures, relative to the PHP version's folder. Substitutes have their own. */
export function signatureFiles(pins: readonly Pin[]): readonly string[] {
  return pins
    .flatMap(({ signature, substitutes = [] }) => [{ signature }, ...substitutes])
    .flatMap(({ signature }) => signature?.file ?? []);
}
