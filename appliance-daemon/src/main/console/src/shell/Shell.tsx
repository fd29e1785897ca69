import { ActionIcon, AppShell, Box, Burger, Button, Group, Kbd, Menu, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { IconDevices, IconKeyboard, IconLogout, IconSearch, IconUserCircle } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';

import { useOpenAlerts } from '@/api/alerts';
import { signOut, useMe } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { Page } from '@/parts/Page';
import { Loading } from '@/parts/States';

import { AlertCount } from './AlertCount';
import { Appearance } from './Appearance';
import { Broken } from './Broken';
import { ConfirmAgain } from './ConfirmAgain';
import { Mark } from './Mark';
import { Palette } from './Palette';
import { Shortcuts, useShortcuts } from './Shortcuts';
import { opensFor, screens, sections } from './screens';
import { text } from './text';

/** The frame around every screen. */
export function Shell() {
  const t = useText(text);
  const me = useMe();
  const w = useWords();
  const [location, go] = useLocation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const help = useShortcuts();
  const openAlerts = useOpenAlerts()?.length ?? 0;
  const main = useRef<HTMLElement>(null);
  const place = location.split('/')[1] ?? '';

  // A new screen begins at its top, and a screen reader hears of it.
  const first = useRef(true);
  useEffect(() => {
    close();
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [place, close]);

  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <AppShell.Header style={{ background: 'var(--surface)', borderColor: 'var(--hairline)' }}>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="sm" wrap="nowrap">
            <Box hiddenFrom="sm" className={openAlerts > 0 && !opened ? 'has-count' : undefined}>
              <Burger opened={opened} onClick={toggle} size="sm" aria-label={openAlerts > 0 ? t('menuAlerts', { count: openAlerts }) : t('menu')} aria-expanded={opened} />
            </Box>
            <Link href="/" style={{ color: 'inherit', textDecoration: 'none' }}>
              <Group gap={8} wrap="nowrap">
                <Mark size={24} />
                <Text fw={600} className="brand">Gatehouse</Text>
              </Group>
            </Link>
          </Group>
          <Group gap={4} wrap="nowrap">
            <UnstyledButton visibleFrom="sm" onClick={spotlight.open} px="sm" py={4} mr="xs" style={{ border: '1px solid var(--hairline)', borderRadius: 4 }}>
              <Group gap="xs" wrap="nowrap">
                <IconSearch size={14} aria-hidden />
                <Text size="xs" c="dimmed" mr="lg">
                  {t('search')}
                </Text>
                <Kbd size="xs">Ctrl K</Kbd>
              </Group>
            </UnstyledButton>
            <ActionIcon hiddenFrom="sm" variant="subtle" color="gray" c="inherit" size="lg" onClick={spotlight.open} aria-label={t('doPalette')}>
              <IconSearch size={18} />
            </ActionIcon>
            <ActionIcon visibleFrom="sm" variant="subtle" color="gray" c="inherit" size="lg" onClick={help.open} aria-label={t('help')}>
              <IconKeyboard size={18} />
            </ActionIcon>
            <Appearance />
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" c="inherit" size="lg" aria-label={t('account')}>
                  <IconUserCircle size={19} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>
                  {me.name || t('tokenUser')}
                  {me.roles.length > 0 && (
                    <Text size="xs" c="dimmed">
                      {me.roles.map((role) => w('role', role)).join(', ')}
                    </Text>
                  )}
                </Menu.Label>
                <Menu.Item leftSection={<IconDevices size={15} aria-hidden />} onClick={() => go(me.userId ? `/sessions?user=${me.userId}` : '/sessions')}>
                  {t('mySessions')}
                </Menu.Item>
                <Menu.Item leftSection={<IconLogout size={15} aria-hidden />} onClick={() => void signOut()}>{t('signOut')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar style={{ background: 'var(--surface)', borderColor: 'var(--hairline)' }} aria-label={t('navigation')}>
        <ScrollArea p={6} type="auto">
          {sections.map((section) => {
            const open = section.screens.filter(opensFor(me));
            if (open.length === 0) return null;
            return (
              <Box key={section.name} component="div">
                <div className="nav-section">{t(section.name)}</div>
                {open.map((screen) => (
                  <NavLink
                    key={screen.path}
                    component={Link}
                    href={screen.path}
                    label={t(screen.name)}
                    active={screen.path === `/${place}`}
                    aria-current={screen.path === `/${place}` ? 'page' : undefined}
                    rightSection={screen.name === 'alerts' && <AlertCount of={openAlerts} />}
                    leftSection={<screen.icon size={16} stroke={1.7} aria-hidden />}
                    px={10}
                    py={5}
                    style={{ borderRadius: 4 }}
                  />
                ))}
              </Box>
            );
          })}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} ref={main} style={{ outline: 'none' }}>
        <Box maw="90rem" mx="auto">
          <Broken key={location}>
            <Suspense fallback={<Loading rows={8} />}>
              <Switch>
                {screens
                  .filter(opensFor(me))
                  .flatMap((screen) => [
                    <Route key={screen.path} path={screen.path} component={screen.page} />,
                    screen.one && <Route key={`${screen.path}/one`} path={`${screen.path}/:id`} component={screen.one} />,
                  ])}
                <Route>
                  <Page title={t('noPage')} about={t('noPageWhat')}>
                    <Button component={Link} href="/" variant="default" w="fit-content">
                      {t('toOverview')}
                    </Button>
                  </Page>
                </Route>
              </Switch>
            </Suspense>
          </Broken>
        </Box>
      </AppShell.Main>
      <Palette />
      <ConfirmAgain />
      <Shortcuts opened={help.opened} close={help.close} />
    </AppShell>
  );
}
