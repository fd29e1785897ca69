import { Anchor, Button, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link, useParams } from 'wouter';

import { $api, api, given, type Schemas } from '@/api/client';
import { useMay } from '@/api/session';
import { adminOf, callOf, changes, type AdminRow, type CallRow, type Entry as TrailEntry } from '@/api/trail';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { CodeBlock } from '@/parts/Copy';
import { Page, Panel } from '@/parts/Page';
import { Failure, Shown } from '@/parts/States';
import { Facts, Simulated } from '@/parts/values';
import { count, fixed, millis } from '@/text/figures';
import { money } from '@/text/money';
import { exactly } from '@/text/times';

import { useDeeds } from './deeds/useDeeds';
import { Outcome } from './look';
import { text } from './text';
import { Waterfall } from './Waterfall';

export default function Entry() {
  const t = useText(text);
  const deeds = useDeeds();
  const { id = '' } = useParams<{ id: string }>();
  const entry = $api.useQuery('get', '/api/v1/audit/{id}', { params: { path: { id } } });
  return (
    <Shown of={entry} rows={8}>
      {(one) => {
        const call = callOf(one);
        const admin = adminOf(one);
        const title = call
          ? call.modelAsked ? t('call', { model: call.modelAsked }) : t('callNoModel')
          : admin ? deeds.line(admin) : `#${one.sequence}`;
        return (
          <Page
            title={title}
            back={
              <Anchor component={Link} href="/audit" size="xs">
                ← {t('all')}
              </Anchor>
            }
            about={call ? <><Outcome of={call} /> · {exactly(call.startedAt)} {call.simulated && <Simulated />}</> : admin ? exactly(admin.at) : undefined}
          >
            {call && <CallBody of={call} entry={one} />}
            {admin && <AdminBody of={admin} />}
            <Chain of={one} />
          </Page>
        );
      }}
    </Shown>
  );
}

function CallBody({ of, entry }: { of: CallRow; entry: TrailEntry }) {
  const t = useText(text);
  const w = useWords();
  const mayBodies = useMay('view_bodies');
  const caller = of.caller;
  return (
    <>
      <Panel title={t('timeline')}>
        <Waterfall of={of} />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Panel title={t('facts')}>
          <Facts
            of={[
              [t('status'), `HTTP ${of.status}`],
              of.errorCode !== undefined && [t('error'), <span className="mono">{of.errorCode}</span>],
              [t('department'), caller ? <Anchor component={Link} href={`/departments/${caller.departmentId}`} size="sm">{caller.departmentName}</Anchor> : t('nobody')],
              caller !== undefined && [t('project'), caller.projectName],
              caller !== undefined && [t('key'), <Anchor component={Link} href={`/keys/${caller.keyId}`} size="sm">{caller.keyName}</Anchor>],
              caller?.userName !== undefined && [t('user'), caller.userName],
              [t('address'), of.clientAddress],
              [t('surface'), `${of.surface}${of.streamed ? ` · ${t('streamed')}` : ''} (${of.dialect})`],
              of.scenario !== undefined && [t('scenario'), of.scenario],
              [t('model'), of.modelAsked ?? '–'],
              of.upstream !== undefined && [t('servedBy'), `${of.upstream} / ${of.modelServed ?? ''}${of.instance ? ` (${of.instance})` : ''}`],
              [t('requestId'), <Anchor component={Link} href={`/audit?range=rall&requestId=${encodeURIComponent(of.requestId)}`} size="sm" className="mono">{of.requestId}</Anchor>],
              [t('traceId'), <Anchor component={Link} href={`/audit?range=rall&traceId=${of.traceId}`} size="sm" className="mono">{of.traceId}</Anchor>],
            ]}
          />
        </Panel>
        <Panel title={t('usage')}>
          <Facts
            of={[
              [t('input'), count(of.usage.inputTokens)],
              of.usage.cachedInputTokens > 0 && [t('cached'), count(of.usage.cachedInputTokens)],
              [t('output'), count(of.usage.outputTokens)],
              of.usage.reasoningTokens > 0 && [t('reasoning'), count(of.usage.reasoningTokens)],
              of.usage.audioMillis > 0 && [t('audio'), millis(of.usage.audioMillis)],
              of.usage.images > 0 && [t('images'), count(of.usage.images)],
              of.usage.characters > 0 && [t('characters'), count(of.usage.characters)],
              [t('source'), w('counted', of.usage.source)],
              [t('cost'), of.cost ? money(of.cost.amount, of.cost.currency) : '–'],
              entry.energy !== null && [t('energy'), `${fixed(Number(entry.energy.wattHours), 3)} Wh`],
              entry.energy !== null && [t('gpuTime'), `${fixed(Number(entry.energy.gpuSeconds), 2)} s`],
              entry.energy !== null && entry.energy.localCosts.length > 0 && [
                t('localCost'), entry.energy.localCosts.map((cost) => money(cost.amount, cost.currency)).join(' + '),
              ],
            ]}
          />
        </Panel>
      </SimpleGrid>
      {mayBodies && <Bodies id={of.id} />}
    </>
  );
}

function Bodies({ id }: { id: string }) {
  const t = useText(text);
  const [bodies, setBodies] = useState<Schemas['AuditBodies'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const read = async () => {
    try {
      setBodies(given(await api.GET('/api/v1/audit/{id}/bodies', { params: { path: { id } } })));
    } catch (e) {
      setError(e);
    }
  };
  return (
    <Panel title={t('bodies')}>
      {error !== null && <Failure error={error} />}
      {bodies === null ? (
        <Stack gap="xs" align="flex-start">
          <Text size="sm" c="dimmed">
            {t('bodiesWhat')}
          </Text>
          <Button variant="default" size="compact-sm" onClick={() => void read()}>
            {t('showBodies')}
          </Button>
        </Stack>
      ) : bodies.request === null && bodies.reply === null ? (
        <Text size="sm" c="dimmed">
          {t('notKept')}
        </Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          {([['request', bodies.request], ['reply', bodies.reply]] as const).map(([name, body]) => (
            <Stack key={name} gap={4}>
              <Text size="sm" fw={600}>
                {t(name)}
                {body?.encoding === 'base64' && ` (${t('base64')})`}
              </Text>
              {body ? <CodeBlock label={t(name)} code={pretty(body.content)} wrap /> : <Text size="sm" c="dimmed">{t('notKept')}</Text>}
            </Stack>
          ))}
        </SimpleGrid>
      )}
    </Panel>
  );
}

const MOST_SHOWN = 200_000;

/** Large bodies are cut: a page that hangs shows nothing at all. */
function pretty(content: string): string {
  if (content.length > MOST_SHOWN) return `${content.slice(0, MOST_SHOWN)}\n…`;
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
}

function AdminBody({ of }: { of: AdminRow }) {
  const t = useText(text);
  const { thing } = useDeeds();
  const different = changes(of.before, of.after);
  const value = (one: unknown) => (one === null ? '–' : typeof one === 'string' ? one : JSON.stringify(one));
  return (
    <>
      <Panel title={t('facts')}>
        <Facts
          of={[
            [t('actor'), of.actor],
            [t('objectType'), thing(of.objectType)],
            [t('objectId'), <Anchor component={Link} href={`/audit?range=rall&objectId=${of.objectId}`} size="sm" className="mono">{of.objectId}</Anchor>],
            of.address !== undefined && [t('address'), of.address],
            of.requestId !== undefined && of.requestId !== '' && [t('requestId'), <span className="mono">{of.requestId}</span>],
          ]}
        />
      </Panel>
      <Panel title={t('changed')} pad={different.length === 0}>
        {different.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('nothingChanged')}
          </Text>
        ) : (
          <Table className="table" aria-label={t('changed')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('field')}</Table.Th>
                <Table.Th>{t('before')}</Table.Th>
                <Table.Th>{t('after')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {different.map((one) => (
                <Table.Tr key={one.field}>
                  <Table.Td>{one.field}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value(one.before)}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value(one.after)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Panel>
    </>
  );
}

function Chain({ of }: { of: TrailEntry }) {
  const t = useText(text);
  return (
    <Panel title={t('chain')}>
      <Stack gap="sm">
        <Facts
          of={[
            [t('node'), <span className="mono">{of.node}</span>],
            [t('sequence'), count(of.sequence)],
            [t('hash'), <span className="mono">{of.hash}</span>],
          ]}
        />
        <CodeBlock label={t('raw')} code={JSON.stringify(of.record, null, 2)} wrap />
      </Stack>
    </Panel>
  );
}
