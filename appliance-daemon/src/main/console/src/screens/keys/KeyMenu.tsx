import { ActionIcon, Menu, Select, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';

import { api, given, refresh, tag, type Schemas } from '@/api/client';
import { rememberKey } from '@/api/fresh';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { Confirm } from '@/parts/Confirm';
import { text as parts } from '@/parts/text';

import { EditKey } from './EditKey';
import { Issued } from './Issued';
import type { Key } from './state';
import { text } from './text';

type Act = 'edit' | 'rotate' | 'disable' | 'revoke' | 'remove';

const HOUR = 3600;

/** Everything that can be done with a key. */
export function KeyMenu({ of }: { of: Key }) {
  const t = useText(text);
  const p = useText(parts);
  const mayChange = useMay('change');
  const [, go] = useLocation();
  const [act, setAct] = useState<Act | null>(null);
  const [overlap, setOverlap] = useState(String(24 * HOUR));
  const [issued, setIssued] = useState<Schemas['IssuedKey'] | null>(null);
  const params = { path: { id: of.id }, header: { 'If-Match': tag(of.version) } };
  const close = () => setAct(null);
  const told = async (message: string) => {
    notifications.show({ message });
    await refresh();
  };
  const enable = async () => {
    await api.POST('/api/v1/keys/{id}/enable', { params });
    await told(t('enabledNow', { name: of.name }));
  };
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={p('actionsOf', { name: of.name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {of.state !== 'revoked' && (
            <>
              <Menu.Item onClick={() => setAct('edit')}>{t('edit')}</Menu.Item>
              <Menu.Item onClick={() => setAct('rotate')}>{t('rotate')}</Menu.Item>
              {of.state === 'active' ? (
                <Menu.Item onClick={() => setAct('disable')}>{t('disable')}</Menu.Item>
              ) : (
                <Menu.Item onClick={() => void enable()}>{t('enable')}</Menu.Item>
              )}
              <Menu.Divider />
              <Menu.Item c="var(--bad)" onClick={() => setAct('revoke')}>
                {t('revoke')}
              </Menu.Item>
            </>
          )}
          {mayChange && (
            <Menu.Item c="var(--bad)" onClick={() => setAct('remove')}>
              {t('remove')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {act === 'edit' && <EditKey of={of} close={close} />}
      {act === 'rotate' && (
        <Confirm
          title={`${t('rotate')}: ${of.name}`}
          verb={t('rotate')}
          close={close}
          act={async () => {
            const key = given(await api.POST('/api/v1/keys/{id}/rotate', { params, body: { overlapSeconds: Number(overlap) } }));
            rememberKey(key.secret);
            setIssued(key);
          }}
        >
          <Stack gap="sm">
            {t('rotateWhat')}
            <Select
              label={t('overlap')}
              allowDeselect={false}
              value={overlap}
              onChange={(value) => setOverlap(value ?? overlap)}
              data={[
                { value: '0', label: t('overlapNow') },
                { value: String(HOUR), label: t('overlapHour') },
                { value: String(24 * HOUR), label: t('overlapDay') },
                { value: String(168 * HOUR), label: t('overlapWeek') },
              ]}
            />
          </Stack>
        </Confirm>
      )}
      {act === 'disable' && (
        <Confirm
          title={`${t('disable')}: ${of.name}`}
          verb={t('disable')}
          close={close}
          act={async () => {
            await api.POST('/api/v1/keys/{id}/disable', { params });
            await told(t('disabledNow', { name: of.name }));
          }}
        >
          {t('disableWhat')}
        </Confirm>
      )}
      {act === 'revoke' && (
        <Confirm
          title={`${t('revoke')}: ${of.name}`}
          name={of.name}
          verb={t('revoke')}
          close={close}
          act={async () => {
            await api.POST('/api/v1/keys/{id}/revoke', { params });
            await told(t('revokedNow', { name: of.name }));
          }}
        >
          {t('revokeWhat')}
        </Confirm>
      )}
      {act === 'remove' && (
        <Confirm
          title={`${t('remove')}: ${of.name}`}
          name={of.name}
          verb={t('remove')}
          close={close}
          act={async () => {
            await api.DELETE('/api/v1/keys/{id}', { params });
            go('/keys');
            await told(t('removedNow', { name: of.name }));
          }}
        >
          {t('removeWhat')}
        </Confirm>
      )}
      {issued && <Issued of={issued} rotated close={() => setIssued(null)} />}
    </>
  );
}
