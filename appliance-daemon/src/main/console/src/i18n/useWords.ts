import { say, type Message } from './messages';
import { useLanguage } from './language';
import { words, type WordGroup } from './words';

export function wordIn(group: WordGroup, word: string): string {
  const message = (words as Record<string, Message>)[`${group}.${word}`];
  return message ? say(message) : word.replaceAll('_', ' ');
}

export function useWords(): (group: WordGroup, word: string) => string {
  useLanguage();
  return wordIn;
}
