/** One artifact of a sources.json as it is written there; actions/build-php/src/sources/sources.ts says what it means. */
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

/** A release whose bytes were had and verified. */
export interface VerifiedRelease {
  readonly version: string;
  readonly sha256: string;
  readonly url: string;
  /** The committed signature, relative to the version's folder. */
  readonly signatureFile?: string;
}

/**
 * The artifact with another release pinned. A release that Debian keeps goes on as a substitute: it can be had where
 * upstream cannot be reached.
 */
export function repin(pin: Pin, release: VerifiedRelease): Pin {
  const { debian, signature, substitutes = [], version, sha256, urls, ...rest } = pin;
  const isSame = version === release.version;
  const former = { version, sha256, urls, ...(signature?.file !== undefined && { signature }), debian };
  const kept = isSame || debian === undefined ? substitutes : [former, ...substitutes];
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

/** Whether nothing is missing of what is pinned: hash and, where upstream signs, the signature. */
export function isWhole({ sha256, signature }: Pin): boolean {
  return sha256 !== undefined && (signature === undefined || signature.file !== undefined);
}

/** The committed signatures that pins name, relative to the version's folder; a substitute has its own. */
export function signatureFiles(pins: readonly Pin[]): readonly string[] {
  return pins
    .flatMap(({ signature, substitutes = [] }) => [{ signature }, ...substitutes])
    .flatMap(({ signature }) => signature?.file ?? []);
}
