import { Anchor, Box, Button, Group, Select, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';

import { api, given } from '@/api/client';
import { useEvery } from '@/api/lists';
import { sessionHeaders } from '@/api/session';
import { adminOf, callOf, idOf, timeOf, type Entry } from '@/api/trail';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Page } from '@/parts/Page';
import { Empty, Failure, Loading } from '@/parts/States';
import { useParams } from '@/parts/url';
import { Ago } from '@/parts/values';
import { text as parts } from '@/parts/text';
import { csv, saveAs } from '@/text/csv';
import { count, micros } from '@/text/figures';
import { money } from '@/text/money';

import { useDeeds } from './deeds/useDeeds';
import { Outcome } from './look';
import { rangeStart, RANGES } from './range';
import { text } from './text';
import { Verify } from './Verify';

const PAGE = 50;
const WORDS = ['requestId', 'traceId', 'errorCode', 'scenario', 'actor', 'objectType', 'objectId'] as const;
const PICKED = ['kind', 'outcome', 'model', 'department', 'upstream', 'key'] as const;

export default function Audit() {
  const t = useText(text);
  const p = useText(parts);
  const [params, change] = useParams();
  const range = params.get('range') ?? 'r7d';
  const query: Record<string, string> = {};
  for (const name of [...PICKED, ...WORDS]) {
    const value = params.get(name);
    if (value) query[name] = value;
  }
  const from = rangeStart(range);
  if (from) query['from'] = from;

  const found = useInfiniteQuery({
    queryKey: ['audit', query],
    queryFn: async ({ pageParam }) =>
      given(await api.GET('/api/v1/audit', { params: { query: { ...query, limit: PAGE, ...(pageParam ? { after: pageParam } : {}) } as never } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const entries = found.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = Object.keys(query).some((name) => name !== 'from');
  return (
    <Page
      title={t('title')}
      about={t('about')}
      actions={
        <>
          <Button variant="default" leftSection={<IconDownload size={15} aria-hidden />} onClick={() => void exportTrail(from)}>
            {t('exportAll')}
          </Button>
          <Verify from={from} />
        </>
      }
    >
      <Box className="panel">
        <Filters params={params} change={change} range={range} />
        {found.isPending ? (
          <Loading />
        ) : found.error ? (
          <Box p="sm">
            <Failure error={found.error} retry={() => void found.refetch()} />
          </Box>
        ) : entries.length === 0 ? (
          <Empty
            title={t('empty')}
            action={
              filtered && (
                <Button variant="default" onClick={() => change(Object.fromEntries([...PICKED, ...WORDS].map((name) => [name, null])))}>
                  {t('clear')}
                </Button>
              )
            }
          >
            {t('emptyWhat')}
          </Empty>
        ) : (
          <>
            <Entries of={entries} />
            <Group p="sm" justify="space-between">
              <Text size="xs" c="dimmed" aria-live="polite">
                {t(found.hasNextPage ? 'moreThere' : 'shown', { count: count(entries.length) })}
              </Text>
              <Group gap="xs">
                <Button size="compact-xs" variant="default" onClick={() => save(entries, t)} aria-label={p('csvSave')}>
                  {p('csv')}
                </Button>
                {found.hasNextPage && (
                  <Button size="compact-sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
                    {t('more')}
                  </Button>
                )}
              </Group>
            </Group>
          </>
        )}
      </Box>
    </Page>
  );
}

function Filters({ params, change, range }: { params: URLSearchParams; change: (changes: Record<string, string | null>) => void; range: string }) {
  const t = useText(text);
  const w = useWords();
  const models = useEvery('models');
  const departments = useEvery('departments');
  const upstreams = useEvery('upstreams');
  const known = WORDS.find((name) => params.get(name));
  const [by, setBy] = useState<(typeof WORDS)[number]>(known ?? 'requestId');
  const [word, setWord] = useState(params.get(by) ?? '');
  const pick = (name: string, label: string, any: string, data: { value: string; label: string }[], width = 150) => (
    <Select size="xs" w={width} aria-label={label} placeholder={any} clearable searchable={data.length > 8} value={params.get(name)} onChange={(value) => change({ [name]: value })} data={data} />
  );
  return (
    <Group p="sm" gap="xs" style={{ borderBottom: '1px solid var(--hairline)' }}>
      <Select
        size="xs"
        w={140}
        aria-label={t('range')}
        allowDeselect={false}
        value={range}
        onChange={(value) => change({ range: value === 'r7d' ? null : value })}
        data={RANGES.map((value) => ({ value, label: t(value) }))}
      />
      {pick('kind', t('kind'), t('anyKind'), ['call', 'admin', 'checkpoint', 'retention'].map((value) => ({ value, label: w('kind', value) })), 160)}
      {pick('outcome', t('outcome'), t('anyOutcome'), ['completed', 'refused', 'failed', 'client_gone', 'cut_by_quota', 'interrupted'].map((value) => ({ value, label: w('outcome', value) })))}
      {pick('department', t('department'), t('anyDepartment'), (departments.data ?? []).map((one) => ({ value: one.id, label: one.name })))}
      {pick('model', t('model'), t('anyModel'), (models.data ?? []).map((one) => ({ value: one.name, label: one.name })))}
      {pick('upstream', t('servedBy'), t('anyUpstream'), (upstreams.data ?? []).map((one) => ({ value: one.name, label: one.name })))}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change({ ...Object.fromEntries(WORDS.map((name) => [name, null])), [by]: word.trim() || null });
        }}
      >
        <Group gap={4}>
          <Select
            size="xs"
            w={130}
            aria-label={t('findBy')}
            allowDeselect={false}
            value={by}
            onChange={(value) => setBy((value ?? 'requestId') as typeof by)}
            data={WORDS.map((value) => ({ value, label: t(value) }))}
          />
          <TextInput size="xs" w={190} data-search aria-label={t(by)} value={word} onChange={(event) => setWord(event.currentTarget.value)} />
          <Button size="xs" variant="default" type="submit">
            {t('find')}
          </Button>
        </Group>
      </form>
    </Group>
  );
}

function Entries({ of }: { of: readonly Entry[] }) {
  const t = useText(text);
  const w = useWords();
  const deeds = useDeeds();
  const [, go] = useLocation();
  return (
    <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('title')}>
      <Table className="table" highlightOnHover aria-label={t('title')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('time')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('kind')}</Table.Th>
            <Table.Th>{t('what')}</Table.Th>
            <Table.Th visibleFrom="sm">{t('who')}</Table.Th>
            <Table.Th visibleFrom="md">{t('outcome')}</Table.Th>
            <Table.Th className="number" visibleFrom="lg">{t('tokens')}</Table.Th>
            <Table.Th className="number" visibleFrom="md">{t('cost')}</Table.Th>
            <Table.Th className="number" visibleFrom="lg">{t('duration')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.map((entry) => {
            const call = callOf(entry);
            const admin = adminOf(entry);
            const id = idOf(entry);
            const open = call !== null || admin !== null;
            return (
              <Table.Tr key={`${entry.node} ${entry.sequence}`} data-opens={open || undefined} onClick={(event) => open && !(event.target as HTMLElement).closest('a') && go(`/audit/${id}`)}>
                <Table.Td>
                  {open ? (
                    <Anchor component={Link} href={`/audit/${id}`} fz="inherit" data-row>
                      <Ago time={timeOf(entry)} />
                    </Anchor>
                  ) : (
                    <Ago time={timeOf(entry)} />
                  )}
                </Table.Td>
                <Table.Td visibleFrom="sm">{w('kind', entry.kind)}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  {call ? (call.modelAsked ?? call.surface) : admin ? deeds.line(admin) : `#${entry.sequence}`}
                  <Text size="xs" hiddenFrom="md" component="div">
                    {call && <Outcome of={call} />}
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm">
                  {call ? (call.caller ? `${call.caller.departmentName} / ${call.caller.keyName}` : t('nobody')) : (admin?.actor ?? '')}
                </Table.Td>
                <Table.Td visibleFrom="md">{call ? <Outcome of={call} /> : ''}</Table.Td>
                <Table.Td className="number" visibleFrom="lg">{call ? count(call.usage.inputTokens + call.usage.outputTokens) : ''}</Table.Td>
                <Table.Td className="number" visibleFrom="md">{call?.cost ? money(call.cost.amount, call.cost.currency) : ''}</Table.Td>
                <Table.Td className="number" visibleFrom="lg">{call ? micros(call.totalMicros) : ''}</Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function save(entries: readonly Entry[], t: (key: keyof typeof text) => string): void {
  const header = [t('time'), t('kind'), t('what'), t('department'), t('project'), t('key'), t('status'), t('outcome'), t('error'), t('input'), t('output'), t('cost'), 'ms', t('requestId')];
  const rows = entries.map((entry) => {
    const call = callOf(entry);
    const admin = adminOf(entry);
    return [
      timeOf(entry), entry.kind, call ? (call.modelAsked ?? call.surface) : admin ? `${admin.action} ${admin.objectType} ${admin.objectId}` : '',
      call?.caller?.departmentName ?? admin?.actor, call?.caller?.projectName, call?.caller?.keyName, call?.status, call?.outcome, call?.errorCode,
      call?.usage.inputTokens, call?.usage.outputTokens, call?.cost?.amount, call ? Math.round(call.totalMicros / 1000) : null, call?.requestId ?? admin?.requestId,
    ];
  });
  saveAs('audit.csv', 'text/csv;charset=utf-8', csv(header, rows));
}

async function exportTrail(from: string | undefined): Promise<void> {
  const answer = await fetch(`/api/v1/audit/export${from ? `?from=${encodeURIComponent(from)}` : ''}`, { headers: sessionHeaders() });
  if (answer.ok) saveAs('audit.jsonl', 'application/jsonl', await answer.blob());
}
