import { tokens, type Line } from '@/api/usage';
import { approximately } from '@/text/money';

/** By what lines are gathered. */
export const BY = ['department', 'project', 'key', 'model', 'scenario', 'upstream', 'user'] as const;
export type By = (typeof BY)[number];
/** What of them is shown. */
export const MEASURES = ['cost', 'tokens', 'calls'] as const;
export type Measure = (typeof MEASURES)[number];

export function valueOf(measure: Measure, line: Line): number {
  return measure === 'calls' ? line.calls : measure === 'tokens' ? tokens(line) : approximately(line.cost);
}
