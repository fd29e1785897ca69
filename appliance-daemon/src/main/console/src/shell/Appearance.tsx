import { ActionIcon, Box, Button, Group, Menu, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';

import { setLanguage, useLanguage } from '@/i18n/language';
import { useText } from '@/i18n/messages';

import { text } from './text';

const ICONS = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };

/** Colours and language. */
export function Appearance() {
  const t = useText(text);
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  return (
    <Group gap={4} wrap="nowrap">
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={t('scheme')}>
            <Icon size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {(['light', 'dark', 'auto'] as const).map((scheme) => {
            const One = ICONS[scheme];
            return (
              <Menu.Item key={scheme} leftSection={<One size={15} aria-hidden />} fw={scheme === colorScheme ? 600 : undefined} onClick={() => setColorScheme(scheme)}>
                {t(scheme)}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
      <Button
        variant="subtle"
        color="gray"
        c="inherit"
        size="compact-md"
        fz="sm"
        px="xs"
        leftSection={
          <Box component="span" visibleFrom="xs" mr={8} lh={0}>
            <IconLanguage size={17} aria-hidden />
          </Box>
        }
        styles={{ section: { margin: 0 } }}
        onClick={() => setLanguage(language === 'en' ? 'zh' : 'en')}
        lang={language === 'en' ? 'zh-CN' : 'en'}
        aria-label={t('switchLanguage')}
      >
        {language === 'en' ? '中文' : 'English'}
      </Button>
    </Group>
  );
}
