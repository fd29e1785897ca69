import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';

import { $api, api, type Schemas } from '@/api/client';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { CopyOnce } from '@/parts/Copy';
import { DataTable, type Column } from '@/parts/DataTable';
import { Page } from '@/parts/Page';
import { Empty, Shown } from '@/parts/States';
import { useAdding } from '@/parts/Things';
import { Ago, Status } from '@/parts/values';

import { useAccessWord } from './access';
import { NewToken } from './NewToken';
import { snippets } from './snippets';
import { text } from './text';

type Token = Schemas['ApiToken'];

/** With what programs come to the admin API and read metrics. */
export default function Tokens() {
  const t = useText(text);
  const word = useAccessWord();
  const adding = useAdding(t('create'), true);
  const [issued, setIssued] = useState<Schemas['IssuedApiToken'] | null>(null);
  const [leaving, setLeaving] = useState<Token | null>(null);
  const tokens = $api.useQuery('get', '/api/v1/tokens');
  const over = (one: Token) => one.expiresAt !== null && Date.parse(one.expiresAt) <= Date.now();
  const columns: Column<Token>[] = [
    {
      key: 'name', title: t('name'), plain: (one) => one.name,
      cell: (one) => <Text span inherit style={{ overflowWrap: 'anywhere' }}>{one.name}</Text>,
    },
    { key: 'access', title: t('access'), cell: (one) => word(one.access), plain: (one) => word(one.access) },
    { key: 'createdBy', title: t('by'), cell: (one) => one.createdBy, plain: (one) => one.createdBy, from: 'sm' },
    { key: 'createdAt', title: t('since'), cell: (one) => <Ago time={one.createdAt} />, plain: (one) => one.createdAt, from: 'md' },
    {
      key: 'expiresAt', title: t('expires'), plain: (one) => one.expiresAt, from: 'xs',
      cell: (one) => (over(one) ? <Status tone="warn">{t('expired')}</Status> : <Ago time={one.expiresAt} never={t('never')} />),
    },
  ];
  return (
    <Page title={t('title')} about={t('about')} actions={adding.button}>
      <Shown of={tokens}>
        {({ items }) => (
          <DataTable
            label={t('title')}
            file="tokens"
            rows={items}
            columns={columns}
            id={(one) => one.id}
            actions={(one) => (
              <Button size="compact-xs" variant="default" onClick={() => setLeaving(one)} aria-label={t('removeOf', { name: one.name })}>
                {t('remove')}
              </Button>
            )}
            empty={
              <Empty title={t('empty')} action={adding.button}>
                {t('emptyWhat')}
              </Empty>
            }
          />
        )}
      </Shown>
      {adding.open && <NewToken close={adding.close} issued={setIssued} />}
      {issued && (
        <CopyOnce
          title={t('issued', { name: issued.token.name })}
          secret={issued.secret}
          label={t('secret')}
          variable="GATEHOUSE_ADMIN_TOKEN"
          kind="token"
          snippets={snippets(issued)}
          close={() => setIssued(null)}
        >
          <Text size="sm">{t('issuedWhat')}</Text>
        </CopyOnce>
      )}
      {leaving && (
        <Confirm
          title={t('removeOf', { name: leaving.name })}
          name={leaving.name}
          verb={t('remove')}
          close={() => setLeaving(null)}
          act={async () => {
            await api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: leaving.id } } });
            notifications.show({ message: t('removed', { name: leaving.name }) });
          }}
        >
          {t('removeWhat')}
        </Confirm>
      )}
    </Page>
  );
}
