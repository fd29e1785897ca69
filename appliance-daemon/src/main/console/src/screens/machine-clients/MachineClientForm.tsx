import { Autocomplete, Fieldset, Input, SegmentedControl, Select, SimpleGrid, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';

import { useEvery, type Nouns } from '@/api/lists';
import type { Drafts } from '@/api/things';
import { useText } from '@/i18n/messages';
import { ThingEditor } from '@/parts/ThingEditor';

import { text } from './text';

type Client = Nouns['machine-clients'];
type Fields = {
  name: string;
  keyId: string | null;
  proof: 'token' | 'certificate';
  token: { issuer: string; audience: string; claim: string; value: string; keysUrl: string; privateAddressesAllowed: boolean; trustedCertificates: string };
  certificate: { name: string };
  enabled: boolean;
  secretRefused: boolean;
};

/** What identity providers name a program by. */
const CLAIMS = ['sub', 'azp', 'cid', 'client_id', 'appid'];

function fieldsOf(of: Client | undefined): Fields {
  const { token, certificate } = of ?? { token: null, certificate: null };
  return {
    name: of?.name ?? '', keyId: of?.keyId ?? null, proof: certificate ? 'certificate' : 'token',
    token: {
      issuer: token?.issuer ?? '', audience: token?.audience ?? '', claim: token?.claim ?? 'sub', value: token?.value ?? '', keysUrl: token?.keysUrl ?? '',
      privateAddressesAllowed: token?.privateAddressesAllowed ?? false, trustedCertificates: token?.trustedCertificates ?? '',
    },
    certificate: { name: certificate?.name ?? '' },
    enabled: of?.enabled ?? true, secretRefused: of?.secretRefused ?? false,
  };
}

function draftOf({ name, keyId, proof, token, certificate, enabled, secretRefused }: Fields): Drafts['machine-clients'] {
  return {
    name: name.trim(), keyId: keyId ?? '', enabled, secretRefused,
    token:
      proof === 'token'
        ? {
            ...token, issuer: token.issuer.trim(), audience: token.audience.trim(), claim: token.claim.trim() || 'sub', value: token.value.trim(),
            keysUrl: token.keysUrl.trim() || null, trustedCertificates: token.trustedCertificates.trim() || null,
          }
        : null,
    certificate: proof === 'certificate' ? { name: certificate.name.trim() } : null,
  };
}

export function MachineClientForm({ of, close }: { of: Client | undefined; close: () => void }) {
  const t = useText(text);
  const keys = useEvery('keys', { state: 'active' });
  const form = useForm<Fields>({ initialValues: fieldsOf(of) });
  const { proof } = form.getValues();
  const known = (keys.data ?? []).map((key) => ({ value: key.id, label: `${key.department} / ${key.project} / ${key.name}` }));
  // One whose key is disabled or revoked by now still shows which it is.
  const all = of && !known.some((key) => key.value === of.keyId) ? [{ value: of.keyId, label: `${of.department} / ${of.project} / ${of.key}` }, ...known] : known;
  return (
    <ThingEditor
      noun="machine-clients"
      of={of}
      title={of ? t('edit', { name: of.name }) : t('create')}
      form={form}
      labels={{
        name: t('name'), keyId: t('key'), proof: t('proof'), token: t('token'), certificate: t('certificate'), 'token.issuer': t('issuer'), 'token.audience': t('audience'),
        'token.claim': t('claim'), 'token.value': t('value'), 'token.keysUrl': t('keysUrl'), 'token.trustedCertificates': t('trusted'), 'certificate.name': t('certificateName'),
        enabled: t('enabled'), secretRefused: t('secretRefused'),
      }}
      fields={fieldsOf}
      draft={draftOf}
      close={close}
    >
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <Select label={t('key')} description={t('keyHelp')} required searchable data={all} {...form.getInputProps('keyId')} />
      <Input.Wrapper label={t('proof')} labelElement="div">
        <SegmentedControl
          fullWidth
          mt={4}
          aria-label={t('proof')}
          data={(['token', 'certificate'] as const).map((value) => ({ value, label: t(value) }))}
          {...form.getInputProps('proof')}
        />
      </Input.Wrapper>
      {proof === 'token' ? (
        <Fieldset legend={t('token')}>
          <Stack gap="sm">
            <TextInput label={t('issuer')} description={t('issuerHelp')} required placeholder="https://id.example.com/realms/corp" classNames={{ input: 'mono' }} {...form.getInputProps('token.issuer')} />
            <TextInput label={t('audience')} description={t('audienceHelp')} required placeholder="gatehouse" classNames={{ input: 'mono' }} {...form.getInputProps('token.audience')} />
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
              <Autocomplete label={t('claim')} description={t('claimHelp')} data={CLAIMS} filter={({ options }) => options} classNames={{ input: 'mono' }} {...form.getInputProps('token.claim')} />
              <TextInput label={t('value')} description={t('valueHelp')} required placeholder="build-robot" classNames={{ input: 'mono' }} {...form.getInputProps('token.value')} />
            </SimpleGrid>
            <TextInput label={t('keysUrl')} description={t('keysUrlHelp')} classNames={{ input: 'mono' }} {...form.getInputProps('token.keysUrl')} />
            <Switch label={t('private')} {...form.getInputProps('token.privateAddressesAllowed', { type: 'checkbox' })} />
            <Textarea label={t('trusted')} autosize minRows={2} maxRows={8} placeholder="-----BEGIN CERTIFICATE-----" classNames={{ input: 'mono' }} {...form.getInputProps('token.trustedCertificates')} />
          </Stack>
        </Fieldset>
      ) : (
        <TextInput label={t('certificateName')} description={t('certificateHelp')} required placeholder="uri:spiffe://example.com/nightly" classNames={{ input: 'mono' }} {...form.getInputProps('certificate.name')} />
      )}
      <Switch label={t('secretRefused')} description={t('secretRefusedHelp')} {...form.getInputProps('secretRefused', { type: 'checkbox' })} />
      <Switch label={t('enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
    </ThingEditor>
  );
}
