import type { Schemas } from './client';

/** What can be called, as the gateway names it. */
export const SURFACES = [
  'chat.completions', 'completions', 'responses', 'messages', 'generate_content', 'count_tokens', 'embeddings', 'models',
  'audio.transcriptions', 'audio.translations', 'audio.speech', 'images.generations', 'images.edits', 'rerank', 'moderations',
] as const;

export type Role = Schemas['User']['roles'][number];

/** What people are to the box, the mightiest first. */
export const ROLES: readonly Role[] = ['appliance_admin', 'governance_admin', 'finance', 'auditor', 'department_lead', 'developer'];
