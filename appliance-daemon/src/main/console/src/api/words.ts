/** What can be called, as the gateway names it. */
export const SURFACES = [
  'chat.completions', 'completions', 'responses', 'messages', 'generate_content', 'count_tokens', 'embeddings', 'models',
  'audio.transcriptions', 'audio.translations', 'audio.speech', 'images.generations', 'images.edits', 'rerank', 'moderations',
] as const;
