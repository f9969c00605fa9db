/** Pattern of LayerName in botocore's model of Lambda, without the ARN form. */
export const layerNamePattern = /^[a-zA-Z0-9_-]{1,140}$/;

/** The same rule in words, for error messages. */
export const layerNameRule = 'must be 1 to 140 letters, digits, "-" or "_"';

export function isLayerName(name: string): boolean {
  return layerNamePattern.test(name);
}
