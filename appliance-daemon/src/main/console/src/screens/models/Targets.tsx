import { Box, Button, Group, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { api, given, refresh, type Schemas } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Status } from '@/parts/values';
import { count, fixed, millis } from '@/text/figures';

import type { Model } from './fields';
import { text } from './text';

type TargetStatus = Schemas['TargetStatus'];

/** How each target does right now, and what can be done about it. */
export function Targets({ of, now }: { of: Model; now: Schemas['RouteStatus'] }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  return (
    <Box className="panel">
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('targets')}>
        <Table className="table" aria-label={t('targets')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('target')}</Table.Th>
              <Table.Th>{t('breaker')}</Table.Th>
              <Table.Th className="number" visibleFrom="xs">{t('served')}</Table.Th>
              <Table.Th className="number" visibleFrom="xs">{t('failed')}</Table.Th>
              <Table.Th className="number" visibleFrom="sm">{t('inFlight')}</Table.Th>
              <Table.Th className="number" visibleFrom="md">{t('firstByte')}</Table.Th>
              <Table.Th className="number" visibleFrom="md">{t('speed')}</Table.Th>
              {mayChange && <Table.Th aria-hidden />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {now.targets.map((target) => (
              <Table.Tr key={target.id}>
                <Table.Td>
                  {target.name ? `${target.name}: ` : ''}
                  {target.upstream} / {target.upstreamModel}
                  <Keys of={target} />
                </Table.Td>
                <Table.Td>
                  <Status tone={target.breaker === 'closed' ? 'ok' : target.breaker === 'open' ? 'bad' : 'warn'}>{w('breaker', target.breaker)}</Status>
                  {target.coolDownMillis > 0 && (
                    <Text size="xs" c="dimmed">
                      {t('coolDown', { time: millis(target.coolDownMillis) })}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="number" visibleFrom="xs">{count(target.served)}</Table.Td>
                <Table.Td className="number" visibleFrom="xs" title={Object.entries(target.failures).map(([cause, times]) => `${cause}: ${times}`).join(', ')}>
                  {count(Object.values(target.failures).reduce((all, times) => all + times, 0))}
                </Table.Td>
                <Table.Td className="number" visibleFrom="sm">{count(target.inFlight)}</Table.Td>
                <Table.Td className="number" visibleFrom="md">{latency(target.firstByteMillis ?? target.wholeAnswerMillis)}</Table.Td>
                <Table.Td className="number" visibleFrom="md">{fixed(target.tokensPerSecond, 1)}</Table.Td>
                {mayChange && (
                  <Table.Td>
                    <Actions of={of} target={target} />
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Box>
  );
}

/** A mean that fades: what is left of it after a while tells nothing. */
function latency(mean: number | null): string {
  return millis(mean === null || mean < 0.5 ? null : mean);
}

function Keys({ of }: { of: TargetStatus }) {
  const t = useText(text);
  const bad = of.keys.filter((key) => key.out !== null || key.restMillis > 0);
  return bad.map((key) => (
    <Text key={key.name} size="xs" c="var(--warn)">
      {key.out === null ? t('keyRests', { name: key.name, time: millis(key.restMillis) }) : t('keyOut', { name: key.name, why: key.out })}
    </Text>
  ));
}

function Actions({ of, target }: { of: Model; target: TargetStatus }) {
  const t = useText(text);
  const [busy, setBusy] = useState(false);
  const name = `${target.upstream} / ${target.upstreamModel}`;
  const test = async () => {
    const id = of.targets.find((one) => one.id === target.id)?.upstreamId;
    if (!id) return;
    setBusy(true);
    try {
      const report = given(await api.POST('/api/v1/upstreams/{id}/test', { params: { path: { id } }, body: { model: target.upstreamModel } }));
      notifications.show({
        color: report.works ? 'green' : 'red', title: report.works ? t('testWorks', { target: name, time: millis(report.millis) }) : t('testFails', { target: name }),
        message: report.message, autoClose: report.works ? 5000 : false,
      });
      await refresh();
    } catch (e) {
      notifications.show({ color: 'red', title: t('testFails', { target: name }), message: problemOf(e).detail, autoClose: false });
    } finally {
      setBusy(false);
    }
  };
  const reset = async () => {
    await api.POST('/api/v1/models/{id}/route/targets/{targetId}/reset', { params: { path: { id: of.id, targetId: target.id } } });
    notifications.show({ message: t('resetDone') });
    await refresh();
  };
  return (
    <Group gap={4} justify="flex-end">
      {target.breaker !== 'closed' && (
        <Button size="compact-xs" variant="default" onClick={() => void reset()}>
          {t('reset')}
        </Button>
      )}
      <Button size="compact-xs" variant="default" loading={busy} onClick={() => void test()} aria-label={`${t('test')}: ${name}`}>
        {t('test')}
      </Button>
    </Group>
  );
}
