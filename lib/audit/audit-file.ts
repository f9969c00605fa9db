import type { Cpu } from '#lib/layer/cpu.ts';
import type { Audit } from './audit.ts';
import { findFailures } from './findings.ts';

/**
 * Content of `<name>.audit.json`, which audit.schema.json describes. The lower layers have the name `bases` there, as
 * in older releases.
 */
export function toAuditFile(name: string, cpu: Cpu | 'any', audit: Audit) {
  const { runtime, lowerLayers, findings, libraries, unchecked } = audit;
  const verdict = findFailures(findings).length === 0 ? ('passed' as const) : ('failed' as const);
  return {
    schema: 1,
    name,
    cpu,
    verdict,
    runtime,
    bases: lowerLayers,
    findings,
    libraries,
    ...(unchecked && { unchecked }),
  };
}
