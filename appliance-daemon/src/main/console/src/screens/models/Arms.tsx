import { Button, Group, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { api, refresh, tag, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Confirm } from '@/parts/Confirm';
import { Panel } from '@/parts/Page';
import { count, millis, percent } from '@/text/figures';
import { money } from '@/text/money';

import type { Model } from './fields';
import { text } from './text';

/** A canary: how its arms do against the control, and the two ways to end it. */
export function Arms({ of, now }: { of: Model; now: Schemas['RouteStatus'] }) {
  const t = useText(text);
  const w = useWords();
  const mayChange = useMay('change');
  const [act, setAct] = useState<{ promote: string } | 'rollback' | null>(null);
  const all = now.arms.reduce((sum, arm) => sum + arm.share, 0);
  const params = { path: { id: of.id }, header: { 'If-Match': tag(of.version) } };
  const done = async () => {
    notifications.show({ message: t('done') });
    await refresh();
  };
  return (
    <Panel
      title={t('canary', { name: of.route?.split?.name ?? '' })}
      pad={false}
      actions={
        mayChange && (
          <Button size="compact-sm" variant="default" onClick={() => setAct('rollback')}>
            {t('rollback')}
          </Button>
        )
      }
    >
      <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('split')}>
        <Table className="table" aria-label={t('split')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('arm')}</Table.Th>
              <Table.Th className="number">{t('armShare')}</Table.Th>
              <Table.Th className="number">{t('calls')}</Table.Th>
              <Table.Th className="number">{t('success')}</Table.Th>
              <Table.Th className="number" visibleFrom="sm">{t('firstByte')}</Table.Th>
              <Table.Th className="number" visibleFrom="sm">{t('costPerCall')}</Table.Th>
              <Table.Th visibleFrom="md">{t('verdict')}</Table.Th>
              {mayChange && <Table.Th aria-hidden />}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {now.arms.map((arm, place) => (
              <Table.Tr key={arm.name}>
                <Table.Td>
                  {arm.name}
                  <Text size="xs" c="dimmed">
                    {arm.targets.join(', ')}
                  </Text>
                </Table.Td>
                <Table.Td className="number">{percent(all === 0 ? 0 : arm.share / all)}</Table.Td>
                <Table.Td className="number">{count(arm.calls)}</Table.Td>
                <Table.Td className="number">
                  {arm.success ? `${percent(arm.success.rate, 1)}` : '–'}
                  {arm.success && (
                    <Text size="xs" c="dimmed">
                      {percent(arm.success.low, 1)} – {percent(arm.success.high, 1)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="number" visibleFrom="sm">
                  {millis(arm.firstByteMillis)}
                  {arm.firstByteMarginMillis !== null && (
                    <Text size="xs" c="dimmed">
                      ± {millis(arm.firstByteMarginMillis)}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td className="number" visibleFrom="sm">{money(arm.costPerCall, now.currency)}</Table.Td>
                <Table.Td visibleFrom="md">
                  {place === 0 ? t('control') : `${t('success')}: ${w('verdict', arm.successVerdict)} · ${t('firstByte')}: ${w('verdict', arm.firstByteVerdict)}`}
                </Table.Td>
                {mayChange && (
                  <Table.Td>
                    <Group justify="flex-end">
                      <Button size="compact-xs" variant="default" onClick={() => setAct({ promote: arm.name })} aria-label={`${t('promote')}: ${arm.name}`}>
                        {t('promote')}
                      </Button>
                    </Group>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {act === 'rollback' && (
        <Confirm
          title={t('rollback')}
          name={of.name}
          verb={t('rollback')}
          close={() => setAct(null)}
          act={async () => {
            await api.POST('/api/v1/models/{id}/route/split/rollback', { params });
            await done();
          }}
        >
          {t('rollbackWhat')}
        </Confirm>
      )}
      {act !== null && act !== 'rollback' && (
        <Confirm
          title={`${t('promote')}: ${act.promote}`}
          name={of.name}
          verb={t('promote')}
          close={() => setAct(null)}
          act={async () => {
            await api.POST('/api/v1/models/{id}/route/split/promote', { params, body: { arm: act.promote } });
            await done();
          }}
        >
          {t('promoteWhat', { arm: act.promote })}
        </Confirm>
      )}
    </Panel>
  );
}
