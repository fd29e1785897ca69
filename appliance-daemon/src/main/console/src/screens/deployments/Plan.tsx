import { Alert, List, Text } from '@mantine/core';

import type { Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { bytes, count } from '@/text/figures';

import { text } from './text';

/** The planner's verdict, with its reasons. */
export function Plan({ of }: { of: Schemas['DeploymentPlan'] }) {
  const t = useText(text);
  const w = useWords();
  return (
    <Alert color={of.verdict === 'fits' ? 'green' : of.verdict === 'invalid' ? 'red' : 'yellow'} variant="light" c="inherit" title={w('verdict', of.verdict)} role="status">
      {of.replicas.map((replica) => (
        <Text size="sm" key={replica.replica}>
          {t('planWhere', {
            replica: replica.replica + 1, gpus: replica.gpus.map((gpu) => `${gpu.name} (${gpu.index})`).join(', '), total: bytes(replica.memory.total),
            weights: bytes(replica.memory.weights), kv: bytes(replica.memory.kvCache),
          })}
        </Text>
      ))}
      {of.concurrentSequences !== null && of.contextTokens !== null && (
        <Text size="sm">{t('planHolds', { count: count(of.concurrentSequences), context: count(of.contextTokens), longest: count(of.longestContext) })}</Text>
      )}
      {of.neededBytes !== null && of.availableBytes !== null && <Text size="sm">{t('needs', { needed: bytes(of.neededBytes), available: bytes(of.availableBytes) })}</Text>}
      {of.givingWay.length > 0 && <Text size="sm">{t('givesWay', { names: of.givingWay.join(', ') })}</Text>}
      {of.problems.map((problem) => (
        <Text size="sm" key={problem.field + problem.what}>
          {problem.what} {problem.advice}
        </Text>
      ))}
      {of.verdict !== 'fits' && of.reasons.length > 0 && (
        <List size="sm" mt={4}>
          {of.reasons.map((reason) => (
            <List.Item key={reason}>{reason}</List.Item>
          ))}
        </List>
      )}
      {of.wouldFit.length > 0 && (
        <>
          <Text size="sm" fw={600} mt={6}>
            {t('wouldFit')}
          </Text>
          <List size="sm">
            {of.wouldFit.map((one) => (
              <List.Item key={one}>{one}</List.Item>
            ))}
          </List>
        </>
      )}
    </Alert>
  );
}
