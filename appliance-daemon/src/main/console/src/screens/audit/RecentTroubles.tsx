import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';

import { $api } from '@/api/client';
import { callOf } from '@/api/trail';
import { useWords } from '@/i18n/useWords';
import { Shown } from '@/parts/States';
import { Ago } from '@/parts/values';

/** The newest calls that did not complete, of the last hundred. */
export function RecentTroubles({ filter, empty }: { filter: { key?: string; upstream?: string; model?: string }; empty: string }) {
  const w = useWords();
  const found = $api.useQuery('get', '/api/v1/audit', { params: { query: { kind: 'call', limit: 100, ...filter } } });
  return (
    <Shown of={found} rows={2}>
      {(page) => {
        const bad = page.items.map(callOf).filter((row) => row !== null && row.outcome !== 'completed').slice(0, 8);
        if (bad.length === 0) {
          return (
            <Text size="sm" c="dimmed">
              {empty}
            </Text>
          );
        }
        return (
          <Stack gap={6}>
            {bad.map(
              (row) =>
                row && (
                  <Text size="sm" key={row.id}>
                    <Anchor component={Link} href={`/audit/${row.id}`} size="sm" underline="always">
                      {row.status} {row.errorCode ?? w('outcome', row.outcome)}
                    </Anchor>{' '}
                    {row.modelAsked}{' '}
                    <Text span size="xs" c="dimmed">
                      {w('outcome', row.outcome)} · <Ago time={row.startedAt} />
                    </Text>
                  </Text>
                ),
            )}
          </Stack>
        );
      }}
    </Shown>
  );
}
