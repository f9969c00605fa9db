import type { Cpu } from '#lib/layer/cpu.ts';

/** The properties of a layer that its name contains. */
export interface LayerIdentity {
  /** PHP version, such as `8.2`; undefined for a layer that works with every version. */
  readonly php: string | undefined;
  /** `function` or `fpm` for a layer with PHP, otherwise the name of the layer, such as `console`. */
  readonly kind: string;
  readonly cpu: Cpu | 'any';
}

/** Reads `[arm-]php-NN[-fpm]`. Any other name is a kind. `console` has no machine code, so it runs on any CPU. */
export function identifyLayer(name: string): LayerIdentity {
  const [, prefix, rest = name] = /^(arm-)?(.+)$/.exec(name) ?? [];
  const [, major, minor, suffix] = /^php-(\d)(\d+)(-fpm)?$/.exec(rest) ?? [];
  const cpu = prefix === undefined ? 'x86' : 'arm';
  if (major === undefined) return { php: undefined, kind: rest, cpu: name === 'console' ? 'any' : cpu };
  return { php: `${major}.${minor}`, kind: suffix === undefined ? 'function' : 'fpm', cpu };
}
