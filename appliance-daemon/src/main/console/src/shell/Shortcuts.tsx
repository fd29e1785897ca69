import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

import { useMe } from '@/api/session';
import { useText } from '@/i18n/messages';

import { opensFor, screens } from './screens';
import { text } from './text';

const SECOND_KEY_WITHIN = 1200;

/** ? help, / search, g and a letter for a screen, j and k through the rows. Never while somebody writes. */
export function useShortcuts(): { opened: boolean; open: () => void; close: () => void } {
  const [opened, { open, close }] = useDisclosure(false);
  const [, go] = useLocation();
  const me = useMe();
  const goSince = useRef(0);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input,textarea,select,[contenteditable],[role=dialog]')) return;
      if (event.timeStamp - goSince.current < SECOND_KEY_WITHIN) {
        goSince.current = 0;
        const screen = screens.filter(opensFor(me)).find((one) => one.key === event.key);
        if (screen) {
          event.preventDefault();
          go(screen.path);
          return;
        }
      }
      switch (event.key) {
        case '?':
          open();
          break;
        case 'g':
          goSince.current = event.timeStamp;
          break;
        case '/': {
          const search = document.querySelector<HTMLInputElement>('[data-search]');
          if (search) {
            event.preventDefault();
            search.focus();
          }
          break;
        }
        case 'j':
        case 'k':
          step(event.key === 'j' ? 1 : -1);
          break;
        default:
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [go, me, open]);
  return { opened, open, close };
}

function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}

export function Shortcuts({ opened, close }: { opened: boolean; close: () => void }) {
  const t = useText(text);
  const me = useMe();
  const lines: [readonly string[], string][] = [
    [['Ctrl', 'K'], t('doPalette')],
    [['?'], t('doHelp')],
    [['/'], t('doSearch')],
    [['j', 'k'], t('doNext')],
    [['Enter'], t('doOpen')],
    [['Esc'], t('doEscape')],
    ...screens
      .filter(opensFor(me))
      .map((screen): [readonly string[], string] => [['g', screen.key], t('doGo', { screen: t(screen.name) })]),
  ];
  return (
    <Modal opened={opened} onClose={close} title={t('help')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap={6}>
        {lines.map(([keys, what]) => (
          <Group key={what} justify="space-between">
            <Text size="sm">{what}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
