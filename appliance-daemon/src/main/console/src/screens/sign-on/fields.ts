import type { Schemas } from '@/api/client';
import type { Role } from '@/api/words';

export type Provider = Schemas['SignOnProvider'];
export type Preset = Provider['preset'];
export type Kind = Provider['kind'];

export type MappingFields = { group: string; role: Role | null; department: string; project: string };

export type ProviderFields = {
  name: string;
  title: string;
  preset: Preset;
  kind: Kind;
  enabled: boolean;
  issuer: string;
  clientId: string;
  scopes: string[];
  servers: string[];
  startTls: boolean;
  bindDn: string;
  baseDn: string;
  userFilter: string;
  groupBaseDn: string;
  groupFilter: string;
  secret: string;
  samlMetadata: string;
  entityId: string;
  ssoUrl: string;
  samlCertificates: string;
  publicUrl: string;
  privateAddressesAllowed: boolean;
  trustedCertificates: string;
  nameClaim: string;
  emailClaim: string;
  groupsClaim: string;
  mappings: MappingFields[];
  defaultRoles: Role[];
};

/** What a product is set up with: how it speaks, what its address looks like, what its claims are called. */
export interface Usual {
  kind: Kind;
  kinds: readonly Kind[];
  issuer: string;
  name: string;
  email: string;
  groups: string;
  userFilter?: string;
}

export const PRESETS: Readonly<Record<Preset, Usual>> = {
  entra: { kind: 'oidc', kinds: ['oidc', 'saml'], issuer: 'https://login.microsoftonline.com/TENANT-ID/v2.0', name: 'preferred_username', email: 'email', groups: 'roles, groups' },
  okta: { kind: 'oidc', kinds: ['oidc', 'saml'], issuer: 'https://COMPANY.okta.com', name: 'preferred_username', email: 'email', groups: 'groups' },
  google: { kind: 'oidc', kinds: ['oidc', 'saml'], issuer: 'https://accounts.google.com', name: 'email', email: 'email', groups: 'groups, hd' },
  keycloak: { kind: 'oidc', kinds: ['oidc', 'saml'], issuer: 'https://HOST/realms/REALM', name: 'preferred_username', email: 'email', groups: 'groups' },
  adfs: { kind: 'oidc', kinds: ['oidc', 'saml'], issuer: 'https://HOST/adfs', name: 'upn', email: 'email', groups: 'group' },
  active_directory: { kind: 'ldap', kinds: ['ldap'], issuer: '', name: 'sAMAccountName', email: 'mail', groups: 'memberOf', userFilter: '(&(objectClass=user)(sAMAccountName={name}))' },
  other: { kind: 'oidc', kinds: ['oidc', 'saml', 'ldap'], issuer: 'https://HOST', name: 'preferred_username, uid', email: 'email, mail', groups: 'groups, memberOf' },
};

const SCOPES = ['openid', 'profile', 'email'];
const USER_FILTER = '(&(objectClass=person)(uid={name}))';
const GROUP_FILTER = '(member={dn})';

export function fieldsOf(of: Provider | undefined): ProviderFields {
  return {
    name: of?.name ?? '', title: of?.title ?? '', preset: of?.preset ?? 'other', kind: of?.kind ?? 'oidc', enabled: of?.enabled ?? true,
    issuer: of?.oidc?.issuer ?? '', clientId: of?.oidc?.clientId ?? '', scopes: of?.oidc?.scopes ?? SCOPES,
    servers: of?.ldap?.servers ?? [], startTls: of?.ldap?.startTls ?? true, bindDn: of?.ldap?.bindDn ?? '', baseDn: of?.ldap?.baseDn ?? '',
    userFilter: of?.ldap?.userFilter ?? USER_FILTER, groupBaseDn: of?.ldap?.groupBaseDn ?? '', groupFilter: of?.ldap?.groupFilter ?? GROUP_FILTER,
    samlMetadata: '', entityId: of?.saml?.entityId ?? '', ssoUrl: of?.saml?.ssoUrl ?? '', samlCertificates: of?.saml?.certificates ?? '',
    secret: '', publicUrl: of?.publicUrl ?? '', privateAddressesAllowed: of?.privateAddressesAllowed ?? false, trustedCertificates: of?.trustedCertificates ?? '',
    nameClaim: of?.nameClaim ?? '', emailClaim: of?.emailClaim ?? '', groupsClaim: of?.groupsClaim ?? '',
    mappings: (of?.mappings ?? []).map(({ group, role, department, project }) => ({ group, role, department: department ?? '', project: project ?? '' })),
    defaultRoles: of?.defaultRoles ?? [],
  };
}

const said = (value: string) => value.trim() || null;

/** What is sent. A secret that is not typed stays as it is, and so does what of SAML is not asked for here. */
export function draftOf(fields: ProviderFields, stored?: Provider): Schemas['SignOnDraft'] {
  return {
    name: fields.name.trim(), title: said(fields.title), kind: fields.kind, preset: fields.preset, enabled: fields.enabled,
    privateAddressesAllowed: fields.privateAddressesAllowed, trustedCertificates: said(fields.trustedCertificates), publicUrl: said(fields.publicUrl),
    ...(fields.secret ? { secret: fields.secret } : {}),
    oidc: fields.kind === 'oidc' ? { issuer: fields.issuer.trim(), clientId: fields.clientId.trim(), scopes: fields.scopes } : null,
    ldap:
      fields.kind === 'ldap'
        ? {
            servers: fields.servers, startTls: fields.startTls, bindDn: said(fields.bindDn), baseDn: fields.baseDn.trim(),
            userFilter: fields.userFilter.trim(), groupBaseDn: said(fields.groupBaseDn), groupFilter: fields.groupFilter.trim(),
          }
        : null,
    saml:
      fields.kind === 'saml'
        ? {
            nameFormat: 'persistent', ownEntityId: null, subjectAttribute: null, ...stored?.saml,
            entityId: fields.entityId.trim(), ssoUrl: fields.ssoUrl.trim(), certificates: fields.samlCertificates.trim(),
          }
        : null,
    nameClaim: said(fields.nameClaim), emailClaim: said(fields.emailClaim), groupsClaim: said(fields.groupsClaim),
    mappings: fields.mappings
      .filter((one) => one.group.trim() !== '')
      .map(({ group, role, department, project }) => ({ group: group.trim(), role, department: said(department), project: said(project) })),
    defaultRoles: fields.defaultRoles,
  };
}

/** The fields after another product was chosen: what was typed stays. */
export function withPreset(fields: ProviderFields, preset: Preset): ProviderFields {
  const usual = PRESETS[preset];
  const untouched = fields.userFilter === USER_FILTER || fields.userFilter === PRESETS[fields.preset].userFilter;
  return {
    ...fields,
    preset,
    kind: usual.kinds.includes(fields.kind) ? fields.kind : usual.kind,
    issuer: preset === 'google' && !fields.issuer ? usual.issuer : fields.issuer,
    userFilter: untouched ? (usual.userFilter ?? USER_FILTER) : fields.userFilter,
  };
}
