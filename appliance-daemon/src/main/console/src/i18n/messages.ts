import { language, useLanguage } from './language';

/** English, then Simplified Chinese. Places for values are written {so}. */
export type Message = readonly [en: string, zh: string];

export type Values = Readonly<Record<string, string | number>>;

/** A screen's messages: what is missing in one language does not compile. */
export function messages<const T extends Record<string, Message>>(all: T): T {
  return all;
}

export function say(message: Message, values?: Values): string {
  const text = message[language() === 'zh' ? 1 : 0];
  return values ? text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place)) : text;
}

/** The reader of a screen's messages, in the language of the moment. */
export function useText<T extends Record<string, Message>>(all: T): (key: keyof T, values?: Values) => string {
  useLanguage();
  return (key, values) => {
    const message = all[key];
    return message ? say(message, values) : String(key);
  };
}
