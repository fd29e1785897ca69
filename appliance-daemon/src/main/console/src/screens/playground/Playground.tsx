import { Alert, Anchor, Box, Button, Group, MultiSelect, NumberInput, SimpleGrid, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';

import { api, given } from '@/api/client';
import { newestKey } from '@/api/fresh';
import { useEvery } from '@/api/lists';
import { Problem } from '@/api/problem';
import { useMay } from '@/api/session';
import { callOf } from '@/api/trail';
import { useText } from '@/i18n/messages';
import { Page, Panel } from '@/parts/Page';
import { useParams } from '@/parts/url';
import { Facts } from '@/parts/values';
import { count, fixed, millis } from '@/text/figures';
import { money } from '@/text/money';

import { ask, WAITING, type Answer } from './call';
import { passFor } from './pass';
import { PayerInput, type Payer } from './Payer';
import { useOwnSpending } from './spent';
import { text } from './text';

export default function Playground() {
  const t = useText(text);
  const models = useEvery('models');
  const [params, change] = useParams();
  const chosen = params.getAll('model').flatMap((value) => value.split(',')).filter(Boolean);
  const mayIssue = useMay('manage_keys');
  const projects = useEvery('projects', {}, { enabled: mayIssue });
  const [pasted, setPasted] = useState(newestKey());
  // Who has one project need not choose it.
  const project = params.get('project') ?? (projects.data?.length === 1 ? projects.data[0]?.id : null) ?? '';
  const payer: Payer = !mayIssue || pasted !== null ? { by: 'key', secret: pasted ?? '' } : { by: 'project', id: project };
  const pay = (next: Payer) => {
    setPasted(next.by === 'key' ? next.secret : null);
    if (next.by === 'project') change({ project: next.id });
  };
  const [system, setSystem] = useState('');
  const [prompt, setPrompt] = useState('');
  const [maxTokens, setMaxTokens] = useState<number | string>(400);
  const [temperature, setTemperature] = useState<number | string>('');
  const [tried, setTried] = useState(false);
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const [asked, setAsked] = useState<string[]>([]);
  const [paidBy, setPaidBy] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  const busy = asked.some((model) => ['waiting', 'streaming'].includes(answers[model]?.state ?? ''));
  useEffect(() => () => running.current?.abort(), []);

  const send = () => {
    setTried(true);
    if (!(payer.by === 'key' ? payer.secret.trim() : payer.id) || chosen.length === 0 || !prompt.trim()) return;
    const key = (refused: string | null) => (payer.by === 'key' ? Promise.resolve(payer.secret.trim()) : passFor(payer.id, refused));
    const control = new AbortController();
    running.current = control;
    setAsked(chosen);
    setPaidBy(payer.by === 'project' ? payer.id : null);
    setAnswers(Object.fromEntries(chosen.map((model) => [model, WAITING])));
    for (const model of chosen) {
      const tell = (news: Partial<Answer>) => setAnswers((before) => ({ ...before, [model]: { ...(before[model] ?? WAITING), ...news } }));
      ask(
        key,
        { model, system, prompt, maxTokens: typeof maxTokens === 'number' ? maxTokens : null, temperature: typeof temperature === 'number' ? temperature : null },
        control.signal,
        tell,
      ).catch((e: unknown) => tell(control.signal.aborted ? { state: 'stopped' } : { state: 'failed', error: e instanceof Problem ? e.detail : e instanceof Error ? e.message : String(e) }));
    }
  };
  return (
    <Page title={t('title')} about={t('about')}>
      <Panel>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (busy) running.current?.abort();
            else send();
          }}
        >
          <Stack gap="sm">
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" style={{ alignItems: 'start' }}>
              <PayerInput payer={payer} onChange={pay} tried={tried} />
              <MultiSelect
                label={t('models')}
                searchable
                maxValues={4}
                value={chosen}
                onChange={(value) => change({ model: value.join(',') || null })}
                data={[...new Set([...(models.data ?? []).map((model) => model.name), ...chosen])]}
                error={tried && chosen.length === 0 && t('needModel')}
              />
            </SimpleGrid>
            <Textarea label={t('system')} autosize minRows={1} maxRows={6} value={system} onChange={(event) => setSystem(event.currentTarget.value)} />
            <Textarea
              label={t('prompt')}
              autosize
              minRows={3}
              maxRows={14}
              placeholder={t('sample')}
              value={prompt}
              onChange={(event) => setPrompt(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !busy) send();
              }}
              error={tried && !prompt.trim() && t('needPrompt')}
            />
            <Group align="flex-end" justify="space-between">
              <Group>
                <NumberInput w={130} label={t('maxTokens')} min={1} allowDecimal={false} value={maxTokens} onChange={setMaxTokens} />
                <NumberInput w={110} label={t('temperature')} min={0} max={2} step={0.1} value={temperature} onChange={setTemperature} />
              </Group>
              <Button type="submit" variant={busy ? 'default' : 'filled'}>
                {t(busy ? 'stop' : 'send')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Panel>
      {asked.length === 0 ? (
        <Text size="sm" c="dimmed" ta="center" py="md">
          {t('here')}
        </Text>
      ) : (
        <SimpleGrid cols={{ base: 1, md: Math.min(asked.length, 2), xl: asked.length }} spacing="md">
          {asked.map((model) => (
            <One key={model} model={model} project={paidBy} answer={answers[model] ?? WAITING} />
          ))}
        </SimpleGrid>
      )}
    </Page>
  );
}

function One({ model, project, answer }: { model: string; project: string | null; answer: Answer }) {
  const t = useText(text);
  const mayAudit = useMay('view_audit');
  /** A word that nobody has translated stands as it came. */
  const word = (group: 'finish' | 'cache', code: string) => (`${group}.${code}` in text ? t(`${group}.${code}` as keyof typeof text) : code);
  const done = answer.state === 'done' || answer.state === 'failed' || answer.state === 'stopped';
  const row = useQuery({
    queryKey: ['playground', answer.requestId],
    queryFn: async () => {
      const found = given(await api.GET('/api/v1/audit', { params: { query: { requestId: answer.requestId, limit: 1 } } })).items[0];
      return found ? callOf(found) : null;
    },
    enabled: mayAudit && done && answer.requestId !== '',
    // The row reaches the database a moment after the answer's end.
    refetchInterval: (query) => (query.state.data || query.state.dataUpdateCount > 10 ? false : 700),
  });
  const call = row.data;
  const mayUsage = useMay('view_usage');
  const spent = useOwnSpending(project, model, answer.requestId, mayUsage && !mayAudit && done);
  const seconds = answer.totalMillis !== null && answer.firstMillis !== null ? (answer.totalMillis - answer.firstMillis) / 1000 : 0;
  return (
    <Panel title={t('answer', { model })}>
      <Stack gap="sm">
        <Box mih={90} aria-live="polite" aria-busy={!done}>
          {answer.state === 'waiting' && (
            <Text size="sm" c="dimmed">
              {t('waiting')}
            </Text>
          )}
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {answer.text}
          </Text>
          {answer.state === 'failed' && (
            <Alert color="red" variant="light" role="alert">
              {answer.error || t('unreachable')}
            </Alert>
          )}
        </Box>
        <Facts
          of={[
            answer.upstream !== '' && [t('route'), `${answer.upstream}${answer.model && answer.model !== answer.upstream ? ` / ${answer.model}` : ''}`],
            [t('firstToken'), millis(answer.firstMillis)],
            [t('all'), answer.state === 'stopped' ? t('stopped') : millis(answer.totalMillis)],
            answer.usage !== null && [t('tokens'), t('inOut', { input: count(answer.usage.prompt_tokens), output: count(answer.usage.completion_tokens) })],
            answer.usage !== null && seconds > 0 && [t('speed'), t('perSecond', { figure: fixed(answer.usage.completion_tokens / seconds, 1) })],
            answer.finish !== '' && [t('finish'), word('finish', answer.finish)],
            answer.cache !== '' && [t('cache'), word('cache', answer.cache)],
            answer.warning !== '' && [t('warning'), answer.warning],
            call?.cost !== undefined && [t('cost'), money(call.cost.amount, call.cost.currency)],
            spent !== undefined && spent.calls > 0 && [t('costToday'), t('costOfCalls', { amount: money(spent.cost, spent.currency), count: count(spent.calls) })],
            call !== null && call !== undefined && [t('trail'), <Anchor component={Link} href={`/audit/${call.id}`} size="sm">{t('open')}</Anchor>],
          ]}
        />
      </Stack>
    </Panel>
  );
}
