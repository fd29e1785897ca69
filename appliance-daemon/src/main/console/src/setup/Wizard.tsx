import { Anchor, Box, Progress, Stack, Text } from '@mantine/core';
import { IconCircle, IconCircleCheck, IconListCheck, IconPlayerSkipForward } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';

import { useText } from '@/i18n/messages';
import { Restore } from '@/screens/system/Restore';

import type { SetUp, Status } from './api';
import { OneStep } from './OneStep';
import { useStepTitle } from './stepTitle';
import { Summary } from './Summary';
import { text } from './text';

const ICONS = { open: IconCircle, done: IconCircleCheck, skipped: IconPlayerSkipForward };
const TONES: Readonly<Record<Status, string>> = { open: 'var(--idle)', done: 'var(--ok)', skipped: 'var(--warn)' };
const SUMMARY = 'summary';
/** In place of all steps. */
const RESTORE = 'restore';

/** The steps in order, the one that is open beside them. The address says which: a reload stays where one was. */
export function Wizard({ setUp, look, finished }: { setUp: SetUp; look: () => void; finished: () => void }) {
  const t = useText(text);
  const titleOf = useStepTitle();
  const [location, go] = useLocation();
  const main = useRef<HTMLDivElement>(null);
  const wanted = location.replace(/^\/|\/$/g, '');
  const open = setUp.steps.find((step) => step.status === 'open')?.name ?? SUMMARY;
  const at = wanted === SUMMARY || wanted === RESTORE || setUp.steps.some((step) => step.name === wanted) ? wanted : open;
  const through = setUp.steps.filter((step) => step.status !== 'open').length;

  useEffect(() => {
    if (at !== wanted) go(`/${at}${window.location.search}`, { replace: true });
  }, [at, wanted, go]);
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [at]);

  const next = () => {
    look();
    const place = setUp.steps.findIndex((step) => step.name === at);
    go(`/${setUp.steps[place + 1]?.name ?? SUMMARY}`);
  };
  const step = setUp.steps.find((one) => one.name === at);
  return (
    <div className="wizard">
      <nav aria-label={t('progress')}>
        <Text size="xs" c="dimmed" mb={4}>
          {t('progressOf', { done: through, all: setUp.steps.length })}
        </Text>
        <Progress value={(through / Math.max(1, setUp.steps.length)) * 100} size="sm" mb="sm" aria-label={t('progress')} />
        <ol className="steps">
          {[...setUp.steps.map(({ name, status }) => ({ name, status })), { name: SUMMARY, status: null }].map(({ name, status }) => {
            const Icon = status ? ICONS[status] : IconListCheck;
            return (
              <li key={name}>
                <Link href={`/${name}`} aria-current={name === at ? 'step' : undefined}>
                  <Icon size={17} aria-hidden color={status ? TONES[status] : 'var(--idle)'} />
                  <span>{titleOf(name)}</span>
                  {status && status !== 'open' && <small>{t(status)}</small>}
                </Link>
              </li>
            );
          })}
        </ol>
        <Anchor component={Link} href={`/${RESTORE}`} size="sm" underline="always" display="inline-block" py="xs" aria-current={at === RESTORE ? 'step' : undefined}>
          {t('restoreInstead')}
        </Anchor>
      </nav>
      <Box ref={main} tabIndex={-1} style={{ outline: 'none', minWidth: 0 }}>
        <Stack gap="md">
          {at === RESTORE ? (
            <>
              <Text size="sm">{t('restoreInsteadWhat')}</Text>
              <Restore />
            </>
          ) : at === SUMMARY || !step ? (
            <Summary setUp={setUp} look={look} finished={finished} />
          ) : (
            <OneStep key={at} name={at} look={look} next={next} />
          )}
        </Stack>
      </Box>
    </div>
  );
}
