import { Alert, Button, Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';

import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';

import { text } from './text';

/** The shape of what is to come. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const t = useText(text);
  return (
    <Stack gap="xs" role="status" p="md" className="panel">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={18} width={row === 0 ? '35%' : `${96 - ((row * 7) % 22)}%`} />
      ))}
    </Stack>
  );
}

/** What happened and what to do. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useText(text);
  const problem = problemOf(error);
  const title = problem.status === 0 ? t('unreachable') : problem.status === 403 ? t('forbidden') : problem.title || t('failed');
  return (
    <Alert color="red" variant="light" title={title} role="alert">
      <Text size="sm">{problem.status === 0 ? t('unreachableAdvice') : problem.detail}</Text>
      <Group mt="xs" gap="sm">
        {retry && (
          <Button size="compact-sm" variant="default" onClick={retry}>
            {t('retry')}
          </Button>
        )}
        {problem.requestId && (
          <Text size="xs" className="mono">
            {t('requestId', { id: problem.requestId })}
          </Text>
        )}
      </Group>
    </Alert>
  );
}

/** Nothing there yet: says what to do first. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <Stack align="center" gap="xs" py="xl" px="md" ta="center">
      <Title order={2}>{title}</Title>
      <Text size="sm" c="dimmed" maw="34rem" component="div">
        {children}
      </Text>
      {action}
    </Stack>
  );
}

interface Read<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** What a query gives, in whichever state it is. Old figures stay while new ones come. */
export function Shown<T>({ of, rows, children }: { of: Read<T>; rows?: number; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data);
  if (of.error) return <Failure error={of.error} retry={() => void of.refetch()} />;
  return <Loading rows={rows ?? 6} />;
}
