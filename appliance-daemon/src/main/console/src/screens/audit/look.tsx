import type { CallRow } from '@/api/trail';
import { useWords } from '@/i18n/useWords';
import { Status, type Tone } from '@/parts/values';

const TONES: Readonly<Record<string, Tone>> = {
  completed: 'ok', refused: 'warn', failed: 'bad', client_gone: 'idle', cut_by_quota: 'warn', interrupted: 'bad',
};

export function Outcome({ of }: { of: CallRow }) {
  const w = useWords();
  return (
    <Status tone={TONES[of.outcome] ?? 'idle'}>
      {w('outcome', of.outcome)}
      {of.outcome !== 'completed' && of.errorCode ? ` · ${of.errorCode}` : ''}
    </Status>
  );
}
