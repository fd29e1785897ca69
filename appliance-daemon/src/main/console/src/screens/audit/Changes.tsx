import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';

import { $api } from '@/api/client';
import { adminOf, changes } from '@/api/trail';
import { Shown } from '@/parts/States';
import { Ago } from '@/parts/values';

import { useDeeds } from './deeds/useDeeds';

/** Who changed a thing, and which of its members. */
export function Changes({ objectId, empty }: { objectId: string; empty: string }) {
  const { deed } = useDeeds();
  const found = $api.useQuery('get', '/api/v1/audit', { params: { query: { kind: 'admin', objectId, limit: 10 } } });
  return (
    <Shown of={found} rows={2}>
      {(page) =>
        page.items.length === 0 ? (
          <Text size="sm" c="dimmed">
            {empty}
          </Text>
        ) : (
          <Stack gap={6}>
            {page.items.map((entry) => {
              const row = adminOf(entry);
              if (!row) return null;
              const fields = row.before && row.after ? changes(row.before, row.after).map((change) => change.field) : [];
              return (
                <Text size="sm" key={row.id}>
                  <Anchor component={Link} href={`/audit/${row.id}`} size="sm" underline="always">
                    {deed(row.action)}
                  </Anchor>{' '}
                  {fields.length > 0 && <span>({fields.join(', ')}) </span>}
                  <Text span size="xs" c="dimmed">
                    {row.actor} · <Ago time={row.at} />
                  </Text>
                </Text>
              );
            })}
          </Stack>
        )
      }
    </Shown>
  );
}
