import type { Schemas } from '@/api/client';
import { useWords } from '@/i18n/useWords';
import { Status, type Tone } from '@/parts/values';

type Standing = Schemas['DeploymentStatus']['standing'];
type Phase = Schemas['ReplicaStatus']['phase'];

const STANDINGS: Readonly<Record<Standing, Tone>> = {
  serving: 'ok', partial: 'warn', loading: 'warn', waiting: 'warn', idle: 'idle', switched_off: 'idle', failed: 'bad', removing: 'idle', unknown: 'idle',
};

export function StandingWord({ of }: { of: Standing }) {
  const w = useWords();
  return <Status tone={STANDINGS[of]}>{w('standing', of)}</Status>;
}

export function PhaseWord({ of }: { of: Phase }) {
  const w = useWords();
  return <Status tone={of === 'ready' ? 'ok' : of === 'failed' ? 'bad' : of === 'asleep' ? 'idle' : 'warn'}>{w('phase', of)}</Status>;
}
