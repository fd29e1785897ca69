import { Anchor, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { Link, useParams } from 'wouter';

import { $api } from '@/api/client';
import { useMay } from '@/api/session';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';
import { CodeBlock } from '@/parts/Copy';
import { Page, Panel } from '@/parts/Page';
import { RowMenu } from '@/parts/RowMenu';
import { Shown } from '@/parts/States';
import { Facts, Status } from '@/parts/values';
import { Changes } from '@/screens/audit/Changes';

import { PRESETS, type Provider } from './fields';
import { ProviderForm } from './ProviderForm';
import { ScimPanel } from './ScimPanel';
import { addressOf } from './SignOn';
import { TestPanel } from './TestPanel';
import { text } from './text';

export default function ProviderDetail() {
  const t = useText(text);
  const { id = '' } = useParams<{ id: string }>();
  const mayChange = useMay('manage_people');
  const mayAudit = useMay('view_audit');
  const provider = $api.useQuery('get', '/api/v1/sign-on/{id}', { params: { path: { id } } });
  return (
    <Shown of={provider} rows={8}>
      {(one) => (
        <Page
          title={one.title ?? one.name}
          about={<Status tone={one.enabled ? 'ok' : 'idle'}>{t(one.enabled ? 'offered' : 'notOffered')}</Status>}
          back={
            <Anchor component={Link} href="/sign-on" size="xs">
              ← {t('all')}
            </Anchor>
          }
          actions={
            mayChange && <RowMenu name={one.title ?? one.name} edit={(close) => <ProviderForm of={one} close={close} />} />
          }
        >
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Stack gap="md">
              <FactsOf of={one} />
              {one.kind === 'oidc' && mayChange && (
                <Panel title={t('callback')}>
                  <Text size="sm" mb="xs">
                    {t('callbackWhat')}
                  </Text>
                  <CodeBlock code={`${one.publicUrl ?? window.location.origin}/api/v1/sign-on/${one.name.toLowerCase()}/callback`} label={t('callback')} wrap />
                </Panel>
              )}
            </Stack>
            {mayChange && (
              <Stack gap="md">
                <TestPanel of={one} />
                <ScimPanel of={one} />
              </Stack>
            )}
          </SimpleGrid>
          <Panel title={t('mappings')} pad={one.mappings.length === 0}>
            <MappingTable of={one} />
          </Panel>
          {mayAudit && (
            <Panel title={t('history')}>
              <Changes objectId={id} empty={t('noHistory')} />
            </Panel>
          )}
        </Page>
      )}
    </Shown>
  );
}

function FactsOf({ of }: { of: Provider }) {
  const t = useText(text);
  const w = useWords();
  const usual = PRESETS[of.preset];
  const mono = (value: string) => <span className="mono">{value}</span>;
  return (
    <Panel title={t('facts')}>
      <Facts
        of={[
          [t('preset'), t(`preset.${of.preset}`)],
          [t('kind'), t(`kind.${of.kind}`)],
          [t('address'), mono(addressOf(of))],
          of.oidc && [t('clientId'), mono(of.oidc.clientId)],
          of.oidc && [t('scopes'), of.oidc.scopes.join(' ')],
          of.ldap && [t('baseDn'), mono(of.ldap.baseDn)],
          of.ldap && [t('bindDn'), mono(of.ldap.bindDn ?? '–')],
          of.saml && [t('entityId'), mono(of.saml.entityId)],
          of.saml && [t('ownMetadata'), <Anchor key="metadata" href={`/api/v1/sign-on/${encodeURIComponent(of.name)}/metadata`} target="_blank" rel="noreferrer" size="sm" underline="always">{`/api/v1/sign-on/${of.name}/metadata`}</Anchor>],
          of.kind !== 'saml' && [t(of.kind === 'oidc' ? 'secret' : 'bindPassword'), t(of.secretSet ? 'secretSet' : 'secretNone')],
          [t('publicUrl'), of.publicUrl ?? t('publicUrlNone')],
          [t('claims'), mono(`${of.nameClaim ?? usual.name} · ${of.emailClaim ?? usual.email} · ${of.groupsClaim ?? usual.groups}`)],
          [t('defaultRoles'), of.defaultRoles.map((role) => w('role', role)).join(', ') || '–'],
          of.trustedCertificates !== null && [t('certificates'), t('certificatesOwn')],
        ]}
      />
    </Panel>
  );
}

function MappingTable({ of }: { of: Provider }) {
  const t = useText(text);
  const w = useWords();
  if (of.mappings.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t(of.defaultRoles.length > 0 ? 'noMappings' : 'noRolesThere')}
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={0} type="native" tabIndex={0} role="region" aria-label={t('mappings')}>
      <Table className="table" aria-label={t('mappings')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('group')}</Table.Th>
            <Table.Th>{t('role')}</Table.Th>
            <Table.Th>{t('department')}</Table.Th>
            <Table.Th>{t('project')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {of.mappings.map((mapping, place) => (
            <Table.Tr key={place}>
              <Table.Td className="mono">{mapping.group}</Table.Td>
              <Table.Td>{mapping.role ? w('role', mapping.role) : '–'}</Table.Td>
              <Table.Td>{mapping.department ?? '–'}</Table.Td>
              <Table.Td>{mapping.project ?? '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
