import type { Cpu } from '#lib/layer/cpu.ts';

/** What a layer is for, as its name says. */
export interface LayerIdentity {
  /** Such as `8.2`; undefined for a layer that is added to one of any PHP version. */
  readonly php: string | undefined;
  /** `function` and `fpm` have PHP inside; any other kind is the layer's own name, such as `console`. */
  readonly kind: string;
  readonly cpu: Cpu | 'any';
}

/** Reads `[arm-]php-NN[-fpm]` and, as a kind of its own, any other name. `console` has no machine code. */
export function identifyLayer(name: string): LayerIdentity {
  const [, prefix, rest = name] = /^(arm-)?(.+)$/.exec(name) ?? [];
  const [, major, minor, suffix] = /^php-(\d)(\d+)(-fpm)?$/.exec(rest) ?? [];
  const cpu = prefix === undefined ? 'x86' : 'arm';
  if (major === undefined) return { php: undefined, kind: rest, cpu: name === 'console' ? 'any' : cpu };
  return { php: `${major}.${minor}`, kind: suffix === undefined ? 'function' : 'fpm', cpu };
}
