import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';

import { refresh } from '@/api/client';
import { problemOf } from '@/api/problem';
import { useText } from '@/i18n/messages';

import { Confirm } from './Confirm';
import { text } from './text';

/** Something that can be done with a row: at once, or in a dialog. */
export interface Act {
  label: string;
  bad?: boolean;
  run?: () => Promise<unknown>;
  dialog?: (close: () => void) => ReactNode;
}

interface RowMenuProps {
  name: string;
  edit?: (close: () => void) => ReactNode;
  acts?: readonly Act[];
  /** Deletes; asked for by name. */
  remove?: () => Promise<unknown>;
  removeWhat?: ReactNode;
}

/** What can be done with a row: change it, whatever it can do besides, delete it. */
export function RowMenu({ name, edit, acts = [], remove, removeWhat }: RowMenuProps) {
  const t = useText(text);
  const [open, setOpen] = useState<((close: () => void) => ReactNode) | null>(null);
  const close = () => setOpen(null);
  const show = (dialog: (close: () => void) => ReactNode) => setOpen(() => dialog);
  const all: Act[] = [
    ...(edit ? [{ label: t('edit'), dialog: edit }] : []),
    ...acts,
    ...(remove
      ? [
          {
            label: t('remove'), bad: true,
            dialog: () => (
              <Confirm
                title={`${t('remove')}: ${name}`}
                name={name}
                verb={t('remove')}
                close={close}
                act={async () => {
                  await remove();
                  notifications.show({ message: t('removed', { name }) });
                }}
              >
                {removeWhat}
              </Confirm>
            ),
          },
        ]
      : []),
  ];
  const run = async (act: Act) => {
    if (act.dialog) show(act.dialog);
    else {
      try {
        await act.run?.();
        await refresh();
      } catch (e) {
        notifications.show({ color: 'red', title: act.label, message: problemOf(e).detail || t('failed'), autoClose: false });
      }
    }
  };
  if (all.length === 0) return null;
  const firstBad = all.findIndex((act) => act.bad);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="inherit" aria-label={t('actionsOf', { name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {all.flatMap((act, place) => [
            place === firstBad && place > 0 && <Menu.Divider key="bad" />,
            <Menu.Item key={act.label} {...(act.bad ? { c: 'var(--bad)' } : {})} onClick={() => void run(act)}>
              {act.label}
            </Menu.Item>,
          ])}
        </Menu.Dropdown>
      </Menu>
      {open?.(close)}
    </>
  );
}
