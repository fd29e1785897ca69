import { Alert, Badge, Box, Button, Group, List, Loader, Modal, Stack, Text, Textarea, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

import { problemOf, type Problem } from '@/api/problem';
import { useText } from '@/i18n/messages';
import { Conflict } from '@/parts/Editor';
import { Failure } from '@/parts/States';
import { text as parts } from '@/parts/text';
import { millis } from '@/text/figures';

import { answerStep, checkStep, skipStep, type AnsweredStep, type Check, type FoundStep, type Step } from './api';
import { useStepTitle } from './stepTitle';
import { text } from './text';

interface StepFormProps<F extends Record<string, unknown>> {
  step: FoundStep;
  form: UseFormReturnType<F>;
  /** What is sent. */
  answer: (fields: F) => object;
  /** An answer of somebody else as fields, when both changed the step. */
  fields?: (answer: unknown) => F;
  /** Somebody to try a directory with. */
  login?: (fields: F) => { name: string; password: string } | undefined;
  checked?: (checks: readonly Check[]) => void;
  /** What becomes of an accepted answer; otherwise the next step is opened. Gives whether it stays here. */
  accepted?: (answered: AnsweredStep) => boolean;
  verb?: string;
  /** Whether there is anything to try and to save; otherwise the step can only be skipped. */
  ready?: boolean;
  look: () => void;
  next: () => void;
  children: ReactNode;
  above?: ReactNode;
  below?: ReactNode;
}

/** What all steps have in common: try, save, skip with a reason, and see who else was at it. */
export function StepForm<F extends Record<string, unknown>>(props: StepFormProps<F>) {
  const { step, form, answer, fields, login, checked, accepted, verb, ready = true, look, next, children, above, below } = props;
  const t = useText(text);
  const titleOf = useStepTitle();
  const [busy, setBusy] = useState<'check' | 'save' | null>(null);
  const [checks, setChecks] = useState<readonly Check[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [rival, setRival] = useState<Step | null>(null);
  const [skipping, setSkipping] = useState(false);
  // The version that was read when the form was made, or that somebody decided to write over.
  const [version, setVersion] = useState(step.version);

  const failed = (e: unknown) => {
    const found = problemOf(e);
    const tried = found.more['checks'];
    if (found.stale && found.more['current']) setRival(found.more['current'] as Step);
    else if (found.kind === 'setup_check_failed' && Array.isArray(tried)) setChecks(tried as Check[]);
    else {
      form.setErrors(Object.fromEntries(found.errors.filter((error) => error.field).map((error) => [pathOf(error.field), error.message])));
      setProblem(found);
    }
    // The claim may be somebody else's now.
    if (found.status === 401) look();
  };
  const run = async (what: 'check' | 'save', values: F, against = version) => {
    setBusy(what);
    setProblem(null);
    setChecks(null);
    form.clearErrors();
    try {
      if (what === 'check') {
        const tried = await checkStep(step.name, answer(values), login?.(values));
        setChecks(tried.checks);
        checked?.(tried.checks);
      } else {
        const answered = await answerStep(step.name, answer(values), against);
        setVersion(answered.version);
        if (accepted?.(answered)) look();
        else next();
      }
    } catch (e) {
      failed(e);
    } finally {
      setBusy(null);
    }
  };
  const wrong = checks?.filter((check) => !check.ok).length ?? 0;
  const about = `about.${step.name}`;
  return (
    <>
      <Box>
        <Group gap="sm">
          <Title order={1}>{titleOf(step.name)}</Title>
          {step.status !== 'open' && <Badge color={step.status === 'done' ? 'green' : 'yellow'} c="inherit">{t(step.status)}</Badge>}
        </Group>
        {about in text && (
          <Text size="sm" c="dimmed" mt={2} maw="44rem">
            {t(about as keyof typeof text)}
          </Text>
        )}
        {step.status === 'skipped' && step.reason && (
          <Text size="sm" mt={4}>
            {t('skippedBecause', { reason: step.reason })}
          </Text>
        )}
      </Box>
      {above}
      <Box className="panel" p="lg">
        <form noValidate onSubmit={form.onSubmit((values) => void run('save', values))}>
          <Stack gap="md">
            {children}
            <div aria-live="polite">
              {busy === 'check' && (
                <Group gap="xs">
                  <Loader size="xs" />
                  <Text size="sm">{t('checking')}</Text>
                </Group>
              )}
              {checks && (
                <Box data-tried>
                  <Text size="sm" fw={600} mb={6} c={wrong > 0 ? 'var(--bad)' : 'var(--ok)'}>
                    {checks.length === 0 ? t('nothingToCheck') : wrong > 0 ? t('checksBad', { count: wrong }) : t('checksOk')}
                  </Text>
                  {checks.length > 0 && <List spacing={6} size="sm" listStyleType="none" aria-label={t('checks')}>
                    {checks.map((check, place) => (
                      <List.Item
                        key={place}
                        icon={check.ok ? <IconCircleCheck size={17} color="var(--ok)" aria-label={t('well')} /> : <IconCircleX size={17} color="var(--bad)" aria-label={t('notWell')} />}
                        styles={{ itemWrapper: { alignItems: 'flex-start' }, itemLabel: { overflowWrap: 'anywhere' } }}
                      >
                        <Text span inherit fw={600}>
                          {checkName(check.name)}
                        </Text>
                        {': '}
                        {check.message}
                        {check.millis > 0 && (
                          <Text span size="xs" c="dimmed">
                            {' '}
                            {millis(check.millis)}
                          </Text>
                        )}
                      </List.Item>
                    ))}
                  </List>}
                </Box>
              )}
            </div>
            {problem && <Failure error={problem} />}
            <Group justify="space-between" mt="xs">
              <Button variant="subtle" color="gray" c="inherit" onClick={() => setSkipping(true)} disabled={busy !== null}>
                {t('skip')}
              </Button>
              <Group gap="xs">
                <Button variant="default" loading={busy === 'check'} disabled={busy === 'save' || !ready} onClick={() => void run('check', form.getValues())}>
                  {t('check')}
                </Button>
                <Button type="submit" loading={busy === 'save'} disabled={busy === 'check' || !ready}>
                  {verb ?? t('save')}
                </Button>
              </Group>
            </Group>
          </Stack>
        </form>
      </Box>
      {below}
      {skipping && (
        <Skip
          title={`${t('skip')}: ${titleOf(step.name)}`}
          close={() => setSkipping(false)}
          act={async (reason) => {
            try {
              await skipStep(step.name, reason, version);
              setSkipping(false);
              next();
            } catch (e) {
              setSkipping(false);
              failed(e);
            }
          }}
        />
      )}
      {rival && (
        <Conflict
          name={titleOf(step.name)}
          mine={masked(answer(form.getValues())) as Record<string, unknown>}
          theirs={(rival.answer ?? {}) as Record<string, unknown>}
          labels={{}}
          takeTheirs={() => {
            setVersion(rival.version);
            if (fields) form.setValues(fields(rival.answer));
            setRival(null);
            look();
          }}
          takeMine={() => {
            setVersion(rival.version);
            setRival(null);
            void run('save', form.getValues(), rival.version);
          }}
          close={() => setRival(null)}
        />
      )}
    </>
  );
}

/** `answer.network.dns[0]` is `network.dns.0` in the form. */
function pathOf(field: string): string {
  return field.replace(/^answer\./, '').replace(/\[(\d+)\]/g, '.$1');
}

/** Without what nobody should read over a shoulder. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !/password|secret|apiKey|privateKey|oneTimeCode/i.test(name))
      .map(([name, inner]) => [name, masked(inner)]),
  );
}

function checkName(name: string): string {
  return name.replaceAll('_', ' ');
}

function Skip({ title, close, act }: { title: string; close: () => void; act: (reason: string) => Promise<void> }) {
  const t = useText(text);
  const p = useText(parts);
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': p('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          void act(reason.trim()).finally(() => setBusy(false));
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{t('skipWhat')}</Text>
          <Textarea label={t('reason')} required autosize minRows={2} maxLength={500} data-autofocus value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {p('cancel')}
            </Button>
            <Button type="submit" loading={busy} disabled={reason.trim() === ''}>
              {t('skip')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** A note in the colour of a hint. */
export function Hint({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert color="blue" c="inherit" variant="light" role="note" title={title}>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Alert>
  );
}
