/** Version numbers by layer and region. */
export type Versions = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * The versions in a JSON text as publish-layer writes it; numbers may be texts, as in Bref's layers.json. Undefined
 * where the text is something else.
 */
export function parseVersions(json: string): Versions | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const versions: Record<string, Record<string, number>> = {};
  for (const [layer, regions] of Object.entries(value)) {
    if (!isRecord(regions)) return undefined;
    const numbers: Record<string, number> = {};
    for (const [region, number] of Object.entries(regions)) {
      if (!/^[1-9]\d*$/.test(String(number))) return undefined;
      numbers[region] = Number(number);
    }
    versions[layer] = numbers;
  }
  return versions;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
