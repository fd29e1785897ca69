import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

import { refresh } from '@/api/client';
import { useText } from '@/i18n/messages';

import { Confirm } from './Confirm';
import { text } from './text';

interface RowMenuProps {
  name: string;
  edit?: (close: () => void) => ReactNode;
  /** Deletes; asked for by name. */
  remove?: () => Promise<unknown>;
  removeWhat?: ReactNode;
  children?: ReactNode;
}

/** What can be done with a row: change it, delete it, and whatever it can do besides. */
export function RowMenu({ name, edit, remove, removeWhat, children }: RowMenuProps) {
  const t = useText(text);
  const [act, setAct] = useState<'edit' | 'remove' | null>(null);
  const close = () => setAct(null);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('actionsOf', { name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {edit && <Menu.Item onClick={() => setAct('edit')}>{t('edit')}</Menu.Item>}
          {children}
          {remove && (
            <>
              <Menu.Divider />
              <Menu.Item c="var(--bad)" onClick={() => setAct('remove')}>
                {t('remove')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {act === 'edit' && edit?.(close)}
      {act === 'remove' && remove && (
        <Confirm
          title={`${t('remove')}: ${name}`}
          name={name}
          verb={t('remove')}
          close={close}
          act={async () => {
            await remove();
            notifications.show({ message: t('removed', { name }) });
            await refresh();
          }}
        >
          {removeWhat}
        </Confirm>
      )}
    </>
  );
}
