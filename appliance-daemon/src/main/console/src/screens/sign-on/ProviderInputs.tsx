import { Accordion, Button, Fieldset, Group, MultiSelect, PasswordInput, Select, SimpleGrid, Stack, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';

import { api, given } from '@/api/client';
import { problemOf } from '@/api/problem';
import { ROLES } from '@/api/words';
import { useText } from '@/i18n/messages';
import { useWords } from '@/i18n/useWords';

import { PRESETS, withPreset, type Kind, type Preset, type ProviderFields } from './fields';
import { Mappings } from './Mappings';
import { text } from './text';

/** Everything that is said of a provider, product first: it decides what else is asked. */
export function ProviderInputs({ form, secretSet }: { form: UseFormReturnType<ProviderFields>; secretSet: boolean }) {
  const t = useText(text);
  const w = useWords();
  const values = form.getValues();
  const usual = PRESETS[values.preset];
  const claim = (name: 'nameClaim' | 'emailClaim' | 'groupsClaim', as: string) => (
    <TextInput label={t(name)} placeholder={as} classNames={{ input: 'mono' }} {...form.getInputProps(name)} />
  );
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label={t('preset')}
          allowDeselect={false}
          data={(Object.keys(PRESETS) as Preset[]).map((value) => ({ value, label: t(`preset.${value}`) }))}
          value={values.preset}
          onChange={(value) => form.setValues(withPreset(form.getValues(), value as Preset))}
          error={form.errors['preset']}
        />
        <Select
          label={t('kind')}
          allowDeselect={false}
          disabled={usual.kinds.length < 2}
          data={usual.kinds.map((value) => ({ value, label: t(`kind.${value}`) }))}
          value={values.kind}
          onChange={(value) => form.setFieldValue('kind', value as Kind)}
          error={form.errors['kind']}
        />
        <TextInput label={t('name')} description={t('nameHelp')} required {...form.getInputProps('name')} />
        <TextInput label={t('titleLabel')} description={t('titleHelp')} placeholder={values.name} {...form.getInputProps('title')} />
      </SimpleGrid>
      {values.kind === 'oidc' ? (
        <>
          <TextInput label={t('issuer')} description={t('issuerHelp')} required placeholder={usual.issuer} classNames={{ input: 'mono' }} {...form.getInputProps('issuer')} error={form.errors['oidc.issuer']} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('clientId')} required autoComplete="off" {...form.getInputProps('clientId')} error={form.errors['oidc.clientId']} />
            <PasswordInput label={t('secret')} autoComplete="off" placeholder={secretSet ? t('secretKept') : undefined} {...form.getInputProps('secret')} />
          </SimpleGrid>
        </>
      ) : values.kind === 'saml' ? (
        <SamlInputs form={form} />
      ) : (
        <>
          <TagsInput label={t('servers')} description={t('serversHelp')} required placeholder={values.servers.length ? undefined : 'ldaps://dc1.example.com:636'} {...form.getInputProps('servers')} error={form.errors['ldap.servers']} />
          <TextInput label={t('baseDn')} required placeholder="OU=People,DC=example,DC=com" classNames={{ input: 'mono' }} {...form.getInputProps('baseDn')} error={form.errors['ldap.baseDn']} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('bindDn')} autoComplete="off" classNames={{ input: 'mono' }} {...form.getInputProps('bindDn')} error={form.errors['ldap.bindDn']} />
            <PasswordInput label={t('bindPassword')} autoComplete="off" placeholder={secretSet ? t('secretKept') : undefined} {...form.getInputProps('secret')} />
          </SimpleGrid>
        </>
      )}
      <Fieldset legend={t('mappings')}>
        <Mappings form={form} />
      </Fieldset>
      <MultiSelect
        label={t('defaultRoles')}
        description={t('defaultRolesHelp')}
        clearable
        data={ROLES.map((value) => ({ value, label: w('role', value) }))}
        {...form.getInputProps('defaultRoles')}
      />
      <Switch label={t('enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
      <Accordion variant="contained" chevronPosition="left">
        <Accordion.Item value="more">
          <Accordion.Control>{t('more')}</Accordion.Control>
          <Accordion.Panel>
            <Stack gap="sm">
              {values.kind !== 'saml' && <TextInput label={t('publicUrl')} description={t('publicUrlHelp')} placeholder="https://gatehouse.example.com" {...form.getInputProps('publicUrl')} />}
              {values.kind === 'oidc' && <TagsInput label={t('scopes')} {...form.getInputProps('scopes')} error={form.errors['oidc.scopes']} />}
              {values.kind === 'ldap' && (
                <>
                  <Switch label={t('startTls')} {...form.getInputProps('startTls', { type: 'checkbox' })} />
                  <TextInput label={t('userFilter')} description={t('userFilterHelp')} classNames={{ input: 'mono' }} {...form.getInputProps('userFilter')} error={form.errors['ldap.userFilter']} />
                  <TextInput label={t('groupBaseDn')} description={t('groupBaseDnHelp')} classNames={{ input: 'mono' }} {...form.getInputProps('groupBaseDn')} />
                  <TextInput label={t('groupFilter')} classNames={{ input: 'mono' }} {...form.getInputProps('groupFilter')} error={form.errors['ldap.groupFilter']} />
                </>
              )}
              <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
                {claim('nameClaim', usual.name)}
                {claim('emailClaim', usual.email)}
                {claim('groupsClaim', usual.groups)}
              </SimpleGrid>
              <Textarea label={t('certificates')} description={t('certificatesHelp')} autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} {...form.getInputProps('trustedCertificates')} />
              <Switch label={t('isPrivate')} description={t('isPrivateHelp')} {...form.getInputProps('privateAddressesAllowed', { type: 'checkbox' })} />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </>
  );
}

/** What is said of a SAML provider: its metadata say most of it. */
function SamlInputs({ form }: { form: UseFormReturnType<ProviderFields> }) {
  const t = useText(text);
  const read = async () => {
    try {
      const terms = given(await api.POST('/api/v1/sign-on/saml-metadata', { body: { metadata: form.getValues().samlMetadata } }));
      form.setValues({ entityId: terms.entityId, ssoUrl: terms.ssoUrl, samlCertificates: terms.certificates, samlMetadata: '' });
      form.clearFieldError('samlMetadata');
    } catch (e) {
      form.setFieldError('samlMetadata', problemOf(e).detail);
    }
  };
  return (
    <>
      <TextInput label={t('publicUrl')} description={t('samlPublicUrlHelp')} required placeholder="https://gatehouse.example.com" {...form.getInputProps('publicUrl')} />
      <Textarea label={t('samlMetadata')} description={t('samlMetadataHelp')} autosize minRows={2} maxRows={6} classNames={{ input: 'mono' }} {...form.getInputProps('samlMetadata')} />
      <Group justify="flex-end">
        <Button variant="default" size="compact-sm" disabled={form.getValues().samlMetadata.trim() === ''} onClick={() => void read()}>
          {t('readMetadata')}
        </Button>
      </Group>
      <TextInput label={t('entityId')} required classNames={{ input: 'mono' }} {...form.getInputProps('entityId')} error={form.errors['saml.entityId']} />
      <TextInput label={t('ssoUrl')} required classNames={{ input: 'mono' }} {...form.getInputProps('ssoUrl')} error={form.errors['saml.ssoUrl']} />
      <Textarea label={t('samlCertificates')} description={t('samlCertificatesHelp')} required autosize minRows={2} maxRows={8} classNames={{ input: 'mono' }} {...form.getInputProps('samlCertificates')} error={form.errors['saml.certificates']} />
    </>
  );
}
