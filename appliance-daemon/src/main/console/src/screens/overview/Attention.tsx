import { Anchor, List, Skeleton, Text } from '@mantine/core';
import { Link } from 'wouter';

import { $api } from '@/api/client';
import { useOpenAlerts } from '@/api/alerts';
import { useEvery } from '@/api/lists';
import { useMay } from '@/api/session';
import { useSpending } from '@/api/usage';
import { useText } from '@/i18n/messages';
import type { Liveness } from '@/parts/Live';
import { Panel } from '@/parts/Page';
import { Status, type Tone } from '@/parts/values';
import { percentOf } from '@/text/money';
import { ago } from '@/text/times';

import { text } from './text';

const DAY = 86_400_000;
const SOON = 7 * DAY;
const NEAR = 80;

interface Matter {
  id: string;
  tone: Tone;
  text: string;
  to: string;
}

/** What a person should look at: each line leads there. */
export function Attention({ live }: { live: Liveness }) {
  const t = useText(text);
  const mayBox = useMay('view_box');
  const mayUsage = useMay('view_usage');
  const options = { refetchInterval: live.interval };
  const status = $api.useQuery('get', '/api/v1/system/status', {}, { ...options, enabled: mayBox });
  const fleet = $api.useQuery('get', '/api/v1/deployments/status', {}, { ...options, enabled: mayBox });
  const gpus = $api.useQuery('get', '/api/v1/gpus', {}, { ...options, enabled: mayBox });
  const events = $api.useQuery('get', '/api/v1/gpus/events', {}, { refetchInterval: live.beside, enabled: mayBox });
  const keys = useEvery('keys', { state: 'active' });
  const budgets = useEvery('budgets');
  const models = useEvery('models');
  const spent = useSpending(budgets.data ?? [], mayUsage, live.interval);

  const matters: Matter[] = [];
  const alerts = useOpenAlerts();
  const open = alerts ?? [];
  const [newest] = open;
  if (newest) {
    matters.push({
      id: 'alerts', tone: open.some((alert) => alert.severity === 'critical') ? 'bad' : 'warn', to: '/alerts',
      text: t(open.length === 1 ? 'alertOpen' : 'alertsOpen', { count: open.length, about: newest.about }),
    });
  }
  for (const part of status.data?.parts ?? []) {
    if (!part.healthy) matters.push({ id: part.name, tone: 'bad', text: part.message, to: '/system' });
  }
  for (const one of fleet.data?.deployments ?? []) {
    if (['failed', 'partial', 'waiting'].includes(one.standing)) {
      matters.push({
        id: `deployment ${one.name}`, tone: one.standing === 'failed' ? 'bad' : 'warn',
        text: t('deployment', { name: one.name, standing: one.standing, reason: one.reason }), to: one.id ? `/deployments/${one.id}` : '/deployments',
      });
    }
  }
  for (const gpu of (gpus.data?.nodes ?? []).flatMap((node) => node.gpus)) {
    if (gpu.condition !== 'ok') matters.push({ id: gpu.id, tone: 'bad', text: t('gpuLost', { name: gpu.name, condition: gpu.condition }), to: `/gpus/${gpu.id}` });
  }
  for (const event of events.data?.events ?? []) {
    if (event.active && event.severity !== 'info') {
      matters.push({ id: `${event.gpu} ${event.symptom}`, tone: event.severity === 'critical' ? 'bad' : 'warn', text: `${event.text} ${event.advice}`, to: '/gpus?tab=events' });
    }
  }
  for (const budget of budgets.data ?? []) {
    const used = percentOf(spent(budget) ?? '0', budget.amount);
    if (used >= NEAR) {
      matters.push({ id: budget.id, tone: used >= 100 ? 'bad' : 'warn', text: t('budgetNear', { name: budget.scope.name, percent: used }), to: '/limits?tab=budgets' });
    }
  }
  for (const key of keys.data ?? []) {
    // One that was meant for less than a day, as the playground's are, ends as it should.
    if (key.expiresAt && Date.parse(key.expiresAt) - Date.now() < SOON && Date.parse(key.expiresAt) - Date.parse(key.updatedAt) > DAY) {
      matters.push({ id: key.id, tone: 'warn', text: t('keyExpires', { name: key.name, time: ago(key.expiresAt) }), to: `/keys/${key.id}` });
    }
  }
  for (const model of models.data ?? []) {
    for (const warning of model.warnings) matters.push({ id: model.id + warning, tone: 'warn', text: `${model.name}: ${warning}`, to: `/models/${model.id}` });
  }
  // That nothing is wrong is said only when everything was asked.
  const asking = alerts === undefined || [status, fleet, gpus, events, keys, budgets, models].some((query) => query.isLoading);
  return (
    <Panel title={t('attention')}>
      {matters.length === 0 && asking ? (
        <Skeleton height={18} />
      ) : matters.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('nothing')}
        </Text>
      ) : (
        <List listStyleType="none" spacing={6} size="sm">
          {matters.slice(0, 12).map((matter) => (
            <List.Item key={matter.id}>
              <Status tone={matter.tone}>
                <Anchor component={Link} href={matter.to} size="sm" style={{ whiteSpace: 'normal' }}>
                  {matter.text}
                </Anchor>
              </Status>
            </List.Item>
          ))}
        </List>
      )}
    </Panel>
  );
}
