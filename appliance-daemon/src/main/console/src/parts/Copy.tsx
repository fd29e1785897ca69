import { Alert, Box, Button, Checkbox, Group, Modal, Stack, Tabs, Text } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import { useRef, useState, type ReactNode } from 'react';

import { useText } from '@/i18n/messages';
import { saveAs } from '@/text/csv';

import { copyText, select } from './copy';
import { text } from './text';

/** A piece of text with a button that copies it. */
export function CodeBlock({ code, label, wrap = false }: { code: string; label: string; wrap?: boolean }) {
  const t = useText(text);
  const shown = useRef<HTMLPreElement>(null);
  const [state, setState] = useState<'idle' | 'copied' | 'by-hand'>('idle');
  const copy = async () => {
    const done = await copyText(code, shown.current);
    if (!done && shown.current) select(shown.current);
    setState(done ? 'copied' : 'by-hand');
    if (done) setTimeout(() => setState('idle'), 2000);
  };
  return (
    <Box>
      <Group justify="flex-end" mb={4}>
        <Text size="xs" aria-live="polite" c={state === 'by-hand' ? 'var(--warn)' : 'dimmed'}>
          {state === 'by-hand' ? t('copyByHand') : ''}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={state === 'copied' ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
          onClick={() => void copy()}
          aria-label={`${t('copy')}: ${label}`}
        >
          {state === 'copied' ? t('copied') : t('copy')}
        </Button>
      </Group>
      <pre className="code" ref={shown} tabIndex={0} aria-label={label} data-wrap={wrap || undefined}>
        {code}
      </pre>
    </Box>
  );
}

export interface Snippet {
  name: string;
  code: string;
}

interface CopyOnceProps {
  title: string;
  secret: string;
  label: string;
  /** What it is called as a variable of the environment. */
  variable: string;
  kind?: 'key' | 'token';
  snippets: readonly Snippet[];
  close: () => void;
  children?: ReactNode;
}

/** Shows a secret this once. Closes only after its owner said that it is stored. */
export function CopyOnce({ title, secret, label, variable, kind = 'key', snippets, close, children }: CopyOnceProps) {
  const t = useText(text);
  const [stored, setStored] = useState(false);
  return (
    <Modal opened onClose={() => stored && close()} title={title} size="xl" withCloseButton={false} closeOnEscape={stored} closeOnClickOutside={false}>
      <Stack gap="sm">
        <Alert color="yellow" variant="light" title={t(kind === 'key' ? 'saveKey' : 'saveToken')} c="inherit">
          <Text size="sm">{t(kind === 'key' ? 'saveKeyWhy' : 'saveTokenWhy')}</Text>
        </Alert>
        <CodeBlock code={secret} label={label} wrap />
        {children}
        {snippets.length > 0 && (
          <Tabs defaultValue={snippets[0]?.name ?? ''} keepMounted={false}>
            <Tabs.List>
              {snippets.map((snippet) => (
                <Tabs.Tab key={snippet.name} value={snippet.name}>
                  {snippet.name}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {snippets.map((snippet) => (
              <Tabs.Panel key={snippet.name} value={snippet.name} pt="xs">
                <CodeBlock code={snippet.code} label={snippet.name} />
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
        <Group justify="space-between" mt="xs">
          <Button
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
            onClick={() => saveAs('gatehouse.env', 'text/plain', `${variable}=${secret}\n`)}
          >
            {t('download')}
          </Button>
          <Group>
            <Checkbox label={t(kind === 'key' ? 'keyStored' : 'tokenStored')} checked={stored} onChange={(event) => setStored(event.currentTarget.checked)} />
            <Button disabled={!stored} onClick={close}>
              {t('done')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
