import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

interface PageProps {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  back?: ReactNode;
  children: ReactNode;
}

/** A screen's frame: its one heading, what it is for, what can be done. */
export function Page({ title, about, actions, back, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box maw="48rem">
          {back}
          <Title order={1}>{title}</Title>
          {about && (
            <Text size="sm" c="dimmed" mt={2} component="div">
              {about}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** A part of a screen with its own heading. */
export function Panel({ title, actions, children, pad = true }: { title?: string; actions?: ReactNode; children: ReactNode; pad?: boolean }) {
  return (
    <Box component="section" className="panel" aria-label={title}>
      {title && (
        <Group justify="space-between" px="md" py="xs" style={{ borderBottom: '1px solid var(--hairline)' }}>
          <Title order={2} fz="sm">
            {title}
          </Title>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      )}
      <Box p={pad ? 'md' : 0}>{children}</Box>
    </Box>
  );
}
